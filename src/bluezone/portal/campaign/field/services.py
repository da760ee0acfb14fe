"""How far the teams are: for their pages, for the dashboards, for the figures' source `visits`.

Percentages are nobody's business here: whoever shows one names its base. Households counted are
those on the list; `phones` is a lower bound of phones with the app, as the teams saw them.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from bluezone.portal.campaign.field.by_unit import UnitDay, progress_by_unit
from bluezone.portal.campaign.field.choices import OPEN_STATES, Kind, Outcome, State
from bluezone.portal.campaign.field.models import DayCount, Household, Team, Visit
from bluezone.portal.campaign.field.walking import counted as by_count
from bluezone.portal.units.models import Unit

__all__ = [
    "AlleyProgress",
    "Progress",
    "TeamProgress",
    "UnitDay",
    "alley_progress",
    "outcome_rows",
    "progress",
    "progress_by_unit",
    "team_progress",
    "teams_progress",
]


@dataclass(frozen=True, slots=True)
class Progress:
    """Door-to-door work of a unit and below at the end of a local day.

    Attributes:
        day: the day.
        households: doors on the lists of open campaigns.
        visited: doors with at least one visit by then.
        settled: doors with a final state by then (installed, no smartphone, refused, too old,
            not reachable).
        closed: of these, closed as not reachable after three absences.
        installed: doors where the app is, by then.
        phones: phones with the app at these doors, as the teams said: a lower bound.
        outcomes: visits on `day` by outcome, every outcome present.
        visits: visits until the end of `day`.
        states: households by their state now, every state present.
    """

    day: dt.date
    households: int
    visited: int
    settled: int
    closed: int
    installed: int
    phones: int
    outcomes: Mapping[str, int]
    visits: int
    states: Mapping[str, int]

    @property
    def to_do(self) -> int:
        """Doors still to be visited at the end of `day`."""
        return self.households - self.settled

    @property
    def visits_today(self) -> int:
        """Visits on `day`."""
        return sum(self.outcomes.values())


def progress(unit: Unit | str, day: dt.date) -> Progress:
    """Return the progress of `unit` and below at the end of `day`.

    Closed campaigns count as they stood at the end of `day`, from the counts that stayed.
    """
    path = unit if isinstance(unit, str) else unit.path
    live = _progress(Q(unit_path__under=path), day)
    return _with_closed(live, path, day)


def team_progress(team: Team, day: dt.date) -> Progress:
    """Return the progress of one team at the end of `day`."""
    return _progress(Q(team=team), day)


@dataclass(frozen=True, slots=True)
class AlleyProgress:
    """One alley of a team: doors, doors with a final state, doors with the app, doors closed."""

    alley: str
    households: int
    visited: int
    settled: int
    installed: int
    closed: int


@dataclass(frozen=True, slots=True)
class TeamProgress:
    """A team and its doors now."""

    team: Team
    households: int
    visited: int
    settled: int
    installed: int
    closed: int


_COUNTS = {
    "households": Count("pk"),
    "visited": Count("pk", filter=Q(first_visit_on__isnull=False)),
    "settled": Count("pk", filter=~Q(state__in=OPEN_STATES)),
    "installed": Count("pk", filter=Q(state=State.INSTALLED)),
    "closed": Count("pk", filter=Q(state=State.NOT_REACHABLE)),
}


def alley_progress(team: Team) -> list[AlleyProgress]:
    """Return the alleys of a team with their doors now, in walking order."""
    rows = Household.objects.filter(team=team, removed_at__isnull=True).order_by("alley")
    counted: Iterable[Any] = rows.values("alley").annotate(**_COUNTS)
    return sorted((AlleyProgress(**row) for row in counted), key=lambda row: by_count(row.alley))


def outcome_rows(found: Progress) -> list[tuple[str, int]]:
    """Return the visits of the day by outcome, as (word, count)."""
    return [(str(Outcome(name).label), count) for name, count in found.outcomes.items()]


def teams_progress(unit: Unit | str) -> list[TeamProgress]:
    """Return the open teams of a unit and below with their doors now; two queries."""
    path = unit if isinstance(unit, str) else unit.path
    teams = Team.objects.filter(unit__path__under=path, campaign__closed_at__isnull=True)
    rows = Household.objects.filter(unit_path__under=path, removed_at__isnull=True)
    counted: Iterable[Any] = rows.order_by().values("team").annotate(**_COUNTS)
    counts = {row.pop("team"): row for row in counted}
    none = dict.fromkeys(_COUNTS, 0)
    return [
        TeamProgress(team, **counts.get(team.pk, none))
        for team in teams.select_related("unit", "campaign")
    ]


def _progress(where: Q, day: dt.date) -> Progress:
    homes = Household.objects.filter(where, removed_at__isnull=True).order_by()
    by_then = homes.aggregate(
        households=Count("pk"),
        visited=Count("pk", filter=Q(first_visit_on__lte=day)),
        settled=Count("pk", filter=Q(settled_on__lte=day)),
        closed=Count("pk", filter=Q(settled_on__lte=day, state=State.NOT_REACHABLE)),
        installed=Count("pk", filter=Q(installed_on__lte=day)),
        phones=Sum("phones", filter=Q(installed_on__lte=day), default=0),
    )
    states = dict(homes.values_list("state").annotate(count=Count("pk")))
    visits = Visit.objects.filter(where, kind=Kind.VISIT, voided=False, day__lte=day).order_by()
    outcomes = dict(visits.filter(day=day).values_list("outcome").annotate(count=Count("pk")))
    return Progress(
        day=day,
        outcomes={name: outcomes.get(name, 0) for name in Outcome.values},
        visits=visits.count(),
        states={name: states.get(name, 0) for name in State.values},
        **by_then,
    )


def _with_closed(live: Progress, path: str, day: dt.date) -> Progress:
    """Add what is left of closed campaigns."""
    kept = DayCount.objects.filter(unit_path__under=path, day__lte=day).order_by()
    sums = Counter(dict(kept.values_list("what").annotate(sum=Sum("count"))))
    if not sums:
        return live
    today = Counter(dict(kept.filter(day=day).values_list("what").annotate(sum=Sum("count"))))
    states = {name: sums[f"settled:{name}"] for name in State.values}
    settled = sum(states.values())
    states[State.ABSENT] = sums["visited"] - settled
    states[State.TO_VISIT] = sums["doors"] - sums["visited"]
    return Progress(
        day=day,
        households=live.households + sums["doors"],
        visited=live.visited + sums["visited"],
        settled=live.settled + settled,
        closed=live.closed + states[State.NOT_REACHABLE],
        installed=live.installed + states[State.INSTALLED],
        phones=live.phones + sums["phones"],
        outcomes={name: n + today[name] for name, n in live.outcomes.items()},
        visits=live.visits + sum(sums[name] for name in Outcome.values),
        states={name: n + states[name] for name, n in live.states.items()},
    )
