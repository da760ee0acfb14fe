"""Daily counts of communes that sum up to what was really published of the province.

The province's counts of 5, 15, 16 and 20 August 2020 are facts (figures/tables/published.csv).
Between them the total follows the downloads of the nation that were published by 11 August, and
each day's growth is shared out over communes by people, a liking of each commune and the day's
chance. Everything below the province is generated, and every row says so. Pure: no database.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from random import Random
from typing import Final

from bluezone.portal.units.apportion import apportion

LIKING_SD: Final = 0.25
"""How different communes are, on the log scale; of ours."""
DAY_SD: Final = 0.3
"""How uneven the days of a commune are, on the log scale; of ours."""
PEOPLE_SD: Final = 0.3
"""How different communes of a district are in size, on the log scale; of ours."""
NATION_DOWNLOADS: Final = {
    dt.date(2020, 8, 2): 2_000_000,
    dt.date(2020, 8, 9): 13_500_000,
    dt.date(2020, 8, 11): 15_700_000,
}
"""Published by 11/8/2020 (figures/tables/published.csv); nothing later shapes the days before."""
_GRAIN: Final = 1_000_000


def totals(known: Mapping[dt.date, int]) -> dict[dt.date, int]:
    """Return a count for each day from the first known one to the last, the known ones exact."""
    days = sorted(known)
    made = {}
    for first, last in pairwise(days):
        rise = (known[last] - known[first]) / (_downloads(last) - _downloads(first))
        for step in range((last - first).days):
            day = first + dt.timedelta(days=step)
            made[day] = round(known[first] + rise * (_downloads(day) - _downloads(first)))
    return {**made, days[-1]: known[days[-1]]}


def _downloads(day: dt.date) -> float:
    """Return the nation's downloads on a day, straight between those known and onwards."""
    pairs = list(pairwise(sorted(NATION_DOWNLOADS)))
    first, last = next((pair for pair in pairs if day <= pair[1]), pairs[-1])
    pace = (NATION_DOWNLOADS[last] - NATION_DOWNLOADS[first]) / (last - first).days
    return NATION_DOWNLOADS[first] + pace * (day - first).days


def sizes(people: int, parts: int, rng: Random) -> list[int]:
    """Return people shared out over so many communes, summing up exactly."""
    return apportion(people, [_weight(1.0, PEOPLE_SD, rng) for _ in range(parts)])


def spread(
    wanted: Mapping[dt.date, int], people: Sequence[int], rng: Random
) -> dict[dt.date, list[int]]:
    """Return the counts of communes by day: never falling, summing up to `wanted` exactly.

    Args:
        wanted: the whole by day, never falling.
        people: how many live in each commune.
        rng: chance.
    """
    liked = [size * rng.lognormvariate(0.0, LIKING_SD) for size in people]
    counts, before = [0] * len(people), 0
    made = {}
    for day in sorted(wanted):
        weights = [_weight(one, DAY_SD if before else 0.0, rng) for one in liked]
        grown = apportion(wanted[day] - before, weights)
        counts = [count + more for count, more in zip(counts, grown, strict=True)]
        made[day], before = list(counts), wanted[day]
    return made


def _weight(size: float, sd: float, rng: Random) -> int:
    return 1 + round(_GRAIN * size * rng.lognormvariate(0.0, sd))
