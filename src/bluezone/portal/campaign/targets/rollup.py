"""A target rolled up: what the units below need together, and how many of them are there.

The parts of a number sum up to it exactly. The needs of a share do nearly (each part is rounded
up) where the denominators of the parts sum up to that of the whole, and not at all where they do
not: the difference is shown, because that is what people argue about.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bluezone.portal.campaign.targets.choices import State
from bluezone.portal.campaign.targets.judging import Verdict, verdicts_of
from bluezone.portal.units.models import Unit


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A unit directly below, and its verdicts."""

    unit: Unit
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class RolledUp:
    """One target of a unit, seen from below.

    Attributes:
        verdict: of the unit itself.
        states: how many units below have which verdict on their part of it.
        need: what their parts need together, of the first amount; None where one is not known.
        own_need: what the unit itself needs.
        reached: what they have together; None where one has no figure.
        without_part: units below that have a target of their own instead, or no part.
    """

    verdict: Verdict
    states: dict[State, int]
    need: int | None
    own_need: int | None
    reached: int | None
    without_part: int


def child_rows(unit: Unit, day: dt.date) -> list[ChildRow]:
    """Return the units directly below with their verdicts, by code."""
    children = list(Unit.objects.children(unit).exclude(level="remainder"))
    found = verdicts_of(children, day)
    return [ChildRow(child, tuple(found[child.path])) for child in children]


def roll_up(own: Sequence[Verdict], rows: Sequence[ChildRow]) -> list[RolledUp]:
    """Return each of a unit's targets as the units below stand to it; no queries.

    Args:
        own: the unit's verdicts.
        rows: those of the units directly below.
    """
    return [_roll(verdict, rows) for verdict in own]


def _roll(verdict: Verdict, rows: Sequence[ChildRow]) -> RolledUp:
    origin = verdict.effective.origin
    parts = [one for row in rows for one in row.verdicts if one.effective.origin == origin]
    amounts = [next((c for c in one.clauses if c.need is not None), None) for one in parts]
    mine = next((clause for clause in verdict.clauses if clause.need is not None), None)
    needs = [one.need for one in amounts if one is not None and one.need is not None]
    values = [one.known.value for one in amounts if one is not None and one.known is not None]
    return RolledUp(
        verdict,
        dict(Counter(one.state for one in parts)),
        sum(needs) if parts and len(needs) == len(parts) else None,
        None if mine is None else mine.need,
        sum(values) if parts and len(values) == len(parts) else None,
        len(rows) - len(parts),
    )
