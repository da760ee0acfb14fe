"""A key that passed every rule, and how it is packed for the store.

Packed records have one length per scheme and sort by key, so that a file written twice from
the same rows has the same bytes, and neighbours in a file are not neighbours of a publish.
"""

import hashlib
import struct
from dataclasses import dataclass, field
from typing import Final

from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.scheme import Scheme

_EN: Final = struct.Struct(">16sIBBBb")
_BLUEZONE: Final = struct.Struct(">32sIHBb")
RECORD_BYTES: Final = {Scheme.EN: _EN.size, Scheme.BLUEZONE: _BLUEZONE.size}
KEY_BYTES: Final = {Scheme.EN: 16, Scheme.BLUEZONE: 32}


@dataclass(frozen=True, slots=True)
class AcceptedKey:
    """A key to store.

    Attributes:
        key_id: 16 bytes that stand for the key when it comes again.
        start: first interval (`en`) or first second (`bluezone`).
        period: intervals (`en`) or slots (`bluezone`).
        report_type: number on the wire.
        created_at: when it counts as published, Unix seconds, truncated.
        record: the packed key.
    """

    key_id: bytes = field(repr=False)
    start: int
    period: int
    report_type: int
    created_at: int
    record: bytes = field(repr=False)


def accept_tek(key: DiagnosisKey, created_at: int) -> AcceptedKey:
    """Pack a temporary exposure key with its report type and onset."""
    onset = key.days_since_onset or 0
    record = _EN.pack(key.key, key.start, key.period, key.transmission_risk, key.report_type, onset)
    return AcceptedKey(key.key, key.start, key.period, key.report_type, created_at, record)


def accept_day_key(key: DayKeyEntry, created_at: int) -> AcceptedKey:
    """Pack a day key; 32 bytes are shortened to a digest of 16 for the look-up."""
    onset = key.days_since_onset or 0
    record = _BLUEZONE.pack(key.key, key.time_start, key.slots, key.report_type, onset)
    key_id = day_key_id(key.key)
    return AcceptedKey(key_id, key.time_start, key.slots, key.report_type, created_at, record)


def day_key_id(key: bytes) -> bytes:
    """Return the 16 bytes that stand for a day key."""
    return hashlib.sha256(b"bluezone day key\0" + key).digest()[:16]


def unpack_tek(record: bytes) -> DiagnosisKey:
    """Return the key in an `en` record."""
    key, start, period, risk, report_type, onset = _EN.unpack(record)
    return DiagnosisKey(key, start, period, report_type, onset, risk)


def unpack_day_key(record: bytes) -> DayKeyEntry:
    """Return the key in a `bluezone` record."""
    return DayKeyEntry(*_BLUEZONE.unpack(record))


def record_key_id(scheme: Scheme, record: bytes) -> bytes:
    """Return the `key_id` of a packed record."""
    key = record[: KEY_BYTES[scheme]]
    return key if scheme is Scheme.EN else day_key_id(key)


def split_records(scheme: Scheme, packed: bytes) -> list[bytes]:
    """Return the records of one packed value, in their order."""
    size = RECORD_BYTES[scheme]
    return [packed[at : at + size] for at in range(0, len(packed), size)]
