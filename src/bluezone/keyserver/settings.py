"""Settings of the key server: a typed record, read once from the environment.

Source of the limits: server rules of the Exposure Notification key server, parts 1.1 to
1.6. Every number is a field, so that a demonstration on an accelerated clock can shorten
it; `docs/validation-rules.md` lists the names of the environment variables.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bluezone.keyserver.errors import SettingsError
from bluezone.protocol.scheme import Scheme

HOUR_S: Final = 3600
DAY_S: Final = 86400
MIN_RETENTION_S: Final = 240 * HOUR_S
"""Keys deleted sooner would vanish before phones that were off have fetched them."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A health authority whose certificates are accepted.

    Attributes:
        health_authority_id: the name that phones send with a publish.
        issuer: `iss` of its certificates.
        audience: `aud` that its certificates must carry: this server.
        keys: where its public keys are: an `http(s)` URL of a JWKS, or a JWKS or PEM file.
        region: where its keys are published, such as `VN`; empty means not configured.
    """

    health_authority_id: str = "vn.bluezone"
    issuer: str = "vn.bluezone.portal"
    audience: str = "vn.bluezone.keyserver"
    keys: str = "http://127.0.0.1:8000/.well-known/jwks.json"
    region: str = "VN"

    def __post_init__(self) -> None:
        """Refuse a region that could not be a folder name in plain ASCII."""
        if not re.fullmatch(r"[A-Za-z0-9-]{0,10}", self.region, re.ASCII):
            raise SettingsError("a region has at most ten ASCII letters, digits and hyphens")


@dataclass(frozen=True, slots=True)
class PublishLimits:
    """What a publish may hold.

    Attributes:
        body_bytes: longest request body.
        max_keys: most keys in one publish.
        max_same_start: most keys that start in the same interval.
        max_age_s: a key is too old when it ended longer ago than this.
        window_s: times are truncated to this before they are stored.
        onset_accepted_days: oldest onset day that is believed.
        onset_default_days: assumed onset, days ago, when none is usable.
        onset_span_days: largest distance of a key's day from the onset day.
        clock_leeway_s: how far the authority's clock may differ from ours.
        withdrawals_per_minute: most withdrawals, all clients of a process together.
    """

    body_bytes: int = 64_000
    max_keys: int = 30
    max_same_start: int = 3
    max_age_s: int = 360 * HOUR_S
    window_s: int = HOUR_S
    onset_accepted_days: int = 28
    onset_default_days: int = 4
    onset_span_days: int = 14
    clock_leeway_s: int = 5
    withdrawals_per_minute: int = 600


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """How files are cut, filled, kept and signed.

    Attributes:
        hourly_s: length of a window of the `hourly` packages, a divisor of 24 hours.
        daily_s: the same of the `daily` packages.
        settle_s: a window is exported when it ended at least this long ago.
        min_keys: a smaller file of Exposure Notification keys is filled up with made-up ones...
        min_keys_spread: ...to `min_keys` plus a random number from 0 to this.
        min_day_keys, min_day_keys_spread: the same of Bluezone day keys. Fewer, because what
            stands in such a file is pushed to published phones, 27 keys in a message.
        max_keys: most keys in one file; a window with more is split.
        retention_s: files and keys are deleted when older, at least 240 hours.
        lease_s: a worker that has not reported for this long has lost its work.
        name: file name with the fields `start`, `end` (Unix seconds) and `number` (from 1).
        signing_key_id: key id in the file, by custom the mobile country code.
        signing_key_version: version of the signing key in the file.
    """

    hourly_s: int = HOUR_S
    daily_s: int = DAY_S
    settle_s: int = 2 * HOUR_S
    min_keys: int = 1000
    min_keys_spread: int = 100
    min_day_keys: int = 27
    min_day_keys_spread: int = 26
    max_keys: int = 500_000
    retention_s: int = 336 * HOUR_S
    lease_s: int = 300
    name: str = "{start}-{end}-{number:05d}.zip"
    signing_key_id: str = "452"
    signing_key_version: str = "v1"

    def __post_init__(self) -> None:
        """Refuse periods that do not divide a day and retentions that lose warnings."""
        for period_s in (self.hourly_s, self.daily_s):
            if not 1 <= period_s <= DAY_S or DAY_S % period_s:
                raise SettingsError(f"an export period of {period_s} s does not divide 24 hours")
        if self.retention_s < MIN_RETENTION_S:
            raise SettingsError(
                f"a retention of {self.retention_s} s is under the least, {MIN_RETENTION_S} s"
            )
        if self.max_keys < 1 or any(
            number < 0 for scheme in Scheme for number in self.fill(scheme)
        ):
            raise SettingsError("the number of keys in a file cannot be negative")
        self._check_name()

    def fill(self, scheme: Scheme) -> tuple[int, int]:
        """Return how many keys a file of `scheme` has at least, and the spread above that."""
        if scheme is Scheme.BLUEZONE:
            return self.min_day_keys, self.min_day_keys_spread
        return self.min_keys, self.min_keys_spread

    def _check_name(self) -> None:
        try:
            first = self.name.format(start=0, end=1, number=1)
            second = self.name.format(start=1, end=2, number=2)
        except (KeyError, ValueError, IndexError):
            raise SettingsError("a file name has the fields start, end and number") from None
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*\.zip", first, re.ASCII):
            raise SettingsError("a file name is plain ASCII without folders and ends in .zip")
        if first == second:
            raise SettingsError("a file name must differ from window to window")


@dataclass(frozen=True, slots=True)
class KeyServerSettings:
    """Everything the key server needs to know.

    Attributes:
        home: folder of its own: database, signing key, sealing key, export files.
        authorities: who may certify keys.
        database_url: SQLAlchemy URL; empty means SQLite in `home`.
        export_url: object store URL (`file:///`, `s3://`, `memory:///`); empty means
            `home/export`.
        limits: rules for a publish.
        export: rules for the files.
        host: address to listen on.
        port: port to listen on.
        jwks_cache_s: how long keys of an authority are believed without asking again.
        export_every_s: how often the export worker of `bluezone serve` looks for work.
    """

    home: Path
    authorities: tuple[Authority, ...] = (Authority(),)
    database_url: str = field(default="", repr=False)
    export_url: str = field(default="", repr=False)
    limits: PublishLimits = PublishLimits()
    export: ExportSettings = ExportSettings()
    host: str = "127.0.0.1"
    port: int = 8080
    jwks_cache_s: int = 300
    export_every_s: int = 60

    @property
    def resolved_database_url(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.home / 'keyserver.sqlite3'}"

    @property
    def signing_key_path(self) -> Path:
        """Private key that signs export files: PEM, P-256, mode 0600."""
        return self.home / "export-signing-key.pem"

    @property
    def public_key_path(self) -> Path:
        """Public half of the signing key, for phones."""
        return self.home / "export-public-key.pem"

    @property
    def sealing_key_path(self) -> Path:
        """Key that seals revision tokens: 32 bytes, mode 0600."""
        return self.home / "revision-sealing.key"
