"""Fifty million registrations rolled up to communes, two million at a time.

Takes some minutes, most of them to make the rows, so it runs only if BLUEZONE_BENCH_LARGE is
set; `figures` measures one batch. As in service, a batch is removed when it is counted: the file
stays below 1 GiB.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

BATCH = 2_000_000
TOTAL = 50_000_000

_FILL = """
    WITH RECURSIVE numbers(number) AS (
        SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < %s)
    INSERT INTO figures_registration (unit_path, day, platform)
    SELECT c.path, date('2020-08-01', '+' || (%s + (n.number * 7919) %% 2) || ' days'),
        CASE WHEN n.number %% 5 = 0 THEN 'ios' ELSE 'android' END
    FROM numbers n JOIN bench_commune c ON c.number = (n.number * 104729) %% %s
"""


def register(count: int, *, batch: int = 0) -> None:
    """Add `count` registrations of the two days of a batch, all communes in no order."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS bench_commune (number INTEGER PRIMARY KEY, path TEXT)"
        )
        cursor.execute(
            "INSERT OR IGNORE INTO bench_commune SELECT ROW_NUMBER() OVER (ORDER BY path) - 1, path"
            " FROM units_unit WHERE edition_id = 'vn2020' AND level = 'commune'"
        )
        cursor.execute("SELECT COUNT(*) FROM bench_commune")
        communes = cursor.fetchone()[0]
        cursor.execute(_FILL, [count, 2 * batch, communes])


def roll_up_timed() -> float:
    """Roll up what has come and return the seconds it took."""
    from bluezone.portal.campaign.figures.services import (  # noqa: PLC0415 - after django.setup
        roll_up_registrations,
    )

    started = time.perf_counter()
    roll_up_registrations()
    return round(time.perf_counter() - started, 3)


def main() -> Iterator[dict[str, object]]:
    if not os.environ.get("BLUEZONE_BENCH_LARGE"):
        yield {"what": "skipped: set BLUEZONE_BENCH_LARGE=1"}
        return
    from bench.figures import prepare  # noqa: PLC0415 - it uses our rows

    with tempfile.TemporaryDirectory() as folder:
        database = prepare(Path(folder))
        seconds = 0.0
        cpu = time.process_time()
        making = 0.0
        for batch in range(TOTAL // BATCH):
            started = time.process_time()
            register(BATCH, batch=batch)
            making += time.process_time() - started
            seconds += roll_up_timed()
        yield {
            "what": "registrations to communes",
            "rows": TOTAL,
            "s": round(seconds, 1),
            "cpu_s": round(time.process_time() - cpu - making, 1),
            "wanted_s": 60,
            "file_mib": round(database.stat().st_size / 1024**2),
        }
