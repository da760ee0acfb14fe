"""Figures of the campaign at full size: import, a year of all communes, registrations.

Everything is made in a temporary folder and removed. The year is 10,613 communes x 365 days x 4
series, 15.5 million rows. "Cold" is a new connection after the file was put out of the system's
cache; "warm" is the same question again. Fifty million registrations are in `figures_large`.
"""

import datetime as dt
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

FIRST = dt.date(2020, 8, 1)
DAYS = 365
SERIES = ("downloads", "users", "users_with_phone", "active_phones")
NOW = 1_627_743_600
TODAY = FIRST + dt.timedelta(days=DAYS - 1)

_YEAR = """
    WITH RECURSIVE days(number) AS (
        SELECT 0 UNION ALL SELECT number + 1 FROM days WHERE number < ?)
    INSERT INTO figures_dailyvalue (unit_path, series, day, value, source, figure)
    SELECT u.path, s.value, date(?, '+' || number || ' days'),
        (number + 1) * (1 + length(u.code) + CAST(u.code AS INTEGER) % 17), 'report', 0
    FROM units_unit u, json_each(?) s, days
    WHERE u.edition_id = 'vn2020' AND u.level = 'commune'
    ORDER BY u.path, s.value, number
"""


def prepare(home: Path) -> Path:
    """Make a portal in `home` with all units of 2020; return its database's file."""
    os.environ["BLUEZONE_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "bluezone.portal.settings"
    import django  # noqa: PLC0415 - after the folder is chosen

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - the same

    from bluezone.portal.units.loading import load  # noqa: PLC0415 - the same
    from bluezone.portal.units.sources import packaged  # noqa: PLC0415 - the same

    call_command("migrate", verbosity=0)
    load(packaged(["vn2020"]))
    return home / "portal" / "portal.sqlite3"


def main() -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        database = prepare(Path(folder))
        yield from _import()
        yield from _year(database)
        yield from _registrations(2_000_000)


def fill_year(database: Path) -> int:
    """Put a year of all communes into the store; return how many rows there are."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    connection.close()
    with sqlite3.connect(database) as raw:
        raw.execute("PRAGMA synchronous=OFF")
        series = "[" + ",".join(f'"{name}"' for name in SERIES) + "]"
        raw.execute(_YEAR, (DAYS - 1, FIRST.isoformat(), series))
        rows = int(raw.execute("SELECT COUNT(*) FROM figures_dailyvalue").fetchone()[0])
    raw.close()
    return rows


def _seconds(started: float) -> float:
    return round(time.perf_counter() - started, 3)


def _import() -> Iterator[dict[str, object]]:
    from bluezone.portal.campaign.figures.importing.uploads import (  # noqa: PLC0415
        UploadRequest,
        confirm,
        start_upload,
    )
    from bluezone.portal.campaign.figures.models import DailyValue, RollUp  # noqa: PLC0415
    from bluezone.portal.units.models import Unit  # noqa: PLC0415

    codes = Unit.objects.filter(edition="vn2020", level="commune")
    named = list(codes.values_list("code", "full_name"))
    rng = Random(3)
    lines = [f"{code};{name};{rng.randrange(200, 4000)}" for code, name in named]
    content = "\n".join(["Mã xã;Tên xã;Người dùng", *lines]).encode()
    request = UploadRequest("vn2020", "all.csv", content, series="users", day=TODAY)
    started, cpu = time.perf_counter(), time.process_time()
    upload, preview = start_upload(request, actor="bench", now=NOW, today=TODAY)
    previewed = _seconds(started)
    done = confirm(upload, actor="bench", now=NOW, today=TODAY)
    yield {
        "what": "import of a report",
        "rows": len(lines),
        "wrong": preview.wrong_rows,
        "stored": len(done.accepted),
        "preview_s": previewed,
        "total_s": _seconds(started),
        "cpu_s": round(time.process_time() - cpu, 3),
        "wanted_s": 10,
    }
    DailyValue.objects.all().delete()
    RollUp.objects.all().delete()


def _year(database: Path) -> Iterator[dict[str, object]]:
    from django.db import connection  # noqa: PLC0415 - after django.setup

    from bluezone.portal.campaign.figures.facts import load_facts  # noqa: PLC0415
    from bluezone.portal.campaign.figures.services import roll_up  # noqa: PLC0415

    started = time.perf_counter()
    rows = fill_year(database)
    yield {"what": "year of communes", "rows": rows, "built_s": _seconds(started)}
    started, cpu = time.perf_counter(), time.process_time()
    sums = roll_up(FIRST)
    rolled = _seconds(started)
    cpu = round(time.process_time() - cpu, 1)
    size = round(database.stat().st_size / 1024**2)
    yield {"what": "roll-up of the year", "sums": sums, "s": rolled, "cpu_s": cpu, "file_mib": size}
    started = time.perf_counter()
    roll_up(TODAY)
    yield {"what": "roll-up of one day", "s": _seconds(started)}
    load_facts(now=NOW)
    connection.close()
    forget(database)
    started = time.perf_counter()
    _dashboard()
    cold = _seconds(started)
    warm = []
    for _ in range(5):
        started = time.perf_counter()
        _dashboard()
        warm.append(_seconds(started))
    yield {
        "what": "national dashboard's questions",
        "cold_ms": round(1000 * cold),
        "warm_ms": round(1000 * sorted(warm)[2]),
        "wanted_ms": "300 warm, 800 cold",
    }


def forget(database: Path) -> None:
    """Put the file out of the system's cache, where the system allows it."""
    for path in database.parent.glob(database.name + "*"):
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _dashboard() -> None:
    """Ask what a national page shows: values, shares, histories of 63 provinces, four series."""
    from bluezone.portal.campaign.figures.models import Figure  # noqa: PLC0415
    from bluezone.portal.campaign.figures.services import (  # noqa: PLC0415
        current,
        denominators,
        histories,
    )
    from bluezone.portal.units.models import Unit  # noqa: PLC0415

    paths = ["vn2020", *(unit.path for unit in Unit.objects.children("vn2020"))]
    for series in SERIES:
        assert len(current(paths, series, TODAY)) == len(paths)
        histories(["vn2020"], series, until=TODAY)
    assert len(histories(paths, "users", until=TODAY)["vn2020"].values) >= DAYS
    denominators(paths, "people", TODAY)
    denominators(paths, "smartphones", TODAY, estimate=True)
    Figure.objects.standing().filter(unit_path__under="vn2020", state="held").count()


def _registrations(count: int) -> Iterator[dict[str, object]]:
    from bench.figures_large import register, roll_up_timed  # noqa: PLC0415 - shares the rows

    register(count, days=2)
    count, seconds = roll_up_timed()
    yield {
        "what": "registrations to communes",
        "rows": count,
        "s": seconds,
        "for_50_million_s": round(50_000_000 / count * seconds, 1),
        "wanted_s": 60,
    }
