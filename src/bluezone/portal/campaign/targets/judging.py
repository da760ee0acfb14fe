"""The verdict on each target: met, on course, at risk or missed, with its reason.

A clause is met when the accepted value of the evening reaches it; missed when the last day is
over and the value of that last evening did not; before, on course when the forecast gives at
least `ON_COURSE_FROM`, else at risk. What is not known is at risk. A target is met by one clause,
missed by all. The surprising decision: figures after the last day are not looked at, so a target
that was reached a day late stays missed.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bluezone.portal.campaign.targets.chances import (
    AmountAsk,
    RankAnswer,
    RankTable,
    amount_chances,
    rank_table,
)
from bluezone.portal.campaign.targets.choices import CSS_KIND, Base, Measure, State
from bluezone.portal.campaign.targets.effective import Effective, effective_of
from bluezone.portal.campaign.targets.evidence import Evidence, Known, KnownBase
from bluezone.portal.campaign.targets.ranks import fields
from bluezone.portal.campaign.targets.terms import Amount, Clause, Rank
from bluezone.portal.units.models import Level, Unit
from bluezone.portal.units.paths import parent_of

ON_COURSE_FROM: Final = 0.7
"""Chance from which on a target is on course: at least 7 of 10."""
SURE_RANK: Final = 0.9
"""A rank beside units without a figure is held only with at least this probability."""
STALE_DAYS: Final = 3
"""A figure this many days old says nothing about tomorrow: at risk until there is a new one."""
_ORDER: Final = (State.MISSED, State.AT_RISK, State.ON_COURSE, State.MET)


class Why(StrEnum):
    """Why a clause has its verdict; `reasons` has the words."""

    REACHED = "reached"
    NOTHING_ASKED = "nothing_asked"
    NOT_REACHED = "not_reached"
    NEVER_KNOWN = "never_known"
    NO_BASE = "no_base"
    NO_FIGURES = "no_figures"
    OLD_FIGURES = "old_figures"
    FORECAST = "forecast"
    NO_FORECAST = "no_forecast"


@dataclass(frozen=True, slots=True)
class ClauseVerdict:
    """The verdict on one clause.

    Attributes:
        clause, state, why: what, which, and the kind of reason.
        known: the count that was judged, None where there is none.
        base: the denominator, None where the clause has none or nobody knows it.
        need: of an amount, the count that reaches it; None where the base is unknown.
        rank: of a rank, where the unit stands; None where it has no figure.
        chance: probability of reaching it by the last day, None where nothing was forecast.
    """

    clause: Clause
    state: State
    why: Why
    known: Known | None
    base: KnownBase | None
    need: int | None = None
    rank: RankAnswer | None = None
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a target of a unit as of the evening of `day`.

    Attributes:
        effective: the target, own or inherited.
        state: that of the best clause.
        clauses: one for each clause of the target, in its order.
    """

    effective: Effective
    day: dt.date
    state: State
    clauses: tuple[ClauseVerdict, ...]

    @property
    def kind(self) -> str:
        """The class of the verdict's colour and shape, beside `.state`."""
        return CSS_KIND[self.state]

    @property
    def best(self) -> ClauseVerdict:
        """The clause that decides: the best state, then the highest chance."""
        return max(self.clauses, key=lambda one: (_ORDER.index(one.state), one.chance or 0.0))

    def reason(self, language: str) -> str:
        """Return why, in plain words, in `vi` or `en`."""
        from bluezone.portal.campaign.targets import reasons  # noqa: PLC0415 - words know verdicts

        return reasons.reason(self, language)

    def sentence(self, language: str) -> str:
        """Return the target as a sentence in `vi` or `en`."""
        from bluezone.portal.campaign.targets.rendering import render  # noqa: PLC0415 - the same

        return render(self.effective.target, language)


def verdicts(unit: Unit | str, day: dt.date) -> list[Verdict]:
    """Return the verdict on each target of a unit as of the evening of `day`."""
    path = unit if isinstance(unit, str) else unit.path
    return verdicts_of([path], day)[path]


def verdicts_of(
    units: Iterable[Unit | str], day: dt.date, *, evidence: Evidence | None = None
) -> dict[str, list[Verdict]]:
    """Return the verdicts of many units by path; the number of queries does not grow with them.

    `evidence` of that evening saves asking again where it covers all units that are looked at:
    those asked for, the units beside them, and those they are ranked among.

    For up to 500 units: 2 for the targets, 1 for the units beside them, 2 for each series (4
    where something is forecast, 2 more for each past last day), 1 or 2 for each base, 2 where
    ranks are asked for; 2 to 3 more where a number is handed down; 1 and 3 to 12 for officials.
    """
    paths = [unit if isinstance(unit, str) else unit.path for unit in units]
    effective = effective_of(paths, day)
    if not any(effective.values()):
        return {path: [] for path in paths}
    return _Bench(effective, day, evidence).judge()


