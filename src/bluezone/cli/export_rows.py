"""What `bluezone export show` says of a file: one row for the whole, one for each key.

Source: `docs/export-format.md`. The surprising decision: Vietnamese time is a fixed +07:00.
The country has had no other since 1975, and a machine without a time-zone database can
still show it. A number beyond the calendar has no date and shows as null.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain, islice
from typing import Final

from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey, ReportType
from bluezone.protocol.en.tek import interval_start_s
from bluezone.protocol.export import Export, FederatedKey, FederationBatch
from bluezone.protocol.export.content import HEADERS
from bluezone.protocol.export.limits import MAX_TIME_S

LOCAL: Final = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh."""

_Key = DiagnosisKey | DayKeyEntry


def summary_row(read: Export | FederationBatch, data: bytes) -> dict[str, object]:
    """Return everything about a file but its keys.

    Args:
        read: what the file says.
        data: its bytes, for their number.
    """
    types = Counter(_report_name(_plain(key).report_type) for key, _ in _all_keys(read))
    counts = {"keys": count_keys(read), "report_types": dict(sorted(types.items()))}
    if isinstance(read, FederationBatch):
        refused = sum(bool(key.faults) for key in read.keys)
        return {
            "kind": "export",
            "format": "federation batch",
            "bytes": len(data),
            "scheme": "en",
            **counts,
            "origins": sorted({printable(key.origin) for key in read.keys}),
            "keys_out_of_limits": refused,
        }
    packed = len(read.payload) != len(data)
    return {
        "kind": "export",
        "format": "zip" if packed else "export.bin",
        "bytes": len(data),
        "scheme": str(read.scheme),
        "header": HEADERS[read.scheme].decode("ascii").rstrip(),
        **_window(read),
        "region": printable(read.region),
        "batch_num": read.batch_num,
        "batch_size": read.batch_size,
        "signature_infos": _infos(read),
        "signatures": len(read.signatures),
        "keys": count_keys(read) - _count_revised(read),
        "revised_keys": _count_revised(read),
        "report_types": counts["report_types"],
    }


def key_rows(read: Export | FederationBatch, *, limit: int) -> Iterator[dict[str, object]]:
    """Yield a row for each of the first `limit` keys, new ones before revised ones."""
    for key, revised in islice(_all_keys(read), limit):
        plain = _plain(key)
        row: dict[str, object] = {"kind": "key", **_key_fields(plain), "revised": revised}
        if isinstance(key, FederatedKey):
            row["origin"] = printable(key.origin)
            row["visited_countries"] = [printable(name) for name in key.visited_countries]
            row["faults"] = list(key.faults)
        yield row


def count_keys(read: Export | FederationBatch) -> int:
    """Return how many keys a file has, revised ones included."""
    if isinstance(read, FederationBatch):
        return len(read.keys)
    return len(read.keys) + len(read.day_keys) + _count_revised(read)


def utc_text(time_s: int) -> str | None:
    """Return an instant as `2020-08-15T17:00:00Z`, None beyond the calendar."""
    if not 0 <= time_s <= MAX_TIME_S:
        return None
    return datetime.fromtimestamp(time_s, UTC).isoformat().replace("+00:00", "Z")


def local_text(time_s: int) -> str | None:
    """Return an instant as `2020-08-16T00:00:00+07:00`, None beyond the calendar."""
    if not 0 <= time_s <= MAX_TIME_S:
        return None
    return datetime.fromtimestamp(time_s, LOCAL).isoformat()


def printable(text: str) -> str:
    """Return a foreign text without the characters that could command a terminal."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _all_keys(read: Export | FederationBatch) -> Iterator[tuple[_Key | FederatedKey, bool]]:
    if isinstance(read, FederationBatch):
        return ((key, False) for key in read.keys)
    new: Iterator[_Key] = chain(read.keys, read.day_keys)
    revised: Iterator[_Key] = chain(read.revised_keys, read.revised_day_keys)
    return chain(((key, False) for key in new), ((key, True) for key in revised))


def _plain(key: _Key | FederatedKey) -> _Key:
    return key.key if isinstance(key, FederatedKey) else key


def _count_revised(read: Export) -> int:
    return len(read.revised_keys) + len(read.revised_day_keys)


def _window(read: Export) -> Mapping[str, object]:
    return {
        "start": read.start_s,
        "end": read.end_s,
        "start_utc": utc_text(read.start_s),
        "end_utc": utc_text(read.end_s),
        "start_local": local_text(read.start_s),
        "end_local": local_text(read.end_s),
    }


def _infos(read: Export) -> list[dict[str, str]]:
    return [
        {
            "key_id": printable(info.key_id),
            "key_version": printable(info.key_version),
            "algorithm": printable(info.algorithm),
        }
        for info in read.signature_infos
    ]


def _key_fields(key: _Key) -> dict[str, object]:
    report = {
        "report_type": _report_name(key.report_type),
        "days_since_onset": key.days_since_onset,
    }
    if isinstance(key, DayKeyEntry):
        return {
            "key": key.key.hex().upper(),
            "time_start": key.time_start,
            "slots": key.slots,
            "valid_from_utc": utc_text(key.time_start),
            **report,
        }
    return {
        "key": key.key.hex(),
        "start": key.start,
        "period": key.period,
        "valid_from_utc": utc_text(interval_start_s(key.start)),
        **report,
        "transmission_risk": key.transmission_risk,
    }


def _report_name(number: int) -> str:
    try:
        return ReportType(number).name.lower()
    except ValueError:
        return f"type {number}"
