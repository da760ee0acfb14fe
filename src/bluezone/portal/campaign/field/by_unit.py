"""Door-to-door work of many units at once, for rankings, dashboards and the figures' feed.

However many units are asked for, there are three queries: doors, visits, and what closed
campaigns left. Each of them is grouped by the unit of the teams and summed up the tree here.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, Sum

from bluezone.portal.campaign.field.choices import FINAL_STATES, Kind, Outcome, State
from bluezone.portal.campaign.field.models import DayCount, Household, Visit
from bluezone.portal.units.paths import edition_of, lineage


@dataclass(frozen=True, slots=True)
class UnitDay:
    """Door-to-door work of a unit and below at the end of a local day.

    Every door is in exactly one of `installed`, `no_smartphone`, `refused`, `too_old`,
    `not_reachable` and `left`. A door whose state changed after the day counts as left on it.

    Attributes:
        unit_path, day: whose, and when.
        doors: on the lists of the campaigns, open or closed.
        visited: with at least one visit by then.
        installed: where the app is.
        helped: of these, where a team helped to install it.
        no_smartphone, refused, too_old: as the last visit that met somebody found them.
        not_reachable: closed after three absences.
        left: still to be visited.
        absent: of these, visited without meeting anybody.
        phones: phones with the app at these doors, as the teams said: a lower bound.
        visits: visits on the day alone.
        outcomes: these by outcome, every outcome present.
    """

    unit_path: str
    day: dt.date
    doors: int
    visited: int
    installed: int
    helped: int
    no_smartphone: int
    refused: int
    too_old: int
    not_reachable: int
    left: int
    absent: int
    phones: int
    visits: int
    outcomes: Mapping[str, int]


def progress_by_unit(paths: Iterable[str], day: dt.date) -> dict[str, UnitDay]:
    """Return the work of each of `paths` and below at the end of `day`.

    Args:
        paths: units, of any level, also one below the other; each gets an entry.
        day: the local day.
    """
    wanted = frozenset(paths)
    if not wanted:
        return {}
    where = _where(wanted)
    counts = {path: Counter[str]() for path in wanted}
    for found in (_doors(where, day), _visits(where, day), _closed(where, day)):
        for place, what, number in found:
            for path in wanted.intersection(lineage(place)):
                counts[path][what] += number
    return {path: _unit_day(path, day, counts[path]) for path in sorted(wanted)}


_Counts = Iterable[tuple[str, str, int]]


def _where(paths: Iterable[str]) -> Q:
    """Return the condition for the nearest units that have all of `paths` in or below them."""
    tops: dict[str, tuple[str, ...]] = {}
    for path in sorted(paths):
        line = lineage(path)
        shared = tops.get(edition_of(path), line)
        tops[edition_of(path)] = tuple(a for a, b in zip(shared, line, strict=False) if a == b)
    return reduce(or_, (Q(unit_path__under=line[-1]) for line in tops.values()))


def _doors(where: Q, day: dt.date) -> _Counts:
    homes = Household.objects.filter(where, removed_at__isnull=True).order_by()
    settled = {
        f"settled:{state}": Count("pk", filter=Q(settled_on__lte=day, state=state))
        for state in FINAL_STATES
    }
    rows = homes.values("unit_path").annotate(
        doors=Count("pk"),
        visited=Count("pk", filter=Q(first_visit_on__lte=day)),
        helped_doors=Count("pk", filter=Q(helped_on__lte=day)),
        phones=Sum("phones", filter=Q(installed_on__lte=day), default=0),
        **settled,
    )
    found: Iterable[Any] = rows
    for row in found:
        path = row.pop("unit_path")
        yield from ((path, what, number) for what, number in row.items())


def _visits(where: Q, day: dt.date) -> _Counts:
    rows = Visit.objects.filter(where, day=day, kind=Kind.VISIT, voided=False)
    counted = rows.order_by().values_list("unit_path", "outcome").annotate(number=Count("pk"))
    return ((path, outcome, number) for path, outcome, number in counted)


def _closed(where: Q, day: dt.date) -> _Counts:
    rows = DayCount.objects.filter(where, day__lte=day).order_by()
    until = rows.exclude(what__in=Outcome.values) | rows.filter(day=day)
    summed = until.values_list("unit_path", "what").annotate(number=Sum("count"))
    return ((path, what, number) for path, what, number in summed)


def _unit_day(path: str, day: dt.date, counts: Counter[str]) -> UnitDay:
    settled = {state: counts[f"settled:{state}"] for state in FINAL_STATES}
    outcomes = {outcome: counts[outcome] for outcome in Outcome.values}
    return UnitDay(
        unit_path=path,
        day=day,
        doors=counts["doors"],
        visited=counts["visited"],
        installed=settled[State.INSTALLED],
        helped=counts["helped_doors"],
        no_smartphone=settled[State.NO_SMARTPHONE],
        refused=settled[State.REFUSED],
        too_old=settled[State.PHONE_TOO_OLD],
        not_reachable=settled[State.NOT_REACHABLE],
        left=counts["doors"] - sum(settled.values()),
        absent=counts["visited"] - sum(settled.values()),
        phones=counts["phones"],
        visits=sum(outcomes.values()),
        outcomes=outcomes,
    )