class _Bench:
    """All targets of some units on one evening, judged together."""

    def __init__(
        self,
        effective: Mapping[str, Sequence[Effective]],
        day: dt.date,
        evidence: Evidence | None,
    ) -> None:
        self.effective, self.day = effective, day
        asks = {
            (one.unit_path, clause.of)
            for found in effective.values()
            for one in found
            for clause in one.target.clauses
            if isinstance(clause, Rank)
        }
        self.fields = fields(asks)
        asked = [path for path, found in effective.items() if found]
        self.families = _families(asked)
        beside = {path for family in self.families.values() for path in family}
        ranked = {path for field in self.fields.values() for path in field}
        paths = {*asked, *beside, *ranked}
        covered = evidence is not None and evidence.covers(paths, day)
        self.evidence = evidence if evidence is not None and covered else Evidence(paths, day)
        self.tables: dict[tuple[Measure, Base | None, str, dt.date, dt.date | None], RankTable] = {}
        self.chances: dict[AmountAsk, float] = {}

    def judge(self) -> dict[str, list[Verdict]]:
        asks = [
            ask
            for found in self.effective.values()
            for one in found
            for clause in one.target.clauses
            if (ask := self._ask(one, clause)) is not None
        ]
        self.chances = amount_chances(asks, self.families, self.evidence)
        return {
            path: [self._verdict(one) for one in found] for path, found in self.effective.items()
        }

    def _verdict(self, one: Effective) -> Verdict:
        clauses = tuple(self._clause(one, clause) for clause in one.target.clauses)
        state = max((clause.state for clause in clauses), key=_ORDER.index)
        return Verdict(one, self.day, state, clauses)

    def _clause(self, one: Effective, clause: Clause) -> ClauseVerdict:
        if isinstance(clause, Rank):
            return self._rank(one, clause)
        return self._amount(one, clause)

    def _looked(
        self, one: Effective, clause: Amount
    ) -> tuple[Known | None, KnownBase | None, int | None]:
        """Return count, base and need of an amount."""
        last = one.target.deadline or self.day
        known = self.evidence.count(one.unit_path, clause.measure, last)
        base = self.evidence.base(one.unit_path, clause.base)
        return known, base, clause.need(base.value if base is not None else None)

    def _ask(self, one: Effective, clause: Clause) -> AmountAsk | None:
        """Return the question for the forecast, None where the answer is known or hopeless."""
        if isinstance(clause, Rank) or self._is_over(one):
            return None
        known, _, need = self._looked(one, clause)
        if known is None or need is None or known.value >= need or self._is_old(known):
            return None
        return AmountAsk(one.unit_path, clause.measure, need, one.target.deadline)

    def _amount(self, one: Effective, clause: Amount) -> ClauseVerdict:
        known, base, need = self._looked(one, clause)

        def found(state: State, why: Why, chance: float | None = None) -> ClauseVerdict:
            return ClauseVerdict(clause, state, why, known, base, need, chance=chance)

        if need == 0:
            return found(State.MET, Why.NOTHING_ASKED)
        if known is not None and need is not None and known.value >= need:
            return found(State.MET, Why.REACHED)
        if self._is_over(one):
            why = Why.NO_BASE if need is None else Why.NOT_REACHED
            return found(State.MISSED, Why.NEVER_KNOWN if known is None else why)
        if known is None or need is None or self._is_old(known):
            why = Why.OLD_FIGURES if need is not None else Why.NO_BASE
            return found(State.AT_RISK, Why.NO_FIGURES if known is None else why)
        ask = self._ask(one, clause)
        chance = self.chances.get(ask) if ask is not None else None
        if chance is None:
            return found(State.AT_RISK, Why.NO_FORECAST)
        return found(_by_chance(chance), Why.FORECAST, chance)

    def _rank(self, one: Effective, clause: Rank) -> ClauseVerdict:
        last = min(self.day, one.target.deadline or self.day)
        known = self.evidence.count(one.unit_path, clause.measure, last)
        base = self.evidence.base(one.unit_path, clause.base)
        field = self.fields[one.unit_path, clause.of]
        answer = None
        if known is not None and field:
            deadline = last if self._is_over(one) else one.target.deadline
            table = self._table(clause, field, last, deadline)
            answer = table.answer(one.unit_path, clause.rank)

        def found(state: State, why: Why, chance: float | None = None) -> ClauseVerdict:
            return ClauseVerdict(clause, state, why, known, base, rank=answer, chance=chance)

        if answer is None or known is None:
            if self._is_over(one):
                why = Why.NEVER_KNOWN if known is None or not field else Why.NO_BASE
                return found(State.MISSED, why)
            why = Why.NO_FIGURES if known is None or not field else Why.NO_BASE
            return found(State.AT_RISK, why)
        certain = answer.missing == 0 or answer.now >= SURE_RANK
        if answer.rank <= clause.rank and certain:
            return found(State.MET, Why.REACHED)
        if self._is_over(one):
            return found(State.MISSED, Why.NOT_REACHED, answer.now)
        if self._is_old(known):
            return found(State.AT_RISK, Why.OLD_FIGURES)
        chance = answer.now if answer.at_deadline is None else answer.at_deadline
        return found(_by_chance(chance), Why.FORECAST, chance)

    def _table(
        self, clause: Rank, field: Sequence[str], day: dt.date, deadline: dt.date | None
    ) -> RankTable:
        """Return a ranking, drawn once for all units in it."""
        key = clause.measure, clause.base, field[0], day, deadline
        if key not in self.tables:
            self.tables[key] = rank_table(clause, field, self.evidence, day=day, deadline=deadline)
        return self.tables[key]

    def _is_over(self, one: Effective) -> bool:
        return one.target.deadline is not None and self.day > one.target.deadline

    def _is_old(self, known: Known) -> bool:
        return (self.day - known.day).days >= STALE_DAYS


def _by_chance(chance: float) -> State:
    return State.ON_COURSE if chance >= ON_COURSE_FROM else State.AT_RISK


def _families(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the units beside those of `paths`, by the unit above them; one query."""
    parents = {above for path in paths if (above := parent_of(path)) is not None}
    rows = Unit.objects.filter(parent__in=parents, closed_on__isnull=True)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in rows.exclude(level=Level.REMAINDER).values_list("path", flat=True):
        found[str(parent_of(path))].append(path)
    return dict(found)
