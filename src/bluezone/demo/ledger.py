"""What the two servers hold, read from their own tables, for the switch on the page.

The anonymous half has rows of packed keys, the identified half cases and codes. The
decision that surprises: made-up keys are counted as well, because the files are full of
them; who has only the files cannot tell them from the real ones.
"""

import datetime as dt
from typing import Final

from sqlalchemy import text

from bluezone.keyserver.publish.accepted import split_records, unpack_day_key, unpack_tek
from bluezone.keyserver.store.db import Store
from bluezone.look.format import date
from bluezone.protocol.scheme import Scheme

_SHOWN: Final = 4
_INTERVAL_S: Final = 600
_NAMES: Final = {Scheme.EN: "Exposure Notification", Scheme.BLUEZONE: "Bluezone"}
_KEYS: Final = text("""
    SELECT scheme, created_at, generated, packed_keys
      FROM published_keys
     ORDER BY generated, created_at, published_id
     LIMIT 2000
""")
_FILES: Final = text("""
    SELECT path, key_count
      FROM export_file
     WHERE state = 'live'
     ORDER BY window_end, path
     LIMIT 6
""")


def key_rows(store: Store) -> tuple[list[dict[str, str]], int]:
    """Return the first keys of the key server as rows of text, and how many more there are."""
    with store.reads.begin() as db:
        rows = [(Scheme(row[0]), bytes(row[3])) for row in db.execute(_KEYS)]
    keys = [(scheme, record) for scheme, packed in rows for record in split_records(scheme, packed)]
    shown = [_key_row(scheme, record) for scheme, record in keys[:_SHOWN]]
    return shown, max(0, len(keys) - _SHOWN)


def real_keys(store: Store, windows: list[tuple[int, int]] | None = None) -> int:
    """Return how many stored keys were sent by phones.

    Args:
        store: of the key server.
        windows: only keys that count as published in one of these; None for all.
    """
    found = 0
    with store.reads.begin() as db:
        for scheme, created_at, generated, packed in db.execute(_KEYS):
            inside = windows is None or any(start <= created_at < end for start, end in windows)
            if inside and not generated:
                found += len(split_records(Scheme(scheme), bytes(packed)))
    return found


def file_rows(store: Store) -> list[dict[str, str | int]]:
    """Return the export files that the key server offers to everybody."""
    with store.reads.begin() as db:
        return [{"name": path, "keys": int(count)} for path, count in db.execute(_FILES)]


def case_rows(*, now: int) -> list[dict[str, object]]:
    """Return the portal's cases as rows; each code by the name of its state."""
    from django.db import connection  # noqa: PLC0415 - only once the portal is set up

    from bluezone.portal.cases.models import Case  # noqa: PLC0415 - the same
    from bluezone.portal.verification.desk import codes_of_case  # noqa: PLC0415 - the same

    try:
        return [
            {
                "pseudonym": case.pseudonym,
                "onset": "" if case.symptom_date is None else date(case.symptom_date),
                "codes": [code.state.name for code in codes_of_case(case, now=now)],
            }
            for case in Case.objects.order_by("-opened_at", "-pk")[:_SHOWN]
        ]
    finally:
        connection.close()


def _key_row(scheme: Scheme, record: bytes) -> dict[str, str]:
    if scheme is Scheme.EN:
        tek = unpack_tek(record)
        key, start_s = tek.key, tek.start * _INTERVAL_S
    else:
        entry = unpack_day_key(record)
        key, start_s = entry.key, entry.time_start
    day = dt.datetime.fromtimestamp(start_s, dt.UTC).date()
    return {"key": f"{key[:4].hex()}…{key[-4:].hex()}", "day": date(day), "scheme": _NAMES[scheme]}
