"""Growth of many units at once: a Bass curve with a tail, seen through its daily steps.

Source: F. M. Bass, "A new product growth model for consumer durables" (1969): of those who can
still be won a share `p` is won by the campaign each day and a share `q s` by word of mouth,
s being the part already won. Ours has one more parameter, the tail `a`: the last are harder
to win, (1 - s)^(a - 1). With p near 0 the curve is logistic, with q near 0 a saturating
exponential, with a > 1 it approaches its ceiling as slowly as a Gompertz curve.
The surprising decision: curves are not laid through the figures. Each figure is judged by the
step from the one before it, so that the error of a cumulative count is not counted again on
every later day, and a forecast starts at the last figure by construction.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bluezone.portal.campaign.stats.arrays import Floats
from bluezone.portal.campaign.stats.observed import Observed

PARAMETERS: Final = 5
"""Logit of final share / 1.1, log p, log q, log a, log of the speed on a weekend day."""

Five = tuple[float, float, float, float, float]

TOP_SHARE: Final = 1.1
"""A final count may exceed the estimated phones by a tenth: the estimate is doubtful too."""

_MAX_SUBSTEPS: Final = 6


@dataclass(frozen=True, slots=True)
class CurvePrior:
    """What is believed of a unit before its figures are seen. Tuned in back-tests, see docs.

    Attributes:
        mean, sd: of a group's parameters, in the order of `PARAMETERS`: a final share of
            about half the phones, p 2 % a day, q 20 % a day, tail 1.4, weekends at 85 %.
        within: sd of siblings around their common mean, before they are seen.
        noise: sd of a day's speed on the log scale, before residuals are seen.
        noise_weight: how many residuals that belief is worth.
        cluster: installs come in harvests of about this many.
        memory_days: after how many days a fast or slow spell has shrunk to 1/e.
        freedom: degrees of freedom of the t distribution of residuals; few, so that one
            correction or one slip does not bend the curve.
    """

    mean: Five = (-0.1, -3.9, -1.6, 0.35, -0.16)
    sd: Five = (1.1, 1.1, 0.9, 0.35, 0.25)
    within: Five = (0.7, 0.5, 0.5, 0.25, 0.12)
    noise: float = 0.6
    noise_weight: float = 10.0
    cluster: float = 6.0
    memory_days: float = 5.0
    freedom: float = 6.0


def ceiling(theta: Floats, observed: Observed) -> Floats:
    """Return the count that a curve never passes, shape (..., n) for theta (..., n, 5).

    It lies above every figure: the distance is bent smoothly so that it never gets to nought.
    """
    free = TOP_SHARE / (1 + np.exp(-theta[..., 0])) * observed.phones - observed.highest
    bend = 0.02 * observed.highest + 1
    return np.asarray(observed.highest + (free + np.sqrt(free**2 + bend**2)) / 2)


def exposure(theta: Floats, gap_days: Floats | float, rest_days: Floats | float) -> Floats:
    """Return days weighted by their speed: a day of the weekend counts exp(theta[4])."""
    return np.asarray(gap_days + (np.exp(theta[..., 4]) - 1) * rest_days, dtype=np.float64)


def growth_in(theta: Floats, top: Floats, count: Floats, days: Floats) -> Floats:
    """Return the growth in some days: theta (..., 5), the others of one shape; never over `top`."""
    share = np.minimum(count / top, 1.0)
    left = np.maximum(1 - share, 1e-9)
    hazard = (np.exp(theta[..., 1]) + np.exp(theta[..., 2]) * share) * left ** (
        np.exp(theta[..., 3]) - 1
    )
    return np.asarray(top * left * (1 - np.exp(-hazard * days)), dtype=np.float64)


def expected(theta: Floats, observed: Observed) -> Floats:
    """Return the growth in each step by the curves theta (..., n, 5): shape (..., n, T).

    A step of several days is walked day by day, by itself: what a unit is expected to do does
    not depend on which other units are fitted beside it.
    """
    bent = theta[..., None, :]
    top = ceiling(theta, observed)[..., None]
    days = exposure(bent, observed.gap_days, observed.rest_days)
    growth = growth_in(bent, top, observed.before, days)
    unit, column = np.nonzero(observed.step & (observed.gap_days > 1))
    if unit.size:
        growth[..., unit, column] = _walked(
            theta[..., unit, :],
            top[..., unit, 0],
            observed.before[unit, column],
            days[..., unit, column],
            observed.gap_days[unit, column],
        )
    return growth


def _walked(theta: Floats, top: Floats, before: Floats, days: Floats, gap_days: Floats) -> Floats:
    """Return the growth in long steps, m of them on the last axis, in substeps of about a day."""
    substeps = np.clip(np.ceil(gap_days), 1, _MAX_SUBSTEPS)
    growth = np.zeros(np.broadcast_shapes(top.shape, before.shape))
    for done in range(int(substeps.max(initial=0.0))):
        more = growth_in(theta, top, before + growth, days / substeps)
        growth = growth + np.where(done < substeps, more, 0.0)
    return growth


def averaged(gap_days: Floats, memory_days: float) -> Floats:
    """Return the variance of a speed averaged over some days, relative to one day's."""
    ratio = memory_days / gap_days
    whole = 2 * ratio * (1 - ratio * (1 - np.exp(-1 / ratio)))
    day = 2 * memory_days * (1 - memory_days * (1 - np.exp(-1 / memory_days)))
    return np.asarray(np.minimum(whole / day, 1.0), dtype=np.float64)


