"""The steps between figures: what a growth curve is judged by.

Source: `docs/statistics.md`, "Judged by steps". The surprising decision: a step over missing days
is one step of so many days; nothing is drawn in between.
"""

from dataclasses import dataclass, replace

import numpy as np

from bluezone.portal.campaign.stats.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Observed:
    """The steps between figures, n units and T columns; a unit's first figure is no step.

    Attributes:
        before, after: shape (n, T), the count at the start and at the end of a step.
        gap_days: shape (n, T), length of a step; 1 where there is none.
        rest_days: shape (n, T), how many of them were Saturdays or Sundays.
        step: shape (n, T), whether there is a step.
        chain: shape (n, T), the column of the figure before.
        memory: shape (n, T), correlation of the speed with that of the step before, 0 without.
        phones: shape (n,), above every count.
        highest: shape (n,), the highest figure, 0 without.
        last, last_day: shape (n,), the last figure (0 without) and its day.
    """

    before: Floats
    after: Floats
    gap_days: Floats
    rest_days: Floats
    step: Bools
    chain: Ints
    memory: Floats
    phones: Floats
    highest: Floats
    last: Floats
    last_day: Floats

    def rows(self, units: slice) -> "Observed":
        """Return the steps of some units."""
        return Observed(*(getattr(self, name)[units] for name in self.__slots__))

    def last_steps(self) -> "Observed":
        """Return the last step of each unit alone, one column; without memory."""
        column = self.step.shape[1] - 1 - self.step[:, ::-1].argmax(axis=1)[:, None]
        tables = ("before", "after", "gap_days", "rest_days", "step")
        last = {name: np.take_along_axis(getattr(self, name), column, axis=1) for name in tables}
        alone = {"chain": np.zeros_like(column), "memory": np.zeros(column.shape)}
        return replace(self, **last, **alone)


def observe(days: Floats, counts: Floats, phones: Floats, memory_days: float) -> Observed:
    """Return the steps between figures.

    Args:
        days: shape (T,), days since 1970-01-01.
        counts: shape (n, T), NaN where nobody reported.
        phones: shape (n,), above every count.
        memory_days: how long a fast spell lasts.
    """
    seen = np.isfinite(counts)
    filled = np.where(seen, counts, 0.0)
    columns = np.maximum.accumulate(np.where(seen, np.arange(days.size), -1), axis=1)
    earlier = np.concatenate([np.full((len(counts), 1), -1), columns[:, :-1]], axis=1)
    step = seen & (earlier >= 0)
    start = np.maximum(earlier, 0)
    gap = np.where(step, days - days[start], 1.0)
    rest = np.where(step, rest_days_until(days) - rest_days_until(days)[start], 0.0)
    chained = step & np.take_along_axis(step, start, axis=1)
    middle = (gap + np.take_along_axis(gap, start, axis=1)) / 2
    last = columns[:, -1]
    rows = np.arange(len(counts))
    return Observed(
        before=np.take_along_axis(filled, start, axis=1),
        after=filled,
        gap_days=gap,
        rest_days=rest,
        step=step,
        chain=start,
        memory=np.where(chained, np.exp(-middle / memory_days), 0.0),
        phones=phones,
        highest=filled.max(axis=1),
        last=np.where(last >= 0, filled[rows, np.maximum(last, 0)], 0.0),
        last_day=days[last],
    )


def rest_days_until(day: Floats) -> Floats:
    """Return how many Saturdays and Sundays lie in [1970-01-01, day]; that day was a Thursday."""
    weeks, rest = np.divmod(np.asarray(day) + 4, 7)
    return np.asarray(2 * weeks + np.maximum(rest - 5, 0), dtype=np.float64)
