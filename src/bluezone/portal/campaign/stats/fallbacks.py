"""Figures for units of which no count is known, with the doubt that belongs to that.

Source: `docs/statistics.md`, "Units without a count"; in August 2020 most provinces were known by
a rounded percentage only ("around 7 %"), and many not at all. The surprising decision: such units
stay in the ranking. To leave them out would give the others a better rank than anybody knows.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from bluezone.portal.campaign.stats.arrays import Floats, floats, matching
from bluezone.portal.campaign.stats.doubt import Uncertain
from bluezone.portal.campaign.stats.error_model import ErrorModel
from bluezone.portal.campaign.stats.errors import StatsInputError

UNREPORTED_SD: Final = 0.5
"""Doubt of a count that nobody reported, on the log scale. Assumed: published shares of provinces
on one day in August 2020 went from 7.5 to 28 %, which is about 0.4."""
_BELIEF: Final = 4.0


def rate_counts(
    percent: ArrayLike,
    bases: ArrayLike,
    *,
    half_step: ArrayLike = 0.5,
    base_fits: ArrayLike = False,
    lag_days: ArrayLike = 0.0,
    growth_per_day: ArrayLike = 0.0,
    model: ErrorModel | None = None,
) -> Uncertain:
    """Return counts that published percentages stand for, with their doubt.

    Args:
        percent: shape (n,), 23.4 for "23.4 %"; NaN where nothing was published.
        bases: shape (n,), our own denominators of the base that was named.
        half_step: half of what the percentage was rounded to, in percent: 0.05 for "23.4 %",
            0.5 for "22 %", 1.0 for "around 7 %" (`half_step_of`). One for all or one a unit.
        base_fits: whether the publisher's base is known to be ours (another count with its
            percentage fits it); otherwise it is doubted as one that was changed silently.
        lag_days: how many days before the day of the ranking it was true.
        growth_per_day: relative growth of the series.
        model: the standard deviations in use.

    Raises:
        StatsInputError: shapes that do not fit, or a percentage below nought or above 200.
    """
    model = model or ErrorModel()
    given = floats(percent)
    if np.any((given < 0) | (given > 200)):
        raise StatsInputError("a published percentage must be 0 to 200")
    size, half = matching(bases, given, "bases"), matching(half_step, given, "half_step")
    fits = matching(base_fits, given, "base_fits") > 0
    growth = matching(growth_per_day, given, "growth_per_day")
    step = growth * matching(lag_days, given, "lag_days")
    doubted = np.where(fits, 0.0, model.base_change_sd)
    sd = np.sqrt(doubted**2 + (model.lag_doubt * step) ** 2 + (growth * model.hour_sd_days) ** 2)
    forward = size * np.exp(step) / 100
    low = np.maximum(given - half, 0.0)
    return Uncertain(given * forward, low * forward, (given + half) * forward, sd)


def half_step_of(percent: float, *, approximate: bool = False) -> float:
    """Return half of what a percentage was rounded to, judged by its digits: 0.05 for 23.4.

    An approximate one ("around 7 %") is doubted by a whole step to each side.
    """
    digits = f"{percent:.4f}".rstrip("0").partition(".")[2]
    step = float(10.0 ** -len(digits))
    return step if approximate else step / 2


def first_known(*figures: Uncertain) -> Uncertain:
    """Return each unit's figure from the first of `figures` that has one, counts before rates."""
    result = figures[0]
    for other in figures[1:]:
        missing = np.isnan(result.values)
        result = Uncertain(
            np.where(missing, other.values, result.values),
            np.where(missing, other.low, result.low),
            np.where(missing, other.high, result.high),
            np.where(missing, other.relative_sd, result.relative_sd),
        )
    return result


def unreported(figures: Uncertain, bases: Floats) -> Uncertain:
    """Return the figures, those of units without any taken to be like the others.

    Their share is the geometric mean of the others' shares; its doubt is how much the others
    differ, blended with `UNREPORTED_SD` as if that came from four more units.

    Args:
        figures: NaN where nothing is known.
        bases: shape (n,), people or phones; a unit without a base stays unknown.
    """
    both = np.isfinite(figures.values) & (figures.values > 0) & (bases > 0)
    if not both.any():
        return figures
    shares = np.log(figures.values[both] / bases[both])
    spread = ((shares - shares.mean()) ** 2).sum()
    sd = np.sqrt((spread + _BELIEF * UNREPORTED_SD**2) / (shares.size + _BELIEF))
    guess = bases * np.exp(shares.mean())
    return first_known(figures, Uncertain(guess, guess, guess, np.full(guess.shape, sd)))
