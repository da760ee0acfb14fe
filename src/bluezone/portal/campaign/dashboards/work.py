"""What to do tomorrow: the plan of the targets, with what the teams found at the doors."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.campaign.agencies.services import Progress as AgencyProgress
from bluezone.portal.campaign.dashboards.doors import Doors, doors_of
from bluezone.portal.campaign.dashboards.words import language, number
from bluezone.portal.campaign.targets import services as targets
from bluezone.portal.campaign.targets.choices import Base, Measure
from bluezone.portal.campaign.targets.evidence import Evidence
from bluezone.portal.units.models import Unit

TASKS: Final = 12
"""Sentences of what to do tomorrow; the page of targets has all."""
ROWS: Final = 20
"""Parts in the table behind the sentences; the page of targets has all."""
_HALF: Final = 0.5
"""Lists with fewer doors than this part of the phones that can be won do not limit a plan."""


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One part of a unit: what is planned for it (None without an open target), and its doors."""

    unit: Unit
    plan: targets.PlanRow | None
    doors: Doors


@dataclass(frozen=True, slots=True)
class Work:
    """The work of a unit on the day after an evening: sentences, and the parts behind them.

    `rows` has all parts, the most work first.
    """

    tasks: tuple[str, ...]
    rows: tuple[WorkRow, ...]

    @property
    def shown(self) -> tuple[WorkRow, ...]:
        """The rows that stand on the page."""
        return self.rows[:ROWS]

    @property
    def has_doors(self) -> bool:
        """Whether any part has doors on a list."""
        return any(row.doors.households for row in self.rows)

    @property
    def has_plan(self) -> bool:
        """Whether there is an open target to plan for."""
        return any(row.plan is not None for row in self.rows)


def work(
    unit: Unit,
    parts: Sequence[Unit],
    day: dt.date,
    *,
    own: Sequence[targets.Verdict],
    evidence: Evidence,
    agency: AgencyProgress,
) -> Work:
    """Return what to do on the day after `day`.

    Args:
        unit: the whole.
        parts: the units directly below it.
        day: the evening.
        own: the verdicts of the unit on that evening.
        evidence: knows the unit and its parts.
        agency: the agencies of the unit and below.
    """
    doors = doors_of(unit, parts, day)
    plan = _plan(unit, parts, day, own, (evidence, doors)) if own else None
    planned = {} if plan is None else {row.unit.path: row for row in plan.rows}
    rows = [WorkRow(part, planned.get(part.path), doors[part.path]) for part in parts or [unit]]
    rows.sort(key=_most_work)
    return Work(_tasks(plan, agency, doors), tuple(rows))


def _most_work(row: WorkRow) -> tuple[int, int, str]:
    return -(row.plan.tomorrow if row.plan else 0), -row.doors.left, row.unit.path


def _plan(
    unit: Unit,
    parts: Sequence[Unit],
    day: dt.date,
    own: Sequence[targets.Verdict],
    known: tuple[Evidence, Mapping[str, Doors]],
) -> targets.Plan | None:
    evidence, doors = known
    return targets.plan(
        unit,
        day,
        refused={path: one.refused_people for path, one in doors.items()},
        ease={path: one.ease for path, one in doors.items()},
        visits_a_day={
            path: one.visits_a_day
            for path, one in doors.items()
            if one.visits_a_day and one.households >= _HALF * _winnable(path, one, evidence)
        },
        known=own,
        evidence=evidence,
        parts=parts,
    )


def _winnable(path: str, doors: Doors, evidence: Evidence) -> float:
    phones = evidence.base(path, Base.SMARTPHONES)
    users = evidence.count(path, Measure.USERS, evidence.day)
    if phones is None:
        return float("inf")
    return max(phones.value - (users.value if users else 0) - doors.refused_people, 1)


def _tasks(
    plan: targets.Plan | None, agency: AgencyProgress, doors: Mapping[str, Doors]
) -> tuple[str, ...]:
    made = [] if plan is None else plan.sentences(language())[1 : TASKS + 1]
    others = []
    silent = agency.agencies - agency.reporting
    if silent:
        others.append(
            _("Agencies: ask %(silent)s of %(all)s for their first figure.")
            % {"silent": number(silent), "all": number(agency.agencies)}
        )
    others += _door_task(doors)
    return (*made[:1], *others, *made[1:])


def _door_task(doors: Mapping[str, Doors]) -> list[str]:
    sums = {
        name: sum(getattr(one, name) for one in doors.values())
        for name in ("households", "left", "absent", "refused", "no_smartphone")
    }
    if not sums["left"]:
        return []
    words = {name: number(value) for name, value in sums.items()}
    text = _(
        "Doors: %(left)s of %(households)s are still to be visited; at %(absent)s of them nobody "
        "was home so far. %(refused)s refused, %(no_smartphone)s have no smartphone."
    )
    return [text % words]
