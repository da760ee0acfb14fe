"""Generated agencies, villages, teams, doors and visits: invented, and called so (“mẫu”)."""

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Final

from bluezone.look.format import VIETNAM
from bluezone.portal.campaign.agencies.services import (
    AgencyRequest,
    ReportRequest,
    add_report,
    create_agency,
)
from bluezone.portal.campaign.field.closing import open_campaign
from bluezone.portal.campaign.field.merging import merge
from bluezone.portal.campaign.field.models import Household, Team
from bluezone.portal.campaign.field.roster import Door, add_households, create_team
from bluezone.portal.campaign.field.wire import SentVisit
from bluezone.portal.units.models import Unit
from bluezone.portal.units.services import add_village

ACTOR: Final = "system"
PROVINCE_AGENCIES: Final = (
    ("Sở mẫu", "department", 18),
    ("Đơn vị sự nghiệp mẫu", "agency", 8),
    ("Đoàn thể tỉnh mẫu", "mass_organisation", 6),
)
"""Names, kinds and how many of each the province gets; districts get four."""
DISTRICT_AGENCIES: Final = (
    ("Phòng mẫu", "department", 3),
    ("Đoàn thể mẫu", "mass_organisation", 1),
)
ALLEYS: Final = ("Ngõ 1", "Ngõ 2", "Ngõ 3")
DOORS: Final = 16
"""Doors an alley."""
VILLAGES: Final = 3
_OUTCOMES: Final = ("installed", "helped", "no_smartphone", "absent", "refused", "phone_too_old")
_CHANCES: Final = (30, 25, 12, 22, 8, 3)


def instant(day: dt.date, hour: int) -> int:
    """Return Unix seconds of a local hour."""
    return int(dt.datetime.combine(day, dt.time(hour), tzinfo=VIETNAM).timestamp())


def make_agencies(
    province: Unit, districts: Sequence[Unit], days: Sequence[dt.date], rng: Random
) -> int:
    """Add agencies with daily reports of a growing share of staff; return how many."""
    made = 0
    wanted = [(province, PROVINCE_AGENCIES), *((one, DISTRICT_AGENCIES) for one in districts)]
    for unit, kinds in wanted:
        for name, kind, count in kinds:
            for place in range(1, count + 1):
                _make_agency(unit, f"{name} {place:02d}", kind, days, rng)
                made += 1
    return made


def _make_agency(unit: Unit, name: str, kind: str, days: Sequence[dt.date], rng: Random) -> None:
    staff = rng.randint(24, 160)
    phones = round(staff * rng.uniform(0.8, 0.98))
    request = AgencyRequest(name, kind, "report", staff, phones)
    agency = create_agency(request, unit, ACTOR, now=instant(days[0], 8), from_day=days[0])
    share, pace = rng.uniform(0.2, 0.5), rng.uniform(0.04, 0.16)
    if rng.random() < 0.1:  # some never report: the dashboard asks for them
        return
    for day in days:
        share += pace * (1 - share)
        count = min(phones, round(phones * share))
        relatives = round(count * 0.6)
        add_report(agency, ReportRequest(day, count, relatives), ACTOR, now=instant(day, 17))


def make_teams(communes: Sequence[Unit], first: dt.date, evening: dt.date, rng: Random) -> int:
    """Add villages with a team each, and the visits of the days up to `evening`; return doors."""
    doors = 0
    for commune in communes:
        for number in range(1, VILLAGES + 1):
            village = add_village(commune, f"Mẫu {number}", kind="Thôn", actor=ACTOR)
            team = create_team(village, f"Tổ {number}", actor=ACTOR, now=instant(first, 8))
            doors += add_households(team, _doors(rng), actor=ACTOR)
            _visit(team, first, evening, rng)
    return doors


def open_fieldwork(province: Unit, first: dt.date, last: dt.date) -> None:
    """Open the door-to-door campaign of the province."""
    open_campaign(province, ends_on=last, actor=ACTOR, now=instant(first, 7))


def _doors(rng: Random) -> list[Door]:
    return [
        Door(alley, f"Nhà {place}", place, rng.randint(1, 5), rng.randint(0, 4))
        for alley in ALLEYS
        for place in range(1, DOORS + 1)
    ]


def _visit(team: Team, first: dt.date, evening: dt.date, rng: Random) -> None:
    """Send what a phone of the team would have sent: some doors a day, absent ones again."""
    homes = list(Household.objects.filter(team=team).values_list("pk", flat=True))
    visits, counter = [], 0
    day = first
    while day <= evening and homes:
        today, homes = homes[:9], homes[9:]
        for place, home in enumerate(today):
            outcome = rng.choices(_OUTCOMES, _CHANCES)[0]
            counter += 1
            at = instant(day, 8) + 600 * place
            phones = rng.randint(1, 3) if outcome in {"installed", "helped"} else 0
            reason = "privacy" if outcome == "refused" else ""
            visits.append(
                SentVisit(counter, home, at, at, outcome=outcome, reason=reason, phones=phones)
            )
            if outcome == "absent":
                homes.append(home)
        day += dt.timedelta(days=1)
    merge(team, f"demo-{team.pk}", visits, now=instant(evening, 20))
