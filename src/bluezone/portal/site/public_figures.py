"""The figures that everybody may see: what counts today, on which base, from which source.

A figure under ten is shown as "< 10" and has no percentage (LOOK, STYLE "Pages"). Downloads never
have one, because they are not people.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bluezone.portal.campaign.figures.services import (
    PARTS,
    Base,
    Current,
    KnownDenominator,
    Series,
    Source,
    current,
    denominators,
)
from bluezone.portal.units.models import Level, Unit

THRESHOLD: Final = 10
_BASES: Final = (Base.PEOPLE, Base.ADULTS, Base.SMARTPHONES)
_PEOPLE_SERIES: Final = (Series.USERS_WITH_PHONE, Series.USERS, Series.ACTIVE_PHONES)


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage with its base; `percent` is of 100."""

    percent: float
    base: Base
    denominator: KnownDenominator


@dataclass(frozen=True, slots=True)
class Row:
    """A count of a unit.

    Attributes:
        value: the count, None if it is under the threshold.
        source: who counted; None for a sum over parts.
        shares: what it is on each base that is known.
    """

    unit: Unit
    series: Series
    value: int | None
    day: dt.date
    source: Source | None
    complete: bool
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """The public figures of a unit and of what is directly below it.

    Attributes:
        rows: one a series that has a figure.
        parts: one a unit below, of the series `parts_series`, the largest share of people first.
    """

    unit: Unit
    rows: Sequence[Row]
    parts: Sequence[Row]
    parts_series: Series | None


def public_nation(day: dt.date) -> Unit | None:
    """Return the nation to show: the newest tree begun by `day` that has figures, else begun."""
    nations = Unit.objects.filter(level=Level.NATION, edition__valid_from__lte=day)
    ordered = nations.select_related("edition").order_by("-edition__valid_from", "path")
    found: list[Unit] = list(ordered)
    for nation in found:
        if any(current([nation], series, day) for series in Series):
            return nation
    return found[0] if found else None


def figures_page(unit: Unit, day: dt.date) -> FiguresPage:
    """Return the newest accepted figures of a unit and its parts as of `day`."""
    rows = [row for series in Series for row in _rows([unit], series, day)]
    parts, chosen = _parts(unit, day)
    return FiguresPage(unit, rows, parts, chosen)


def _parts(unit: Unit, day: dt.date) -> tuple[list[Row], Series | None]:
    below = list(Unit.objects.children(unit).exclude(level=Level.REMAINDER))
    for series in _PEOPLE_SERIES:
        rows = _rows(below, series, day)
        if rows:
            return sorted(rows, key=_rank), series
    return [], None


def _rank(row: Row) -> tuple[float, str]:
    people = [share.percent for share in row.shares if share.base == Base.PEOPLE]
    return (-people[0] if people else 1.0, row.unit.path)


def _rows(units: Sequence[Unit], series: Series, day: dt.date) -> list[Row]:
    found = current(units, series, day)
    bases = [] if series == Series.DOWNLOADS else [denominators(units, b, day) for b in _BASES]
    rows = []
    for unit in units:
        if unit.path in found:
            known = [base[unit.path] for base in bases if unit.path in base]
            rows.append(_row(unit, series, found[unit.path], known))
    return rows


def _row(unit: Unit, series: Series, now: Current, known: Sequence[KnownDenominator]) -> Row:
    hidden = now.value < THRESHOLD
    shares = () if hidden else tuple(_share(now.value, base) for base in known)
    source = None if now.source == PARTS else Source(now.source)
    value = None if hidden else now.value
    return Row(unit, series, value, now.day, source, now.is_complete, shares)


def _share(value: int, base: KnownDenominator) -> Share:
    return Share(100 * value / base.value, base.base, base)
