"""The dashboard of a nation at full size, through the portal's own pages.

The store: all units of 2020, a year of 10,613 communes in four series (15.5 million rows) with
its roll-ups, the public facts, targets of the nation and of each province, an agency a commune,
four a district and twenty a province with their reports, a team a commune with twenty doors.
"Cold" is the first request of a new process after its modules are loaded, with every cache in
memory empty and the file put out of the system's cache; "warm" is the same evening for another
person. Both go through Django's test client as a signed-in officer: session, permissions,
queries, forecasts, pictures, template, the whole answer. "kept" is what the worker left behind.
"""

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import FIRST, NOW, TODAY, fill_year, forget, prepare

DOORS = 20
REPORT_DAYS = 7


def main() -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        database = build(Path(folder))
        yield {"what": "store", **size(database)}
        yield from measured(Path(folder))


def build(home: Path) -> Path:
    """Make the store in `home`; return its database's file."""
    database = prepare(home)
    from bluezone.portal.campaign.figures.facts import load_facts  # noqa: PLC0415 - after setup
    from bluezone.portal.campaign.figures.services import roll_up  # noqa: PLC0415 - the same

    fill_year(database)
    load_facts(now=NOW)
    roll_up(FIRST)
    _targets()
    _agencies()
    _teams()
    _people()
    return database


def size(database: Path) -> dict[str, object]:
    """Return how many rows of what the store has."""
    tables = {
        "daily_values": "figures_dailyvalue",
        "sums": "figures_rollup",
        "targets": "targets_targetversion",
        "agencies": "agencies_agency",
        "doors": "fieldwork_household",
    }
    with sqlite3.connect(database) as raw:
        rows = {
            name: raw.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608 - ours
            for name, table in tables.items()
        }
    return {**rows, "file_mib": round(database.stat().st_size / 1024**2)}


def _targets() -> None:
    from bluezone.portal.campaign.targets.services import parse, set_target  # noqa: PLC0415
    from bluezone.portal.units.models import Unit  # noqa: PLC0415

    orders = {
        "vn2020": ["60 % of adults, 50 million, by 20/8/2021"],
        "province": [
            "60 % of smartphone users by 20/8/2021 or rank 10 of 63 by number of installations",
            "100 % of officials with a smartphone by 20/8/2021",
        ],
    }
    early = NOW - 30 * 86_400
    for unit in [Unit.objects.get(pk="vn2020"), *Unit.objects.children("vn2020")]:
        for order in orders.get(unit.path, orders["province"]):
            set_target(unit, parse(order, "en", 2021), actor="bench", now=early)


def _agencies() -> None:
    from bluezone.portal.campaign.agencies.models import (  # noqa: PLC0415
        Agency,
        AgencySize,
        Kind,
        Report,
        Way,
    )
    from bluezone.portal.units.models import Unit  # noqa: PLC0415

    many = {"province": 20, "district": 4, "commune": 1}
    units = Unit.objects.filter(edition="vn2020", level__in=many).values_list("path", "level")
    made = Agency.objects.bulk_create(
        [
            Agency(
                unit_id=path,
                name=f"Cơ quan {number}",
                kind=Kind.AGENCY,
                way=Way.REPORT,
                created_at=NOW - 40 * 86_400,
            )
            for path, level in units
            for number in range(many[level])
        ],
        batch_size=500,
    )
    by = {"set_by": "bench", "set_at": NOW}
    start = TODAY - dt.timedelta(days=40)
    AgencySize.objects.bulk_create(
        [
            AgencySize(
                unit_path=row.unit_id, agency=row, from_day=start, staff=50, smartphones=40, **by
            )
            for row in made
        ],
        batch_size=500,
    )
    reported = {"reported_by": "bench", "reported_at": NOW}
    Report.objects.bulk_create(
        [
            Report(
                unit_path=row.unit_id,
                agency=row,
                day=TODAY - dt.timedelta(days=back),
                staff_installed=min(40, 8 + row.pk % 20 + 2 * (REPORT_DAYS - back)),
                **reported,
            )
            for row in made
            for back in range(REPORT_DAYS)
            if row.pk % 9
        ],
        batch_size=500,
    )