def even(growth: Floats, noise: Floats, cluster: float) -> Floats:
    """Return growth on the scale on which chance is 1 wide everywhere.

    The variance of a day's growth x is `cluster x + noise^2 x^2`; this is the integral of one
    over its root: a square root for small growth, a logarithm for large.
    """
    return np.asarray(
        2 / noise * np.arcsinh(noise * np.sqrt((np.maximum(growth, 0.0) + 0.375) / cluster))
    )


def uneven(value: Floats, noise: Floats, cluster: float) -> Floats:
    """Return the growth that `even` made `value` of, 0 or more."""
    return np.asarray(
        np.maximum(cluster * (np.sinh(noise * np.maximum(value, 0.0) / 2) / noise) ** 2 - 0.375, 0)
    )


def step_errors(theta: Floats, observed: Observed, noise: Floats, prior: CurvePrior) -> Floats:
    """Return how many sd each step lies off its curve, shape (..., n, T), 0 without a step."""
    steady = noise * np.sqrt(averaged(observed.gap_days, prior.memory_days))
    seen = even(observed.after - observed.before, steady, prior.cluster)
    error = seen - even(expected(theta, observed), steady, prior.cluster)
    return np.asarray(np.where(observed.step, error, 0.0), dtype=np.float64)


def fresh_errors(theta: Floats, observed: Observed, noise: Floats, prior: CurvePrior) -> Floats:
    """Return `step_errors` freed from what the step before already told, same shape."""
    error = step_errors(theta, observed, noise, prior)
    chain = np.broadcast_to(observed.chain, error.shape)
    fresh = error - observed.memory * np.take_along_axis(error, chain, axis=-1)
    return np.asarray(fresh / np.sqrt(1 - observed.memory**2), dtype=np.float64)


def too_low(theta: Floats, observed: Observed) -> Floats:
    """Return how far (in bends) the free ceiling lies below the highest figure, (..., n).

    A unit that has just won somebody can, as a rule, win another: without this every ceiling
    below the last figure would be as likely as one just above it.
    """
    free = TOP_SHARE / (1 + np.exp(-theta[..., 0])) * observed.phones - observed.highest
    return np.asarray(np.maximum(0.0, 1 - free / (0.02 * observed.highest + 1)), dtype=np.float64)


def last_errors(theta: Floats, observed: Observed, noise: Floats, prior: CurvePrior) -> Floats:
    """Return how fast (in sd) each unit was in its last step, shape (..., n)."""
    return step_errors(theta, observed.last_steps(), noise, prior)[..., 0]
