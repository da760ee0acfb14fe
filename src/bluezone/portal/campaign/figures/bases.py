"""Does a published percentage fit the base that it names?

Count divided by percentage is the denominator that the publisher used. It is compared with the
denominators that we know. Source: spec/campaign.md, "What went wrong with the numbers": the
rates "of smartphones" of 11/8/2020 fit the population; Hải Dương's 23.4 % fits 1.70 million, not
the census. Tolerance of ours: 3 percent, more than rounding and less than those faults.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bluezone.portal.campaign.figures.choices import Base, Series
from bluezone.portal.campaign.figures.denominators import KnownDenominator, denominators
from bluezone.portal.campaign.figures.models import Figure, PublishedRate
from bluezone.portal.campaign.figures.places import within

TOLERANCE: Final = 0.03


@dataclass(frozen=True, slots=True)
class Misfit:
    """A published rate that does not fit its base.

    Attributes:
        unit_paths: the unit, or all units of a publication that gave only their common count.
        percent: the published percentage; of several units of the first one.
        count: the count that the publisher gave.
        claimed: the base that the publisher named.
        fits: the bases that would fit; empty where none does.
        on_claimed: the percentage that the count is on the claimed base, where we know it.
        implied: the denominator that count and percentage imply together.
    """

    unit_paths: tuple[str, ...]
    series: Series
    day: dt.date
    percent: float
    count: int
    claimed: Base
    fits: tuple[Base, ...]
    on_claimed: float | None
    implied: int
    evidence: str

    @property
    def unit_path(self) -> str:
        """The (first) unit."""
        return self.unit_paths[0]


def ratio(count: int, percents: Sequence[float], sizes: Sequence[int]) -> float:
    """Return the count divided by what the percentages make of the denominators: 1 is a fit.

    Args:
        count: of all units together.
        percents: published percentage of each unit, all above 0.
        sizes: denominator of each unit, all above 0.
    """
    made = sum(percent * size / 100 for percent, size in zip(percents, sizes, strict=True))
    return count / made


def fitting_bases(
    count: int, percents: Sequence[float], sizes: Mapping[Base, Sequence[int]]
) -> tuple[Base, ...]:
    """Return the bases on which the percentages make the count, within the tolerance."""
    return tuple(
        base
        for base, known in sizes.items()
        if known and abs(ratio(count, percents, known) - 1) <= TOLERANCE
    )


def misfits(path: str) -> list[Misfit]:
    """Return the published rates of a unit and below whose base does not fit."""
    rates = list(PublishedRate.objects.filter(unit_path__under=path, percent__gt=0))
    counts = _counts(rates)
    groups: defaultdict[tuple[object, ...], list[PublishedRate]] = defaultdict(list)
    for rate in rates:
        if rate.group_value is not None:
            groups[rate.series, rate.day, rate.base, rate.evidence, rate.group_value].append(rate)
    known = _known(rates)
    found = []
    for rate in rates:
        count = counts.get((rate.unit_path, rate.series, rate.day, rate.evidence))
        if count is not None:
            found.append(_judge([rate], count, known))
    found += [_judge(group, int(group[0].group_value or 0), known) for group in groups.values()]
    return [misfit for misfit in found if misfit is not None]


def _counts(rates: Sequence[PublishedRate]) -> dict[tuple[str, str, dt.date, str], int]:
    paths = sorted({rate.unit_path for rate in rates})
    rows = Figure.objects.accepted().filter(within(paths), published_percent__isnull=False)
    return {(row.unit_path, row.series, row.day, row.evidence): row.value for row in rows}


_Known = dict[tuple[str, dt.date, Base], KnownDenominator]


def _known(rates: Sequence[PublishedRate]) -> _Known:
    by_day: defaultdict[dt.date, set[str]] = defaultdict(set)
    for rate in rates:
        by_day[rate.day].add(rate.unit_path)
    found: _Known = {}
    for day, paths in by_day.items():
        for base in (Base.PEOPLE, Base.SMARTPHONES):
            sizes = denominators(sorted(paths), base, day, estimate=base != Base.PEOPLE)
            found.update({(path, day, base): size for path, size in sizes.items()})
    return found


def _judge(rates: Sequence[PublishedRate], count: int, known: _Known) -> Misfit | None:
    first = rates[0]
    claimed, percents = Base(first.base), [float(rate.percent) for rate in rates]
    sizes: dict[Base, list[int]] = {}
    for base in (Base.PEOPLE, Base.SMARTPHONES):
        found = [known.get((rate.unit_path, rate.day, base)) for rate in rates]
        sizes[base] = [size.value for size in found if size is not None]
        if len(sizes[base]) < len(rates):
            sizes[base] = []
    fits = fitting_bases(count, percents, sizes)
    if claimed in fits or not sizes.get(claimed):
        return None
    return Misfit(
        tuple(rate.unit_path for rate in rates),
        Series(first.series),
        first.day,
        percents[0],
        count,
        claimed,
        fits,
        100 * count / sizes[claimed][0] if len(rates) == 1 else None,
        round(100 * count / percents[0]) if len(rates) == 1 else sum(sizes[claimed]),
        first.evidence,
    )
