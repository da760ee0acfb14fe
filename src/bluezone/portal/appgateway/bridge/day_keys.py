"""Day keys on their way between published phones and new ones.

Source: wire specification 1.1 (the published chain) and W1; DESIGN "Identifiers". A published
phone's key leads to its next day's by one hash, so its upload is one F0 entry over several days
and becomes one day key for each of them. The digests are keyed: an unkeyed SHA-256 of a chained
key would be the key of the next day.
"""

from collections.abc import Iterator
from typing import Final

from bluezone.portal import keyring, secret_files
from bluezone.portal.appgateway.consent.models import Upload
from bluezone.protocol.bluezone.day_key import DayKey, next_day_key
from bluezone.protocol.bluezone.slot import DAY_S
from bluezone.protocol.diagnosis_key import DayKeyEntry

LOOK_BACK_S: Final = 14 * DAY_S
"""Published phones are asked for the last 14 days (section 5.4)."""
KEPT_S: Final = 17 * DAY_S
"""How long after its day a key is recognised: files live 14 days after a key's day is over."""


def digest(key: DayKeyEntry) -> str:
    """Return the HMAC under which a day key is known here."""
    text = f"{key.time_start} {key.slots} ".encode() + key.key
    return keyring.fingerprint(secret_files.BRIDGE, text)


def days_of(upload: Upload, *, since: int, now: int) -> Iterator[DayKeyEntry]:
    """Yield a key for each day of an upload that is over, oldest first.

    Args:
        upload: one row; its chain is walked from its first day.
        since: UTC midnight; days before it are passed over.
        now: Unix seconds; a day that still runs is not over.
    """
    key = DayKey(bytes(upload.daily_key))
    for midnight in range(upload.first_midnight, upload.last_midnight + 1, DAY_S):
        if midnight >= since and midnight + DAY_S <= now:
            yield DayKeyEntry(key, midnight, upload.slots)
        key = next_day_key(key)
