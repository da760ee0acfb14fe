"""The HMAC that ties keys to a certificate without showing them to the health authority.

Source: `spec/server-rules.md` 1.5. The phone sends only the HMAC to the identified half,
and the keys with its secret only to the anonymous half. The surprising decision is the
reference's: keys are sorted by their base64 text, not by their bytes, and the risk part
disappears only if every risk is 0.
"""

import base64
import hmac
from collections.abc import Sequence
from typing import Final, Protocol

from bluezone.protocol.diagnosis_key import DayKeyEntry
from bluezone.protocol.en.tek import INTERVAL_S, ROLLING_PERIOD

MAC_BYTES: Final = 32
"""Length of an HMAC-SHA256."""


class MacKey(Protocol):
    """What `tekmac` needs of a key; `DiagnosisKey` has it."""

    @property
    def key(self) -> bytes:
        """Bytes of the key."""
        ...

    @property
    def start(self) -> int:
        """First interval number."""
        ...

    @property
    def period(self) -> int:
        """Intervals covered."""
        ...

    @property
    def transmission_risk(self) -> int:
        """Transmission risk, 0 if none was given."""
        ...


def tekmac(keys: Sequence[MacKey], secret: bytes) -> bytes:
    """Return the 32-byte HMAC-SHA256 of temporary exposure keys under the phone's secret.

    Args:
        keys: the keys of one publish, in any order.
        secret: the phone's HMAC key, used once and then forgotten.
    """
    with_risk = any(key.transmission_risk for key in keys)
    return _mac(
        [
            (_text(key.key), key.start, key.period, *([key.transmission_risk] if with_risk else []))
            for key in keys
        ],
        secret,
    )


def daykeymac(day_keys: Sequence[DayKeyEntry], secret: bytes) -> bytes:
    """Return the same HMAC over Bluezone day keys: start in intervals, 144 long, no risk.

    Args:
        day_keys: the day keys of one publish, in any order.
        secret: the phone's HMAC key, the same as for `tekmac`.
    """
    parts = [(_text(day.key), day.time_start // INTERVAL_S, ROLLING_PERIOD) for day in day_keys]
    return _mac(parts, secret)


def macs_equal(one: bytes, other: bytes) -> bool:
    """Return whether two HMACs are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


def _mac(parts: Sequence[tuple[str | int, ...]], secret: bytes) -> bytes:
    rows = sorted(parts, key=lambda part: (str(part[0]), part[1:]))
    cleartext = ",".join(".".join(map(str, row)) for row in rows)
    return hmac.digest(secret, cleartext.encode("ascii"), "sha256")


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")
