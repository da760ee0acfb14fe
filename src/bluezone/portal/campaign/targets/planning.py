"""What must each part of a unit do a day to get there: the target's gap, split by who can be won.

From `stats.plan_effort`: fewest visits in sum, the first days win more. The gap is that of the
unit as a whole; what its parts report may differ from the unit's own figure, and then the plan
says nothing about which of the two is right. Days left are full days after the evening of `day`,
the last day included.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bluezone.look import format as look_format
from bluezone.portal.campaign import stats
from bluezone.portal.campaign.targets.choices import Base, Measure, State
from bluezone.portal.campaign.targets.evidence import Evidence
from bluezone.portal.campaign.targets.judging import ClauseVerdict, Verdict, verdicts
from bluezone.portal.campaign.targets.rendering import render
from bluezone.portal.units.models import Unit


@dataclass(frozen=True, slots=True)
class PlanRow:
    """The work of one part of a unit.

    Attributes:
        unit: the part, or the unit itself where it has no parts.
        installed, phones: as known on the evening; None where nobody knows.
        winnable: phones that can still be won.
        tomorrow: installs to win on the next day.
        in_all: installs to win until the last day.
        visits_a_day: doors to knock on, where every visit wins what it can.
    """

    unit: Unit
    installed: int | None
    phones: int | None
    winnable: int
    tomorrow: int
    in_all: int
    visits_a_day: float

    def sentence(self, deadline: dt.date, language: str) -> str:
        """Return what to do tomorrow in one sentence."""
        name, day = self.unit.title, look_format.date(deadline)
        tomorrow, in_all, winnable = (
            look_format.number(value, language)
            for value in (self.tomorrow, self.in_all, self.winnable)
        )
        if self.phones is None:
            if language == "vi":
                return f"{name}: chưa biết số điện thoại thông minh nên chưa giao việc được."
            return f"{name}: nobody knows the number of smartphones, so no work is given."
        if language == "vi":
            return (
                f"{name}: ngày mai cài thêm {tomorrow} máy; đến hết {day} cài thêm {in_all} "
                f"trong {winnable} máy còn vận động được."
            )
        return (
            f"{name}: {tomorrow} more phones tomorrow; {in_all} by {day}, "
            f"of {winnable} that can still be won."
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What each part of a unit must do a day.

    Attributes:
        unit, day: of whom, as of which evening.
        verdict, clause: the target and the clause of it that the plan is for.
        deadline: its last day.
        effort: the numbers behind the rows, `plan_effort`'s own.
        rows: one a part, in the order of `effort`.
    """

    unit: Unit
    day: dt.date
    verdict: Verdict
    clause: ClauseVerdict
    deadline: dt.date
    effort: stats.Effort
    rows: tuple[PlanRow, ...]

    def sentences(self, language: str) -> list[str]:
        """Return the target, the whole, then each part that has work, the most first."""
        whole = stats.phrase(self.effort.message(), language)
        working = [row for row in self.rows if row.in_all or row.phones is None]
        working.sort(key=lambda row: (-row.tomorrow, row.unit.path))
        parts = [row.sentence(self.deadline, language) for row in working]
        return [render(self.verdict.effective.target, language), whole, *parts]


def plan(
    unit: Unit,
    day: dt.date,
    *,
    refused: Mapping[str, int] | None = None,
    ease: Mapping[str, float] | None = None,
    visits_a_day: Mapping[str, float] | None = None,
    known: Sequence[Verdict] | None = None,
    evidence: Evidence | None = None,
    parts: Sequence[Unit] | None = None,
) -> Plan | None:
    """Return what each unit directly below must do a day, None where nothing is left to plan.

    Planned is the open target on installations with the nearest last day, of it the clause that
    is nearest; ranks have no plan of their own. Five to seven queries beside the verdicts'.

    Args:
        unit: the whole.
        day: as of that evening.
        refused: by path, people who said no.
        ease: by path, installs for each visit among those who can be won; 1 where missing.
        visits_a_day: by path, visits that the teams can make; unlimited where missing.
        known: the verdicts of the unit on that evening, where the caller has them.
        evidence: of that evening, where the caller has it; it must know all parts.
        parts: the units directly below, where the caller has them.
    """
    chosen = _choose(verdicts(unit, day) if known is None else known, day)
    if chosen is None:
        return None
    verdict, clause = chosen
    deadline = verdict.effective.target.deadline or day
    if parts is None:
        parts = list(Unit.objects.children(unit).exclude(level="remainder"))
    parts = list(parts) or [unit]
    paths = [part.path for part in parts]
    if evidence is None or not evidence.covers(paths, day):
        evidence = Evidence(paths, day)
    measure = clause.clause.measure
    installed = [_value(evidence.count(part.path, measure, day)) for part in parts]
    phones = [_value(evidence.base(part.path, Base.SMARTPHONES)) for part in parts]
    effort = stats.plan_effort(
        [0.0 if value is None else value for value in installed],
        [0.0 if value is None else value for value in phones],
        needed=(clause.need or 0) - (clause.known.value if clause.known else 0),
        days=(deadline - day).days,
        refused=[(refused or {}).get(path, 0) for path in paths],
        ease=[(ease or {}).get(path, 1.0) for path in paths],
        visits_a_day=[(visits_a_day or {}).get(path, float("inf")) for path in paths],
    )
    rows = _rows(parts, installed, phones, effort)
    return Plan(unit, day, verdict, clause, deadline, effort, rows)


def _choose(found: Sequence[Verdict], day: dt.date) -> tuple[Verdict, ClauseVerdict] | None:
    """Return the target that is next, and the amount of it that is nearest."""
    candidates = []
    for verdict in found:
        deadline = verdict.effective.target.deadline
        if verdict.state == State.MET or deadline is None or deadline < day:
            continue
        amounts = [
            one
            for one in verdict.clauses
            if one.need is not None and one.clause.measure not in {Measure.STAFF, Measure.DOWNLOADS}
        ]
        if amounts:
            nearest = min(amounts, key=_gap)
            candidates.append((deadline, _gap(nearest), verdict, nearest))
    if not candidates:
        return None
    _, _, verdict, clause = min(candidates, key=lambda one: (one[0], -one[1]))
    return verdict, clause


def _gap(one: ClauseVerdict) -> int:
    return (one.need or 0) - (one.known.value if one.known else 0)


def _value(known: object) -> int | None:
    value = getattr(known, "value", None)
    return value if isinstance(value, int) else None


def _rows(
    parts: Sequence[Unit],
    installed: Sequence[int | None],
    phones: Sequence[int | None],
    effort: stats.Effort,
) -> tuple[PlanRow, ...]:
    return tuple(
        PlanRow(
            part,
            installed[row],
            phones[row],
            int(effort.winnable[row]),
            int(effort.per_day[row, 0]) if effort.per_day.shape[1] else 0,
            int(effort.per_unit[row]),
            float(effort.visits_per_day[row]),
        )
        for row, part in enumerate(parts)
    )
