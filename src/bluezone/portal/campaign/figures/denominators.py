"""Denominators: how many people, adults, smartphones or accounts a unit has, says who.

They are append-only rows with a day and a source. The one of a day is the newest that is not
after it; where there is none yet, the earliest later one, whose own day stands beside it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bluezone.portal.audit.services import record
from bluezone.portal.campaign.figures.choices import Base
from bluezone.portal.campaign.figures.errors import FigureError
from bluezone.portal.campaign.figures.inheriting import inherited_counts, origins
from bluezone.portal.campaign.figures.models import Denominator
from bluezone.portal.campaign.figures.places import path_of, within
from bluezone.portal.campaign.figures.wording import source_in_words
from bluezone.portal.units.models import Unit
from bluezone.portal.units.paths import lineage


@dataclass(frozen=True, slots=True)
class KnownDenominator:
    """A denominator as it can be shown: how many, of whom, on which day, says who.

    `estimated`: nobody counted it; `source` says how it was made, in the language of the page.
    """

    unit_path: str
    base: Base
    value: int
    day: dt.date
    source: str
    estimated: bool


def denominator(
    unit: Unit | str, base: str, day: dt.date, *, estimate: bool = False
) -> KnownDenominator | None:
    """Return the denominator of a unit for a day, None where nobody recorded one.

    Args:
        unit: a unit or its path.
        base: people, adults, smartphones or accounts.
        day: the day that the percentage speaks of.
        estimate: see `denominators`.
    """
    return denominators([unit], base, day, estimate=estimate).get(path_of(unit))


def denominators(
    units: Iterable[Unit | str],
    base: str,
    day: dt.date,
    *,
    estimate: bool = False,
    later: bool = True,
) -> dict[str, KnownDenominator]:
    """Return denominators by path; a unit without one is missing.

    A unit made by a merger has the sum over the units before, where all of them have one. At
    most three queries, and four more for each earlier edition that is asked.

    Args:
        units: units or their paths.
        base: people, adults, smartphones or accounts.
        day: the day that the percentages speak of.
        estimate: where a unit has none, take the share among people that the nearest unit above
            has, if both have people; the result is marked `estimated` and says so.
        later: where there is none up to `day`, take the earliest later one; False knows nothing
            that came after.
    """
    paths = [path_of(unit) for unit in units]
    if not paths:
        return {}
    wanted = {Base(base)} | ({Base.PEOPLE} if estimate else set())
    asked = {step for path in paths for step in lineage(path)} if estimate else set(paths)
    known = _newest(sorted(asked), sorted(wanted), day, later=later)
    known |= _from_before(
        asked, sorted(wanted), known, lambda old, one: denominators(old, one, day, later=later)
    )
    found = {path: known[path, Base(base)] for path in paths if (path, Base(base)) in known}
    if estimate:
        found |= _estimates([path for path in paths if path not in found], Base(base), known)
    return found


def _newest(
    paths: Sequence[str], bases: Sequence[Base], day: dt.date, *, later: bool
) -> dict[tuple[str, Base], KnownDenominator]:
    rows = Denominator.objects.filter(within(paths), base__in=bases).order_by("day", "id")
    rows = rows if later else rows.filter(day__lte=day)
    asked = set(paths)
    by_key: defaultdict[tuple[str, Base], list[Denominator]] = defaultdict(list)
    for row in rows:
        if row.unit_path in asked:
            by_key[row.unit_path, Base(row.base)].append(row)
    return {key: _known(_of_day(found, day)) for key, found in by_key.items()}


def _of_day(rows: Sequence[Denominator], day: dt.date) -> Denominator:
    """Return the newest row not after `day`, or the earliest; of one day the last recorded."""
    until = [row for row in rows if row.day <= day]
    return until[-1] if until else [row for row in rows if row.day == rows[0].day][-1]


def _known(row: Denominator) -> KnownDenominator:
    return KnownDenominator(
        row.unit_path,
        Base(row.base),
        row.value,
        row.day,
        source_in_words(row.source),
        row.estimated,
    )


_Known = Mapping[tuple[str, Base], KnownDenominator]
_Read = Callable[[Sequence[str], Base], Mapping[str, KnownDenominator]]


def _from_before(
    paths: Iterable[str], bases: Sequence[Base], known: _Known, read: _Read
) -> dict[tuple[str, Base], KnownDenominator]:
    """Return what units without a denominator have from the units that were merged into them."""
    found: dict[tuple[str, Base], KnownDenominator] = {}
    came = origins({path for path in paths for base in bases if (path, base) not in known})
    for base in bases if came else ():
        before = read(sorted({old for origin in came.values() for old in origin.old}), base)
        counts = {path: one.value for path, one in before.items()}
        for path, (value, whole) in inherited_counts(came, counts).items():
            if (path, base) not in known and value > 0:
                parts = [before[old] for old in came[path].old]
                found[path, base] = _sum_of(path, parts, value, whole=whole)
    return found


def _sum_of(
    path: str, parts: Sequence[KnownDenominator], value: int, *, whole: bool
) -> KnownDenominator:
    newest = max(parts, key=lambda part: part.day)
    source = newest.source
    if len(parts) > 1 or not whole:
        text = _("from the units before the merger (%(source)s)")
        source = text % {"source": newest.source}
    estimated = not whole or any(part.estimated for part in parts)
    return KnownDenominator(path, newest.base, value, newest.day, source, estimated)


def _estimates(paths: Sequence[str], base: Base, known: _Known) -> dict[str, KnownDenominator]:
    """Return estimates for the units for which there is one; one query, for the names."""
    above = {path: _model(path, base, known) for path in paths}
    tops = {top for top in above.values() if top is not None}
    names = {unit.path: unit.title for unit in Unit.objects.filter(path__in=tops)} if tops else {}
    return {
        path: _estimate(path, (top, names.get(top, top)), base, known)
        for path, top in above.items()
        if top is not None
    }


def _model(path: str, base: Base, known: _Known) -> str | None:
    """Return the nearest unit above whose share can be taken, None where there is none."""
    if (path, Base.PEOPLE) not in known:
        return None
    for above in reversed(lineage(path)[:-1]):
        if (above, base) in known and (above, Base.PEOPLE) in known:
            return above
    return None


def _estimate(path: str, top: tuple[str, str], base: Base, known: _Known) -> KnownDenominator:
    above, name = top
    theirs, all_people = known[above, base], known[above, Base.PEOPLE]
    value = round(known[path, Base.PEOPLE].value * theirs.value / all_people.value)
    source = _("estimate: the same share among people as in %(unit)s (%(source)s)")
    text = source % {"unit": name, "source": theirs.source}
    return KnownDenominator(path, base, max(1, value), theirs.day, text, estimated=True)


def record_denominator(
    unit: Unit | str,
    base: str,
    value: int,
    *,
    day: dt.date,
    source: str,
    actor: str,
    now: int,
    estimated: bool = False,
) -> Denominator:
    """Add a denominator; earlier ones stay, and stay visible.

    Raises:
        FigureError: not positive, or without a source.
    """
    if value <= 0 or not source.strip():
        raise FigureError(_("A denominator is a number above 0 with a source."))
    row = Denominator.objects.create(
        unit_path=path_of(unit),
        base=Base(base),
        value=value,
        day=day,
        source=source.strip()[:200],
        estimated=estimated,
        recorded_by=actor,
        recorded_at=now,
    )
    detail = {"base": row.base, "value": value, "day": day.isoformat(), "source": row.source}
    record(actor, "denominator.recorded", f"unit {row.unit_path}", detail)
    return row
