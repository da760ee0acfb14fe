"""What the teams found at the doors, for each part of a unit, as of an evening.

Who refused cannot be won any more; how many visits an installation takes, and how many visits
the teams make a day, come from the last seven days. The surprising decision: hands limit a plan
only where the lists hold at least every second phone that can be won, because elsewhere most
people install without a team at their door.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce

from bluezone.portal.campaign.field.choices import INSTALLING, Kind, State
from bluezone.portal.campaign.field.models import Household, Team, Visit
from bluezone.portal.campaign.field.walking import counted as walking_order
from bluezone.portal.units.models import Unit
from bluezone.portal.units.paths import is_under

WINDOW_DAYS: Final = 7
FEWEST_VISITS: Final = 20
"""Fewer visits tell nothing of how many an installation takes."""
_LEAST_EASE: Final = 0.02
_MOST_TEAMS: Final = 50


@dataclass(frozen=True, slots=True)
class Doors:
    """Doors on the lists of a unit and below.

    Attributes:
        households: on the lists.
        left: not settled by the evening; of these `absent` were visited, nobody home.
        installed, refused, no_smartphone, too_old, not_reachable: settled, by how.
        refused_people: smartphones behind the doors that refused, one where nobody said.
        visits, won: in the last seven days, and those that ended with the app.
        visit_days: days from the first of these visits to the evening.
    """

    households: int = 0
    left: int = 0
    absent: int = 0
    installed: int = 0
    refused: int = 0
    no_smartphone: int = 0
    too_old: int = 0
    not_reachable: int = 0
    refused_people: int = 0
    visits: int = 0
    won: int = 0
    visit_days: int = 0

    @property
    def ease(self) -> float:
        """Installations a visit; 1 where too few visits were made."""
        if self.visits < FEWEST_VISITS:
            return 1.0
        return max(self.won / self.visits, _LEAST_EASE)

    @property
    def visits_a_day(self) -> float:
        """Visits that the teams make a day; 0 without any."""
        return self.visits / self.visit_days if self.visit_days else 0.0


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team: its doors, those done and left on the evening, and where it goes next."""

    team: Team
    households: int
    done: int
    left: int
    installed: int
    next: str


def doors_of(unit: Unit, parts: Sequence[Unit], day: dt.date) -> dict[str, Doors]:
    """Return the doors of each part of a unit, and under its own path those of no part.

    Two queries, however many parts.
    """
    settled = Q(settled_on__lte=day)
    homes = Household.objects.filter(unit_path__under=unit.path, removed_at__isnull=True)
    rows = homes.order_by().values("unit_path")
    counted: Iterable[Mapping[str, object]] = rows.annotate(
        households=Count("pk"),
        done=Count("pk", filter=settled),
        tried=Count("pk", filter=Q(first_visit_on__lte=day)),
        **{
            state.value: Count("pk", filter=settled & Q(state=state))
            for state in (
                State.INSTALLED,
                State.REFUSED,
                State.NO_SMARTPHONE,
                State.PHONE_TOO_OLD,
                State.NOT_REACHABLE,
            )
        },
        people=Sum(Coalesce("smartphones", 1), filter=settled & Q(state=State.REFUSED)),
    )
    paths = sorted(part.path for part in parts)
    found = _folded(counted, paths, unit.path)
    walked = _folded(_visits(unit, day), paths, unit.path)
    return {
        path: _doors(found.get(path, {}), walked.get(path, {}), day) for path in (unit.path, *paths)
    }


def _visits(unit: Unit, day: dt.date) -> Iterable[Mapping[str, object]]:
    since = day - dt.timedelta(days=WINDOW_DAYS)
    rows = Visit.objects.filter(
        unit_path__under=unit.path, kind=Kind.VISIT, voided=False, day__gt=since, day__lte=day
    )
    return (
        rows.order_by()
        .values("unit_path")
        .annotate(
            visits=Count("pk"),
            won=Count("pk", filter=Q(outcome__in=[one.value for one in INSTALLING])),
            first=Min("day"),
        )
    )


def _folded(
    rows: Iterable[Mapping[str, object]], paths: Sequence[str], rest: str
) -> dict[str, dict[str, int]]:
    """Return sums of each column by path, all else under `rest`; of days the earliest ordinal."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        path = str(row["unit_path"])
        at = bisect_right(paths, path) - 1
        inside = at >= 0 and is_under(path, paths[at])
        sums = found.setdefault(paths[at] if inside else rest, {})
        for name, value in row.items():
            if isinstance(value, dt.date):
                sums[name] = min(sums.get(name, value.toordinal()), value.toordinal())
            elif isinstance(value, int):
                sums[name] = sums.get(name, 0) + value
    return found


def _doors(homes: Mapping[str, int], walked: Mapping[str, int], day: dt.date) -> Doors:
    done = homes.get("done", 0)
    visited = homes.get("tried", 0)
    first = walked.get("first")
    return Doors(
        households=homes.get("households", 0),
        left=homes.get("households", 0) - done,
        absent=max(visited - done, 0),
        installed=homes.get(State.INSTALLED, 0),
        refused=homes.get(State.REFUSED, 0),
        no_smartphone=homes.get(State.NO_SMARTPHONE, 0),
        too_old=homes.get(State.PHONE_TOO_OLD, 0),
        not_reachable=homes.get(State.NOT_REACHABLE, 0),
        refused_people=homes.get("people", 0),
        visits=walked.get("visits", 0),
        won=walked.get("won", 0),
        visit_days=0 if first is None else day.toordinal() - first + 1,
    )


def team_rows(unit: Unit, day: dt.date) -> tuple[TeamRow, ...]:
    """Return the open teams of a commune or village and below, at most fifty; two queries."""
    teams = Team.objects.filter(unit__path__under=unit.path, campaign__closed_at__isnull=True)
    shown = list(teams.select_related("unit").order_by("unit_id", "name", "pk")[:_MOST_TEAMS])
    open_on = Q(settled_on__isnull=True) | Q(settled_on__gt=day)
    alleys = (
        Household.objects.filter(team__in=[team.pk for team in shown], removed_at__isnull=True)
        .order_by()
        .values_list("team", "alley")
        .annotate(
            doors=Count("pk"),
            left=Count("pk", filter=open_on),
            installed=Count("pk", filter=Q(installed_on__lte=day)),
        )
    )
    by_team: dict[int, list[tuple[str, int, int, int]]] = {team.pk: [] for team in shown}
    for team, alley, doors, left, installed in alleys:
        by_team[team].append((alley, doors, left, installed))
    return tuple(_team_row(team, by_team[team.pk]) for team in shown)


def _team_row(team: Team, alleys: Sequence[tuple[str, int, int, int]]) -> TeamRow:
    walked = sorted(alleys, key=lambda row: walking_order(row[0]))
    left = sum(row[2] for row in alleys)
    doors = sum(row[1] for row in alleys)
    installed = sum(row[3] for row in alleys)
    following = next((alley for alley, _doors, left_here, _app in walked if left_here), "")
    return TeamRow(team, doors, doors - left, left, installed, following)
