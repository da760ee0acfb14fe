"""The same figure twice on one day: chance, or a slip of the pen?

Source: `spec/campaign.md`: two cities show the same count on 20/8/2020, likely a slip for one.
How likely two honest figures are equal follows from how closely figures lie together there.
The surprising decision: neither of the two is called wrong; only both together can be asked.
"""

from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from bluezone.portal.campaign.stats.arrays import floats, matching

_NEAR: Final = 0.25
_LEAST: Final = 30.0


@dataclass(frozen=True, slots=True)
class SameFigure:
    """Two units with one figure.

    Attributes:
        first, second: their indices.
        value: the figure.
        chance: probability that any two of these units are equal by chance.
        pair_chance: probability that two given figures of about this value are.
    """

    first: int
    second: int
    value: float
    chance: float
    pair_chance: float


def same_figures(values: ArrayLike, *, printed_to: ArrayLike = 1.0) -> list[SameFigure]:
    """Return pairs of units with the same figure, the least likely first.

    Args:
        values: shape (n,), figures of one series and one day, NaN where nobody reported;
            figures under 30 are left out: there honest units meet all the time.
        printed_to: the step to which they were rounded, one for all or one a unit; 1,000 where
            they were printed to the thousand (`doubt.printed_unit`).
    """
    given = floats(values)
    step = matching(printed_to, given, "printed_to")
    usable = np.flatnonzero(np.isfinite(given) & (given >= _LEAST))
    order = usable[np.argsort(given[usable], kind="stable")]
    edges = np.flatnonzero(np.diff(given[order], prepend=np.nan, append=np.nan) != 0)
    found = []
    for start, end in pairwise(edges):
        for a, b in combinations(sorted(order[start:end].tolist()), 2):
            value = float(given[a])
            # Figures are taken to lie evenly within a quarter of the value, above and below.
            pair = min(1.0, float(max(step[a], step[b])) / (2 * _NEAR * value))
            near = int((np.abs(given[usable] - value) <= _NEAR * value).sum())
            chance = min(1.0, pair * near * (near - 1) / 2)
            found.append(SameFigure(int(a), int(b), value, chance, pair))
    return sorted(found, key=lambda same: (same.chance, same.first, same.second))
