"""The cumulative counts of units over days, checked: what forecasts and suspicion read."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bluezone.portal.campaign.stats.arrays import (
    Days,
    Floats,
    Ints,
    as_days,
    floats,
    matching,
)
from bluezone.portal.campaign.stats.errors import StatsInputError


@dataclass(frozen=True, slots=True)
class Histories:
    """The cumulative counts of n units over T days.

    Attributes:
        days: shape (T,), `datetime64[D]`; gaps are allowed.
        counts: shape (n, T), one series only; NaN where nobody reported.
        phones: shape (n,), estimated phones of the unit, the ceiling of what can be won;
            NaN where unknown.
        siblings: shape (n,), units with the same number are siblings and help each other.
    """

    days: Days
    counts: Floats
    phones: Floats
    siblings: Ints

    @classmethod
    def of(
        cls,
        days: object,
        counts: ArrayLike,
        *,
        phones: ArrayLike = np.nan,
        siblings: ArrayLike | None = None,
    ) -> "Histories":
        """Return checked histories; without `siblings` all units are siblings.

        Raises:
            StatsInputError: shapes that do not fit, days out of order, counts below nought.
        """
        checked = as_days(days)
        table = np.atleast_2d(floats(counts))
        if table.ndim != 2 or table.shape[1] != checked.size:
            raise StatsInputError(f"counts have the shape {table.shape}, days {checked.shape}")
        if np.any(table < 0) or np.any(np.isinf(table)):
            raise StatsInputError("counts must be nought or more; NaN means no figure")
        n = len(table)
        group = np.zeros(n) if siblings is None else np.asarray(siblings)
        if group.shape != (n,):
            raise StatsInputError(f"siblings have the shape {group.shape}, there are {n} units")
        numbers = np.unique(group, return_inverse=True)[1].astype(np.int64)
        return cls(checked, table, matching(phones, table[:, 0], "phones"), numbers)

    def until(self, day: dt.date) -> "Histories":
        """Return what was known at the end of `day`; raise StatsInputError where nothing was."""
        kept = self.days <= np.datetime64(day)
        if not kept.any():
            raise StatsInputError(f"no figure up to {day:%d/%m/%Y}")
        return Histories(self.days[kept], self.counts[:, kept], self.phones, self.siblings)

    def recent(self, days: int) -> "Histories":
        """Return the last so many days; who is silent since brings the last figure along."""
        kept = self.days > self.days[-1] - np.timedelta64(days, "D")
        if kept.all():
            return self
        counts = self.counts[:, kept].copy()
        earlier = last_known(self.counts[:, ~kept])
        silent = np.isnan(counts).all(axis=1)
        counts[silent, 0] = earlier[silent]
        return Histories(self.days[kept], counts, self.phones, self.siblings)


def last_known(counts: Floats) -> Floats:
    """Return each unit's last figure, shape (n,), NaN where it never reported."""
    seen = np.isfinite(counts)
    last = counts.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    return np.where(seen.any(axis=1), counts[np.arange(len(counts)), last], np.nan)
