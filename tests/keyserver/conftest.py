"""A key server on a clock of our own, a health authority, and phones that publish.

The modules of `ON_BOTH` run twice, on SQLite and on PostgreSQL.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text
from starlette.testclient import TestClient
from tests.postgres import new_database

from bluezone.keyserver.app import create_app
from bluezone.keyserver.prepare import prepare
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.keyserver.store.db import Store, open_store
from bluezone.protocol.certificate import (
    CertificateClaims,
    daykeymac,
    issue_certificate,
    tekmac,
    write_jwks,
)
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey

ON_BOTH: Final = frozenset(
    {
        "export/test_failures.py",
        "export/test_worker.py",
        "publish/test_publish.py",
        "store/test_insert.py",
        "withdraw/test_withdraw.py",
    }
)
_EMPTY: Final = """
    TRUNCATE published_keys, known_key, export_series, export_file RESTART IDENTITY
"""

NOW = 1_597_932_345
"""2020-08-20 14:05:45 UTC: inside an hour, a ten-minute interval and a day."""

TODAY = NOW - NOW % 86400
INTERVAL = NOW // 600
TODAY_INTERVAL = TODAY // 600


@dataclass
class Clock:
    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass
class Desk:
    """A health authority: issues certificates, shows its public key."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    loads: int = 0

    async def load(self, _: str) -> bytes:
        self.loads += 1
        return write_jwks({"desk-1": self.key.public_key()}).encode()

    def certify(self, claims: CertificateClaims, **changes: Any) -> str:
        names = {
            "key": self.key,
            "kid": "desk-1",
            "iss": "vn.bluezone.portal",
            "aud": "vn.bluezone.keyserver",
            "now": NOW,
            "ttl_s": 900,
        }
        return issue_certificate(claims, **(names | changes))


@dataclass
class Phone:
    """Makes keys and the bodies that publish them."""

    desk: Desk
    rng: Random = field(default_factory=lambda: Random(7))
    secret: bytes = b"s" * 32

    def teks(self, days: int = 14, *, until: int = TODAY_INTERVAL) -> list[DiagnosisKey]:
        """One key for today and each day before, newest first."""
        return [DiagnosisKey(self.rng.randbytes(16), until - 144 * day) for day in range(days)]

    def day_keys(self, days: int = 14) -> list[DayKeyEntry]:
        return [DayKeyEntry(self.rng.randbytes(32), TODAY - 86400 * day) for day in range(days)]

    def body(
        self,
        keys: list[DiagnosisKey],
        *,
        report_type: str = "confirmed",
        certified_onset: int | None = TODAY_INTERVAL - 3 * 144,
        issue: dict[str, Any] | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        claims = CertificateClaims(report_type, certified_onset, tekmac(keys, self.secret))
        rows = [
            {
                "key": base64.b64encode(key.key).decode(),
                "rollingStartNumber": key.start,
                "rollingPeriod": key.period,
                "transmissionRisk": key.transmission_risk,
            }
            for key in keys
        ]
        return self._common(claims, issue) | {"temporaryExposureKeys": rows} | changes

    def day_body(
        self, keys: list[DayKeyEntry], *, own_claim: bool = True, **changes: Any
    ) -> dict[str, Any]:
        mac = daykeymac(keys, self.secret)
        other = tekmac(self.teks(1), self.secret)
        claims = CertificateClaims(
            "confirmed",
            TODAY_INTERVAL - 3 * 144,
            other if own_claim else mac,
            mac if own_claim else None,
        )
        rows = [
            {
                "key": base64.b64encode(key.key).decode(),
                "timeStart": key.time_start,
                "slots": key.slots,
            }
            for key in keys
        ]
        return self._common(claims, None) | {"dayKeys": rows} | changes

    def _common(self, claims: CertificateClaims, issue: dict[str, Any] | None) -> dict[str, Any]:
        return {
            "healthAuthorityID": "vn.bluezone",
            "verificationPayload": self.desk.certify(claims, **(issue or {})),
            "hmacKey": base64.b64encode(self.secret).decode(),
            "padding": "x" * 1024,
        }


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def phone(desk: Desk) -> Phone:
    return Phone(desk)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    name = metafunc.definition.path.relative_to(Path(__file__).parent).as_posix()
    if name in ON_BOTH and "settings" in metafunc.fixturenames:
        metafunc.parametrize("settings", ["sqlite", "postgres"], indirect=True)


@pytest.fixture(scope="session")
def keyserver_postgres(postgres: str) -> str:
    """Return the address of a database for key servers on PostgreSQL."""
    return new_database(postgres)


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> KeyServerSettings:
    home = tmp_path / "keyserver"
    if getattr(request, "param", "sqlite") == "sqlite":
        return KeyServerSettings(home=home)
    return request.getfixturevalue("on_postgres")


@pytest.fixture
def on_postgres(keyserver_postgres: str, tmp_path: Path) -> KeyServerSettings:
    """Settings of a key server that is prepared on PostgreSQL, with empty tables."""
    settings = KeyServerSettings(home=tmp_path / "keyserver", database_url=keyserver_postgres)
    prepare(settings, entropy=Random(3).randbytes)
    store = open_store(settings.resolved_database_url)
    with store.writes.begin() as db:
        db.execute(text(_EMPTY))
    store.close()
    return settings


@pytest.fixture
def entropy() -> Any:
    """Random bytes that are the same in every run."""
    return Random(11).randbytes


@pytest.fixture
def client(
    settings: KeyServerSettings, clock: Clock, desk: Desk, entropy: Any
) -> Iterator[TestClient]:
    app = create_app(settings, clock=clock, entropy=entropy, load_keys=desk.load)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def store(client: TestClient, settings: KeyServerSettings) -> Iterator[Store]:
    """The database of `client`, seen from outside."""
    opened = open_store(settings.resolved_database_url)
    yield opened
    opened.close()


@pytest.fixture
def small(settings: KeyServerSettings) -> KeyServerSettings:
    """The same settings with files of at least five keys."""
    few = {"min_keys": 5, "min_keys_spread": 3, "min_day_keys": 5, "min_day_keys_spread": 3}
    return replace(settings, export=replace(settings.export, **few))
