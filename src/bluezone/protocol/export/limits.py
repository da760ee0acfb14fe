"""The limits of a diagnosis-key file and the names of the checks that keep them.

Source: `spec/server-rules.md` 1.6 and 1.9 for what a reference server writes; the room
above it is ours. The surprising decision: writer and reader share these checks, so that
we cannot publish what we would refuse to read.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.en.tek import ROLLING_PERIOD, TEK_BYTES
from bluezone.protocol.errors import InvalidExportError
from bluezone.protocol.export.content import ExportContent
from bluezone.protocol.scheme import Scheme


class Check(StrEnum):
    """The steps that a file passes, in this order."""

    ZIP = "zip"
    HEADER = "header"
    PROTOBUF = "protobuf"
    WINDOW = "window"
    KEYS = "keys"
    SIGNATURE_INFO = "signature_info"
    PUBLIC_KEY = "public_key"
    SIGNATURE = "signature"


MAX_ARCHIVE_BYTES: Final = 32 * 2**20
"""Largest zip; the reference mirror takes 20 MiB, our day keys are twice as long."""

MAX_PAYLOAD_BYTES: Final = 32 * 2**20
"""Largest `export.bin`: 600,000 keys of a reference server are 20 MB."""

MAX_SIGNATURE_LIST_BYTES: Final = 64 * 2**10
"""Largest `export.sig`; ten signatures are 1.5 kB."""

MAX_RATIO: Final = 20
"""Largest unpacked size by packed size; keys are random and reach about 2."""

RATIO_FREE_BYTES: Final = 100 * 2**10
"""Members up to this size may shrink as they like."""

MAX_ENTRIES: Final = 1_000_000
"""Most keys, revised keys and signature infos together; 600,000 is the most in use."""

MAX_SIGNATURES: Final = 10
"""Most signature infos, and signatures, of a file (server-rules 1.6)."""

MAX_TEXT: Final = 255
"""Longest region, key id, key version and algorithm, in characters."""

MAX_TIME_S: Final = 253_402_214_400
"""Start of the last day of the year 9999; milliseconds taken for seconds lie beyond."""

MAX_SLOTS: Final = 1440
"""Most slots of a published day key: one a minute, as in an F0 entry."""

DAY_KEY_BYTES: Final = 32
DAY_S: Final = 86_400
MAX_INT32: Final = 2**31 - 1


def check_content(content: ExportContent) -> None:
    """Check the window and every key of a file.

    Raises:
        InvalidExportError: `check` is `window` or `keys`, `reason` says which limit broke.
    """
    check_window(content)
    if content.scheme is Scheme.EN and (content.day_keys or content.revised_day_keys):
        raise _bad_key("an en file cannot carry day keys", "wrong_scheme")
    if content.scheme is Scheme.BLUEZONE and (content.keys or content.revised_keys):
        raise _bad_key("a bluezone file carries day keys only", "wrong_scheme")
    for name, keys in (("key", content.keys), ("revised key", content.revised_keys)):
        _check_keys(name, keys)
    for name, days in (
        ("day key", content.day_keys),
        ("revised day key", content.revised_day_keys),
    ):
        _check_day_keys(name, days)


def check_window(content: ExportContent) -> None:
    """Check window, batch and region.

    Raises:
        InvalidExportError: `reason` is `window`, `batch` or `text_too_long`.
    """
    if not 0 <= content.start_s <= content.end_s <= MAX_TIME_S:
        message = "the window must not end before it starts, nor after the year 9999"
        raise InvalidExportError(message, check=Check.WINDOW, reason="window")
    if not 0 <= content.batch_num <= content.batch_size <= MAX_INT32:
        message = f"file {content.batch_num} of {content.batch_size} cannot be"
        raise InvalidExportError(message, check=Check.WINDOW, reason="batch")
    if len(content.region) > MAX_TEXT:
        message = f"the region has more than {MAX_TEXT} characters"
        raise InvalidExportError(message, check=Check.WINDOW, reason="text_too_long")


def _check_keys(name: str, keys: Iterable[DiagnosisKey]) -> None:
    for number, key in enumerate(keys, 1):
        if len(key.key) != TEK_BYTES:
            raise _bad_key(f"{name} {number} has {len(key.key)} bytes, not 16", "key_length")
        if not 0 <= key.start <= MAX_INT32:
            raise _bad_key(f"{name} {number} has a negative or huge start", "key_start")
        if not 1 <= key.period <= ROLLING_PERIOD:
            message = f"{name} {number} has period {key.period}, not 1 to {ROLLING_PERIOD}"
            raise _bad_key(message, "key_period")
        if not 0 <= key.transmission_risk <= 8:
            message = f"{name} {number} has transmission risk {key.transmission_risk}, not 0 to 8"
            raise _bad_key(message, "key_risk")
        _check_report(f"{name} {number}", key)


def _check_day_keys(name: str, keys: Iterable[DayKeyEntry]) -> None:
    for number, key in enumerate(keys, 1):
        if len(key.key) != DAY_KEY_BYTES:
            raise _bad_key(f"{name} {number} has {len(key.key)} bytes, not 32", "key_length")
        if not 0 <= key.time_start <= MAX_TIME_S or key.time_start % DAY_S:
            raise _bad_key(f"{name} {number} does not start at a UTC midnight", "key_start")
        if not 1 <= key.slots <= MAX_SLOTS:
            message = f"{name} {number} has {key.slots} slots, not 1 to {MAX_SLOTS}"
            raise _bad_key(message, "key_slots")
        _check_report(f"{name} {number}", key)


def _check_report(name: str, key: DiagnosisKey | DayKeyEntry) -> None:
    if not 0 <= key.report_type <= MAX_INT32:
        raise _bad_key(f"{name} has a negative or huge report type", "key_report_type")
    if key.days_since_onset is not None and abs(key.days_since_onset) > MAX_INT32:
        raise _bad_key(f"{name} has an onset that does not fit 32 bits", "key_onset")


def _bad_key(message: str, reason: str) -> InvalidExportError:
    return InvalidExportError(message, check=Check.KEYS, reason=reason)
