"""Suspicion at full size: 10,613 communes, forty days, searched by the worker, shown on pages.

Counts are generated (`stats.generated`), in each province two communes cheat in each of the five
ways. Pages go through Django's test client as a signed-in auditor: the whole answer, its queries.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from bench.figures import DAYS, FIRST, NOW, prepare

WINDOW = 40
EACH = 2
_INSERT = """
    INSERT INTO figures_dailyvalue (unit_path, series, day, value, source, figure)
    VALUES (?, ?, ?, ?, 'report', 0)
"""


def main() -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        database = prepare(Path(folder))
        yield {"what": "store", "daily_values": fill(database)}
        yield searched()
        yield from pages()


def fill(database: Path) -> int:
    """Put forty days of all communes into the store, some of them cheated; return the rows."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    from bluezone.portal.campaign.figures.services import roll_up  # noqa: PLC0415 - the same
    from bluezone.portal.campaign.inspection.gifts import add_gift  # noqa: PLC0415 - the same
    from bluezone.portal.units.models import Unit  # noqa: PLC0415 - the same

    communes = Unit.objects.filter(edition="vn2020", level="commune").order_by("path")
    by_province: dict[str, list[str]] = {}
    for path in communes.values_list("path", flat=True):
        by_province.setdefault(path.rsplit(".", 2)[0], []).append(path)
    connection.close()
    with sqlite3.connect(database) as raw:
        raw.execute("PRAGMA synchronous=OFF")
        for seed, paths in enumerate(by_province.values()):
            raw.executemany(_INSERT, _rows(paths, seed))
        count = int(raw.execute("SELECT COUNT(*) FROM figures_dailyvalue").fetchone()[0])
    raw.close()
    roll_up(_day(0), series=["users"])
    add_gift("vn2020", _day(20), what="5 GB", source="generated", actor="bench", now=NOW)
    return count


def _day(at: int) -> object:
    import datetime as dt  # noqa: PLC0415 - one use

    return FIRST + dt.timedelta(days=DAYS - WINDOW + at)


def _rows(paths: list[str], seed: int) -> Iterator[tuple[str, str, str, int]]:
    from bluezone.portal.campaign.stats.cheats import mixed  # noqa: PLC0415 - after setup
    from bluezone.portal.campaign.stats.generated import CampaignShape, grow  # noqa: PLC0415

    rng = np.random.default_rng(seed)
    groups = max(len(paths) // 19, 1)
    shape = CampaignShape(units=len(paths), groups=groups, days=WINDOW, gift_days=1)
    made, _cheating = mixed(grow(shape, rng), rng, each=EACH)
    for series, table in (("users", made.reported), ("active_phones", made.active)):
        for row, at in np.argwhere(np.isfinite(table)).tolist():
            yield paths[row], series, str(_day(at)), int(table[row, at])


def searched() -> dict[str, object]:
    """Let the worker search the nation and its provinces, round by round."""
    from bluezone.portal.campaign.inspection import keeping  # noqa: PLC0415 - after django.setup
    from bluezone.portal.campaign.inspection.models import KeptSearch  # noqa: PLC0415

    load, started, cpu = os.getloadavg()[0], time.perf_counter(), time.process_time()
    rounds = []
    while True:
        before = time.perf_counter()
        if not keeping.keep_due(now=NOW):
            break
        rounds.append(time.perf_counter() - before)
    return {
        "what": "the worker searches everything",
        "searches": KeptSearch.objects.count(),
        "findings": sum(len(row.findings) for row in KeptSearch.objects.all()),
        "rounds": len(rounds),
        "longest_round_s": round(max(rounds), 2),
        "s": round(time.perf_counter() - started, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
        "idle_round_ms": _idle(),
        "load_before": round(load, 1),
    }


def _idle() -> float:
    from bluezone.portal.campaign.inspection import keeping  # noqa: PLC0415 - after django.setup

    started = time.perf_counter()
    keeping.keep_due(now=NOW)
    return round(1000 * (time.perf_counter() - started), 1)


def pages() -> Iterator[dict[str, object]]:
    """Ask for the pages of a nation, a province and a commune, each twice."""
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.test import Client  # noqa: PLC0415 - the same
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - the same

    from bluezone.portal import clock  # noqa: PLC0415 - the same
    from bluezone.portal.accounts.memberships import create_member  # noqa: PLC0415 - the same
    from bluezone.portal.accounts.middleware import SEEN, STARTED  # noqa: PLC0415 - the same
    from bluezone.portal.accounts.models import Role  # noqa: PLC0415 - the same
    from bluezone.portal.accounts.services import create_staff  # noqa: PLC0415 - the same
    from bluezone.portal.campaign.inspection import keeping  # noqa: PLC0415 - the same
    from bluezone.portal.units.models import Unit  # noqa: PLC0415 - the same

    clock.use(lambda: float(NOW))
    user = create_staff("auditor", "mot hai ba bon nam", "")
    create_member(user, Unit.objects.get(path="vn2020"), Role.AUDITOR)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    session = client.session
    session[STARTED] = session[SEEN] = clock.desk_now()
    session.save()
    for path in ("vn2020", "vn2020.30", "vn2020.30.288.10507"):
        keeping.forget()
        for attempt in ("kept by the worker", "again"):
            started, cpu = time.perf_counter(), time.process_time()
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(f"/campaign/{path}/inspection/")
            yield {
                "what": f"page of {path}, {attempt}",
                "status": answer.status_code,
                "ms": round(1000 * (time.perf_counter() - started)),
                "cpu_ms": round(1000 * (time.process_time() - cpu)),
                "queries": len(queries),
            }
    keeping.forget()
    started = time.perf_counter()
    client.get("/campaign/vn2020.30/inspection/?day=2021-07-20")
    yield {
        "what": "page of a province on an evening that nobody searched",
        "ms": round(1000 * (time.perf_counter() - started)),
    }
