"""What the pages of targets show, made ready for the templates; the views stay thin."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language

from bluezone.look import format as look_format
from bluezone.portal.campaign.targets.choices import CSS_KIND, State
from bluezone.portal.campaign.targets.effective import Part, split
from bluezone.portal.campaign.targets.evidence import Evidence, KnownBase
from bluezone.portal.campaign.targets.judging import Verdict, verdicts
from bluezone.portal.campaign.targets.planning import Plan, plan
from bluezone.portal.campaign.targets.rendering import MEASURES, explain, render
from bluezone.portal.campaign.targets.rollup import ChildRow, RolledUp, child_rows, roll_up
from bluezone.portal.campaign.targets.store import Standing, versions
from bluezone.portal.campaign.targets.terms import Target
from bluezone.portal.units.models import Unit

LANGUAGES: Final = ("vi", "en")
SHOWN_ROWS: Final = 50
FIRST_TASKS: Final = 13
"""The whole and the twelve units with most to do; the others open on demand."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A target in one language: as it is judged, and what that means for the unit."""

    language: str
    text: str
    meaning: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerdictCard:
    """A verdict with its words."""

    verdict: Verdict
    label: str
    kind: str
    sentences: tuple[Sentence, ...]
    reason: str
    origin: Unit
    set_by: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """A unit below in the preview of a split; `known` is the base of the first clause."""

    unit: Unit
    known: KnownBase | None
    need: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """A target before it is set: its sentences, and what it asks of each unit below."""

    sentences: tuple[Sentence, ...]
    rows: tuple[PartRow, ...]
    all_rows: int
    need: int | None
    own_need: int | None
    unknown: int


@dataclass(frozen=True, slots=True)
class ChildLine:
    """A target of a unit below as a row; `counted` is what its deciding clause counts."""

    unit: Unit
    verdict: Verdict | None
    counted: str


@dataclass(frozen=True, slots=True)
class RolledLine:
    """A target seen from below: its sentence, and class, word and number of each verdict."""

    rolled: RolledUp
    sentence: str
    states: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class UnitPage:
    """The targets of a unit: its own and inherited ones, the units below, what to do tomorrow.

    Attributes:
        children: rows of the first 50 units below, or of all.
        child_count: how many units are below.
        tasks: the whole and the units with most to do; `other_tasks`: the others.
    """

    cards: tuple[VerdictCard, ...]
    children: tuple[ChildLine, ...]
    child_count: int
    rolled: tuple[RolledLine, ...]
    plan: Plan | None
    tasks: tuple[str, ...]
    other_tasks: tuple[str, ...]


def language() -> str:
    """Return the language of the page, `vi` or `en`."""
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def last_day(now: int) -> dt.date:
    """Return the local day of the page: what is known so far today counts."""
    return look_format.local(now).date()


def unit_page(unit: Unit, day: dt.date, *, every: bool = False) -> UnitPage:
    """Return what the page of a unit's targets shows as of `day`; with `every`, all rows."""
    own = verdicts(unit, day)
    rows = child_rows(unit, day) if own else []
    made = plan(unit, day, known=own) if own else None
    tasks = tuple(made.sentences(language())[1:]) if made is not None else ()
    rolled = roll_up(own, rows) if rows else []
    return UnitPage(
        cards=_cards(own, day),
        children=tuple(
            line for row in (rows if every else rows[:SHOWN_ROWS]) for line in _lines(row)
        ),
        child_count=len(rows),
        rolled=tuple(
            RolledLine(one, one.verdict.sentence(language()), _states(one)) for one in rolled
        ),
        plan=made,
        tasks=tasks[:FIRST_TASKS],
        other_tasks=tasks[FIRST_TASKS:],
    )


def _lines(row: ChildRow) -> list[ChildLine]:
    """Return a row for each target of a unit; one that says so where it has none."""
    if not row.verdicts:
        return [ChildLine(row.unit, None, "")]
    return [
        ChildLine(row.unit, one, MEASURES[one.best.clause.measure][language()])
        for one in row.verdicts
    ]


def _states(one: RolledUp) -> tuple[tuple[str, str, int], ...]:
    """Return class, word and number of each verdict that occurs."""
    return tuple(
        (CSS_KIND[state], str(state.label), one.states[state])
        for state in State
        if one.states.get(state)
    )


def _cards(found: Sequence[Verdict], day: dt.date) -> tuple[VerdictCard, ...]:
    paths = {one.effective.origin.unit_path for one in found}
    units = Unit.objects.in_bulk(paths) if found else {}
    evidence = Evidence({one.effective.unit_path for one in found}, day)
    return tuple(
        VerdictCard(
            one,
            str(one.state.label),
            one.kind,
            sentences(one.effective.target, one.effective.unit_path, evidence),
            one.reason(language()),
            units[one.effective.origin.unit_path],
            one.effective.origin.set_by,
        )
        for one in found
    )


def sentences(target: Target, path: str, evidence: Evidence) -> tuple[Sentence, ...]:
    """Return a target in both languages, that of the page first."""
    known = [evidence.base(path, clause.base) for clause in target.clauses]
    order = sorted(LANGUAGES, key=lambda one: one != language())
    return tuple(
        Sentence(one, render(target, one), tuple(explain(target, known, one))) for one in order
    )


def preview(target: Target, unit: Unit, day: dt.date) -> Preview:
    """Return what a target says and what it would ask of each unit directly below."""
    evidence = Evidence([unit.path], day)
    parts = split(target, unit, day)
    needs = [part.needs[0] for part in parts]
    known = [need for need in needs if need is not None]
    first = _first_amount(target, unit, evidence)
    return Preview(
        sentences(target, unit.path, evidence),
        tuple(_part_row(part) for part in parts[:SHOWN_ROWS]),
        len(parts),
        sum(known) if parts and len(known) == len(parts) else None,
        first,
        len(needs) - len(known),
    )


def _first_amount(target: Target, unit: Unit, evidence: Evidence) -> int | None:
    for clause in target.clauses:
        known = evidence.base(unit.path, clause.base)
        need = getattr(clause, "need", None)
        if need is not None:
            found = need(known.value if known is not None else None)
            return found if isinstance(found, int) else None
    return None


def _part_row(part: Part) -> PartRow:
    return PartRow(part.unit, part.known[0], part.needs[0])


def history(unit: Unit, line: int, day: dt.date) -> list[tuple[Standing, str]]:
    """Return every version of a target of a unit, the newest first, with its sentence."""
    rows = [one for one in versions([unit.path], day) if one.line == line]
    return [(one, render(one.target, language())) for one in reversed(rows)]
