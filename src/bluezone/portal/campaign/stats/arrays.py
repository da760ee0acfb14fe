"""Names and checks for the arrays that go in and out.

Everything here is numpy: one row a unit, one column a day, NaN where nobody reported.
Days are `datetime64[D]`, local days of Asia/Ho_Chi_Minh; the statistics never read a clock.
"""

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bluezone.portal.campaign.stats.errors import StatsInputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]
Generator = np.random.Generator


def floats(values: ArrayLike) -> Floats:
    """Return `values` as float64; `None` becomes NaN, which means "no figure"."""
    return np.asarray(values, dtype=np.float64)


def matching(values: ArrayLike, like: Floats, name: str) -> Floats:
    """Return `values` broadcast to the shape of `like`; raise StatsInputError where it cannot."""
    try:
        return np.broadcast_to(floats(values), like.shape).copy()
    except ValueError:
        raise StatsInputError(
            f"{name} has the shape {np.shape(values)}, the figures have {like.shape}"
        ) from None


def as_days(days: Any) -> Days:
    """Return `datetime64[D]` of dates, ISO texts or day arrays, strictly increasing.

    Raises:
        StatsInputError: no day at all, or days that repeat or go back.
    """
    result = np.asarray(days, dtype="datetime64[D]")
    if result.ndim != 1 or result.size == 0 or np.any(np.diff(result) <= np.timedelta64(0, "D")):
        raise StatsInputError("days must be a list of one or more days, each after the last")
    return result


def day_numbers(days: Days) -> Floats:
    """Return days since 1970-01-01 as floats."""
    return days.astype("datetime64[D]").astype(np.int64).astype(np.float64)


def as_date(day: np.datetime64) -> dt.date:
    """Return one `datetime64[D]` as a date."""
    return dt.date.fromordinal(int(day.astype("datetime64[D]").astype(np.int64)) + 719_163)
