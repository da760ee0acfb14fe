"""How far a count or a denominator may be from the truth.

Source: `docs/statistics.md`, "The error model"; the measured figures come from facts of the
press of 2020 and 2021 that contradict one another (their rows are in the tests).
One figure is `true x exp(source error) x (forward in time)`, then rounded when published:

* the source error is normal on the log scale, with one relative standard deviation a kind;
* a figure `lag` days old is brought forward by `growth` a day, and that step is doubted by
  half of itself; a day without an hour is doubted by the sd of a uniform hour, 0.29 days;
* rounding is uniform between the numbers that would have been printed alike.

The surprising decision: errors that all units share (one ministry, one method, one day) are
left out on purpose. They move every unit alike and so cannot change an order.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bluezone.portal.campaign.stats.arrays import Floats, Generator, floats, matching
from bluezone.portal.campaign.stats.error_model import Base, ErrorModel, Rounding, SourceKind


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Figures with their doubt, one a unit.

    Attributes:
        values: shape (n,), the best single number; NaN where there is no figure.
        low, high: shape (n,), what rounding allows: the printed number stands for any in between.
        relative_sd: shape (n,), of everything else, on the log scale.
    """

    values: Floats
    low: Floats
    high: Floats
    relative_sd: Floats

    def draw(self, draws: int, rng: Generator) -> Floats:
        """Return possible true values, shape (draws, n); NaN stays NaN."""
        shape = (draws, self.values.size)
        rounded = self.low + (self.high - self.low) * rng.random(shape)
        return np.maximum(rounded, 0.0) * np.exp(self.relative_sd * rng.standard_normal(shape))


def printed_unit(value: float) -> float:
    """Return the place of the last digit that is not zero: 423,000 was printed to the thousand.

    An exact count that happens to end in zeros looks the same: ask only of printed numbers.
    """
    whole = round(abs(value))
    if whole == 0:
        return 1.0
    text = str(whole)
    return float(10 ** (len(text) - len(text.rstrip("0"))))


def rounding_bounds(value: float, rounding: Rounding) -> tuple[float, float]:
    """Return the numbers that would have been printed as `value`.

    "423,000" is anything within half a thousand; "over 310,000" is between 310,000 and
    320,000; "nearly 400,000" leaves at most a tenth of its last place: 390,000 to 400,000.
    """
    unit = printed_unit(value)
    if rounding is Rounding.OVER:
        return value, value + unit
    if rounding is Rounding.NEARLY:
        return value - unit / 10, value
    half = unit / 2 if rounding is Rounding.NEAREST else 0.0
    return value - half, value + half


def counts(
    values: ArrayLike,
    sources: SourceKind | Sequence[SourceKind],
    *,
    rounding: Rounding | Sequence[Rounding] = Rounding.EXACT,
    lag_days: ArrayLike = 0.0,
    growth_per_day: ArrayLike = 0.0,
    hour_known: bool = False,
    model: ErrorModel | None = None,
) -> Uncertain:
    """Return counts with their doubt.

    Args:
        values: shape (n,); NaN where nobody reported.
        sources: one kind for all, or one a unit.
        rounding: how the number was printed, one for all or one a unit.
        lag_days: how many days before the day of the ranking the figure was true.
        growth_per_day: relative growth of the series, 0.04 for 4 % a day.
        hour_known: whether all figures are of the same hour.
        model: the standard deviations in use.

    Raises:
        StatsInputError: the shapes do not fit.
    """
    model = model or ErrorModel()
    given = floats(values)
    kinds = [sources] * given.size if isinstance(sources, SourceKind) else list(sources)
    ways = [rounding] * given.size if isinstance(rounding, Rounding) else list(rounding)
    source_sd = matching([model.source_sd[kind] for kind in kinds], given, "sources")
    growth = matching(growth_per_day, given, "growth_per_day")
    step = growth * matching(lag_days, given, "lag_days")
    hour = 0.0 if hour_known else model.hour_sd_days
    slip = model.miscount_people / np.maximum(given, 1.0)
    sd = np.sqrt(source_sd**2 + (model.lag_doubt * step) ** 2 + (growth * hour) ** 2 + slip**2)
    matching([0.0] * len(ways), given, "rounding")
    bounds = [
        (math.nan, math.nan) if math.isnan(value) else rounding_bounds(value, way)
        for value, way in zip(given.tolist(), ways, strict=True)
    ]
    low, high = floats(bounds).reshape(-1, 2).T
    forward = np.exp(step)
    middle = (low + high) / 2
    return Uncertain(middle * forward, low * forward, high * forward, sd)


def denominators(
    values: ArrayLike, base: Base, *, age_years: float = 0.0, model: ErrorModel | None = None
) -> Uncertain:
    """Return denominators of one base with their doubt; NaN where the base is not known.

    Args:
        values: shape (n,), people, adults, smartphones or accounts.
        base: which of them; its doubt grows with `age_years`.
        age_years: between the count of the base and the day of the ranking.
        model: the standard deviations in use.
    """
    model = model or ErrorModel()
    given = floats(values)
    flat_sd = math.hypot(model.base_sd[base], model.base_growth_sd * age_years)
    shared_out = base in {Base.ADULTS, Base.SMARTPHONES}
    share_sd = model.share_sd / np.sqrt(np.maximum(given, 1.0)) if shared_out else 0.0
    return Uncertain(given, given, given, np.hypot(np.full(given.shape, flat_sd), share_sd))


def published_shares(
    percent: ArrayLike,
    *,
    decimals: int,
    same_base: bool = False,
    model: ErrorModel | None = None,
) -> Uncertain:
    """Return published percentages as shares of 1, doubted by their rounding and their base.

    Args:
        percent: shape (n,), 22 for "22 %".
        decimals: how many were printed.
        same_base: True where the publisher shows the same base for all; otherwise each
            percentage may stand on a base of its own, as it did on 20/8/2020.
        model: the standard deviations in use.
    """
    model = model or ErrorModel()
    shares = floats(percent) / 100
    half = 0.5 * 10.0 ** (-decimals - 2)
    sd = 0.0 if same_base else model.base_change_sd
    return Uncertain(shares, shares - half, shares + half, np.full(shares.shape, sd))


def implied_base(count: ArrayLike, percent: ArrayLike) -> Floats:
    """Return the denominator that a published count and percentage imply together."""
    return floats(count) / (floats(percent) / 100)


def relative_sd_between(first: ArrayLike, second: ArrayLike) -> float:
    """Return the relative sd of one source, measured from two that counted the same.

    Each pair differs by two errors, so the root mean square of the log ratios is divided by
    sqrt(2). NaN where no pair is complete.
    """
    ratio = np.log(floats(first) / floats(second))
    known = ratio[np.isfinite(ratio)]
    return float(np.sqrt(np.mean(known**2) / 2)) if known.size else math.nan
