"""Reading targets as they stood on an evening."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bluezone.portal.campaign.figures.places import chunks
from bluezone.portal.campaign.targets.choices import Base, Measure
from bluezone.portal.campaign.targets.models import TargetClause, TargetVersion
from bluezone.portal.campaign.targets.terms import Amount, Clause, Rank, Target, plain


@dataclass(frozen=True, slots=True)
class Standing:
    """A version of a unit's own target, as set; the meaning is that of `TargetVersion`."""

    unit_path: str
    line: int
    version: int
    target: Target
    from_day: dt.date
    ended: bool
    source: str
    set_by: str
    set_at: int


_Key = tuple[str, int, int]
"""Unit, line, version."""


def standing(paths: Iterable[str], day: dt.date) -> dict[str, list[Standing]]:
    """Return the targets that units had set themselves by the evening of `day`, by path and line.

    Two queries for up to 500 units.
    """
    newest: dict[tuple[str, int], Standing] = {}
    for row in versions(paths, day):
        newest[row.unit_path, row.line] = row
    found: defaultdict[str, list[Standing]] = defaultdict(list)
    for row in newest.values():
        if not row.ended:
            found[row.unit_path].append(row)
    return dict(found)


def versions(paths: Iterable[str], day: dt.date) -> list[Standing]:
    """Return every version up to `day` by path, line and version."""
    found = []
    for part in chunks(sorted(set(paths))):
        rows = TargetVersion.objects.filter(unit_path__in=part, from_day__lte=day)
        heads = list(rows.order_by("unit_path", "line", "version"))
        clauses = _clauses(part) if heads else {}
        found += [_standing(row, clauses[row.unit_path, row.line, row.version]) for row in heads]
    return found


def _standing(row: TargetVersion, clauses: Iterable[Clause]) -> Standing:
    return Standing(
        row.unit_path,
        row.line,
        row.version,
        Target(tuple(clauses), row.deadline),
        row.from_day,
        row.ended,
        row.source,
        row.set_by,
        row.set_at,
    )


def _clauses(paths: Iterable[str]) -> dict[_Key, list[Clause]]:
    found: defaultdict[_Key, list[Clause]] = defaultdict(list)
    rows = TargetClause.objects.filter(unit_path__in=list(paths))
    for row in rows.order_by("unit_path", "line", "version", "place"):
        found[row.unit_path, row.line, row.version].append(_clause(row))
    return found


def _clause(row: TargetClause) -> Clause:
    base = Base(row.base) if row.base else None
    if row.rank is not None and row.rank_of is not None:
        return Rank(Measure(row.measure), row.rank, row.rank_of, base)
    percent = None if row.percent is None else plain(row.percent)
    return Amount(Measure(row.measure), percent, base, row.count)


def as_row(clause: Clause, key: _Key, place: int) -> TargetClause:
    """Return the row that keeps a clause."""
    path, line, version = key
    row = TargetClause(unit_path=path, line=line, version=version, place=place)
    row.measure, row.base = clause.measure, clause.base or ""
    if isinstance(clause, Rank):
        row.rank, row.rank_of = clause.rank, clause.of
    else:
        row.percent, row.count = clause.percent, clause.count
    return row
