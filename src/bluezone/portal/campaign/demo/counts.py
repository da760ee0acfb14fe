"""Daily counts of communes that sum up to what was really published of the province.

The province's counts of 5, 15, 16 and 20 August 2020 are facts (figures/tables/published.csv).
Between them the total grows by the same factor each day, and each day's growth is shared out
over communes by people, a liking of each commune and the day's chance. Everything below the
province is generated, and every row says so. Pure: no database, no clock.
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
_GRAIN: Final = 1_000_000


def totals(known: Mapping[dt.date, int]) -> dict[dt.date, int]:
    """Return a count for each day from the first known one to the last, the known ones exact."""
    days = sorted(known)
    made = {}
    for first, last in pairwise(days):
        span = (last - first).days
        factor = known[last] / known[first]
        for step in range(span):
            day = first + dt.timedelta(days=step)
            made[day] = round(known[first] * factor ** (step / span))
    return {**made, days[-1]: known[days[-1]]}


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