def _teams() -> None:
    from bluezone.portal.campaign.field.models import (  # noqa: PLC0415
        Campaign,
        Household,
        Team,
        Visit,
    )
    from bluezone.portal.units.models import Unit  # noqa: PLC0415

    then = NOW - 10 * 86_400
    campaign = Campaign.objects.create(
        unit_id="vn2020", opened_at=then, opened_by="bench", ends_on=TODAY + dt.timedelta(days=20)
    )
    communes = Unit.objects.filter(edition="vn2020", level="commune").values_list("path", flat=True)
    teams = Team.objects.bulk_create(
        [
            Team(campaign=campaign, unit_id=path, name="Tổ 1", revision=DOORS, created_at=then)
            for path in communes
        ],
        batch_size=500,
    )
    homes = Household.objects.bulk_create(
        [Household(**_door(team, place)) for team in teams for place in range(DOORS)],
        batch_size=500,
    )
    Visit.objects.bulk_create(
        [
            Visit(
                unit_path=home.unit_path,
                team_id=home.team_id,
                household=home,
                device=f"d{home.team_id}",
                counter=home.position,
                outcome=home.last_outcome,
                at=NOW,
                time=NOW,
                day=home.first_visit_on,
                received_at=NOW,
            )
            for home in homes
            if home.first_visit_on
        ],
        batch_size=500,
    )


def _door(team: object, place: int) -> dict[str, object]:
    state, outcome = (
        ("installed", "installed"),
        ("refused", "refused"),
        ("absent", "absent"),
        ("no_smartphone", "no_smartphone"),
        ("to_visit", ""),
    )[place % 5]
    day = None if state == "to_visit" else TODAY - dt.timedelta(days=place % 7)
    settled = day if state not in {"to_visit", "absent"} else None
    return {
        "unit_path": team.unit_id,  # type: ignore[attr-defined] # a Team, known after django.setup
        "team": team,
        "alley": "Ngõ 1",
        "label": str(place),
        "position": place,
        "state": state,
        "last_outcome": outcome,
        "first_visit_on": day,
        "settled_on": settled,
        "installed_on": day if state == "installed" else None,
        "phones": 2 if state == "installed" else 0,
    }


def _people() -> None:
    from bluezone.portal.accounts.memberships import create_member  # noqa: PLC0415
    from bluezone.portal.accounts.models import Role  # noqa: PLC0415
    from bluezone.portal.accounts.services import create_staff  # noqa: PLC0415
    from bluezone.portal.units.models import Unit  # noqa: PLC0415

    for name, path in (("one", "vn2020"), ("two", "vn2020"), ("hd", "vn2020.30")):
        user = create_staff(name, "mot hai ba bon nam", "", display_name=name, language="vi")
        create_member(user, Unit.objects.get(pk=path), Role.CAMPAIGN_OFFICER)


def measured(home: Path) -> Iterator[dict[str, object]]:
    """Yield the rows that new processes print, each with `home` as its store."""
    for what in ("nothing kept", "worker", "kept", "report"):
        command = [sys.executable, "-m", "bench.dashboards", what, str(home)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        for line in done.stdout.splitlines():
            yield json.loads(line)


def _child(what: str, home: Path) -> Iterator[dict[str, object]]:
    """Measure one thing in this process, which has looked at nothing before."""
    os.environ["BLUEZONE_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "bluezone.portal.settings"
    import django  # noqa: PLC0415 - after the folder is chosen

    django.setup()
    from bluezone.portal import clock  # noqa: PLC0415 - after setup

    clock.use(lambda: float(NOW))
    forget(home / "portal" / "portal.sqlite3")
    if what == "worker":
        yield from _worker()
    elif what == "report":
        yield from _report()
    else:
        yield from _pages(what)


def _timed(client: object, address: str) -> dict[str, object]:
    """Ask for a page; return how long it took and how often it asked the database."""
    from django.db import connection  # noqa: PLC0415 - after setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - the same

    with CaptureQueriesContext(connection) as asked:
        started, cpu = time.perf_counter(), time.process_time()
        answer = client.get(address)  # type: ignore[attr-defined] # a Client, known after setup
        took, cpu = time.perf_counter() - started, time.process_time() - cpu
    assert answer.status_code == 200
    return {
        "ms": round(1000 * took),
        "cpu_ms": round(1000 * cpu),
        "queries": len(asked),
        "bytes": len(answer.content),
    }


def _browser(name: str) -> object:
    """Return a test client in which an officer is signed in."""
    from django.conf import settings  # noqa: PLC0415 - after setup
    from django.test import Client  # noqa: PLC0415 - the same
    from django.urls import reverse  # noqa: PLC0415 - the same

    from bluezone.portal import clock  # noqa: PLC0415 - the same
    from bluezone.portal.accounts.middleware import SEEN, STARTED  # noqa: PLC0415 - the same
    from bluezone.portal.accounts.models import User  # noqa: PLC0415 - the same

    settings.ALLOWED_HOSTS = ["testserver"]
    reverse("front")  # loads all addresses, and with them all modules
    client = Client()
    client.force_login(User.objects.get(username=name))
    session = client.session
    session[STARTED] = session[SEEN] = clock.desk_now()
    session.save()
    return client


def _pages(what: str) -> Iterator[dict[str, object]]:
    one, two, province = (_browser(name) for name in ("one", "two", "hd"))
    nation = "/campaign/vn2020/"
    wanted = {"wanted_ms": "800 cold, 300 warm"}
    yield {"what": "nation, cold", "with": what, **_timed(one, nation), **wanted}
    yield {"what": "nation, warm, another person", "with": what, **_timed(two, nation), **wanted}
    yield {"what": "province, cold", "with": what, **_timed(province, "/campaign/vn2020.30/")}
    yield {"what": "province, warm", "with": what, **_timed(province, "/campaign/vn2020.30/")}


def _worker() -> Iterator[dict[str, object]]:
    from bluezone.portal.campaign.dashboards.keeping import keep_due  # noqa: PLC0415

    started, cpu = time.perf_counter(), time.process_time()
    made = keep_due(now=NOW)
    took, cpu = time.perf_counter() - started, time.process_time() - cpu
    yield {"what": "worker keeps the nation", "pages": made, "s": round(took, 2), "cpu_s": cpu}


def _report() -> Iterator[dict[str, object]]:
    client = _browser("hd")
    row = _timed(client, "/campaign/vn2020.30/report.pdf")
    yield {"what": "a province's evening report, PDF", **row, "wanted_ms": 5000}
    yield from _ranking()


def _ranking() -> Iterator[dict[str, object]]:
    from bluezone.portal.campaign.dashboards.ranking import places  # noqa: PLC0415
    from bluezone.portal.campaign.targets.choices import Base  # noqa: PLC0415
    from bluezone.portal.campaign.targets.evidence import Evidence  # noqa: PLC0415
    from bluezone.portal.units.models import Unit  # noqa: PLC0415

    started = time.perf_counter()
    provinces = list(Unit.objects.children("vn2020"))
    ranked = places(provinces, Evidence([one.path for one in provinces], TODAY), Base.PEOPLE)
    took = round(1000 * (time.perf_counter() - started))
    yield {"what": "rank with doubt", "units": len(ranked), "ms": took, "wanted_ms": 1000}


if __name__ == "__main__":
    for row in _child(sys.argv[1], Path(sys.argv[2])):
        print(json.dumps(row), flush=True)
