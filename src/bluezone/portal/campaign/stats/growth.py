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

from bluezone.portal.campaign.stats.arrays import Bools, Floats

PARAMETERS: Final = 4
"""Logit of final share / 1.1, log p, log q, log a."""

TOP_SHARE: Final = 1.1
"""A final count may exceed the estimated phones by a tenth: the estimate is doubtful too."""

_MAX_SUBSTEPS: Final = 6


@dataclass(frozen=True, slots=True)
class CurvePrior:
    """What is believed of a unit before its figures are seen. Tuned in back-tests, see docs.

    Attributes:
        mean, sd: of a group's parameters, in the order of `PARAMETERS`: a final share of
            about 45 % of phones, p 2 % a day, q 20 % a day, tail 1.2.
        within: sd of siblings around their common mean, before they are seen.
        noise: sd of a day's speed on the log scale, before residuals are seen.
        noise_weight: how many residuals that belief is worth.
        cluster: installs come in harvests of about this many.
        memory_days: after how many days a fast or slow spell has shrunk to 1/e.
        freedom: degrees of freedom of the t distribution of residuals; few, so that one
            correction or one slip does not bend the curve.
    """

    mean: tuple[float, float, float, float] = (-0.35, -3.9, -1.6, 0.2)
    sd: tuple[float, float, float, float] = (0.9, 0.9, 0.7, 0.3)
    within: tuple[float, float, float, float] = (0.6, 0.4, 0.4, 0.2)
    noise: float = 0.45
    noise_weight: float = 4.0
    cluster: float = 3.0
    memory_days: float = 2.5
    freedom: float = 6.0


@dataclass(frozen=True, slots=True)
class Observed:
    """The steps between figures, n units and T columns; a unit's first figure is no step.

    Attributes:
        before, after: shape (n, T), the count at the start and at the end of a step.
        gap_days: shape (n, T), length of a step; 1 where there is none.
        step: shape (n, T), whether there is a step.
        chain: shape (n, T), whether the column before in time held a step too, and where.
        memory: shape (n, T), correlation of the speed with that of the step before, 0 without.
        phones: shape (n,), above every count.
        last, last_day: shape (n,), the last figure (0 without) and its day.
    """

    before: Floats
    after: Floats
    gap_days: Floats
    step: Bools
    chain: Floats
    memory: Floats
    phones: Floats
    last: Floats
    last_day: Floats

    def rows(self, units: slice) -> "Observed":
        """Return the steps of some units."""
        return Observed(*(getattr(self, name)[units] for name in self.__slots__))


def observe(days: Floats, counts: Floats, phones: Floats, memory_days: float) -> Observed:
    """Return the steps between figures.

    Args:
        days: shape (T,), days after the first.
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
    chained = step & np.take_along_axis(step, start, axis=1)
    middle = (gap + np.take_along_axis(gap, start, axis=1)) / 2
    last = columns[:, -1]
    rows = np.arange(len(counts))
    return Observed(
        before=np.take_along_axis(filled, start, axis=1),
        after=filled,
        gap_days=gap,
        step=step,
        chain=start.astype(np.float64),
        memory=np.where(chained, np.exp(-middle / memory_days), 0.0),
        phones=phones,
        last=np.where(last >= 0, filled[rows, np.maximum(last, 0)], 0.0),
        last_day=days[last],
    )


def ceiling(theta: Floats, phones: Floats) -> Floats:
    """Return the count that a curve never passes: theta (..., 4), shape of `phones`."""
    return np.asarray(TOP_SHARE / (1 + np.exp(-theta[..., 0])) * phones, dtype=np.float64)


def grow_step(theta: Floats, top: Floats, count: Floats, days: Floats | float) -> Floats:
    """Return the count some days on: theta (..., 4), the others of one shape; never over `top`."""
    share = np.minimum(count / top, 1.0)
    left = np.maximum(1 - share, 1e-9)
    hazard = (np.exp(theta[..., 1]) + np.exp(theta[..., 2]) * share) * left ** (
        np.exp(theta[..., 3]) - 1
    )
    return np.asarray(np.maximum(count, top * (1 - left * np.exp(-hazard * days))))


def expected(theta: Floats, observed: Observed) -> Floats:
    """Return the count at the end of each step by the curves theta (..., n, 4): (..., n, T)."""
    bent = theta[..., None, :]
    top = ceiling(theta, observed.phones)[..., None]
    substeps = int(np.clip(np.ceil(observed.gap_days.max(initial=1.0)), 1, _MAX_SUBSTEPS))
    count: Floats = np.asarray(observed.before)
    for _ in range(substeps):
        count = grow_step(bent, top, count, observed.gap_days / substeps)
    return count


def averaged(gap_days: Floats, memory_days: float) -> Floats:
    """Return the variance of a speed averaged over some days, relative to one day's."""
    ratio = memory_days / gap_days
    whole = 2 * ratio * (1 - ratio * (1 - np.exp(-1 / ratio)))
    day = 2 * memory_days * (1 - memory_days * (1 - np.exp(-1 / memory_days)))
    return np.asarray(np.minimum(whole / day, 1.0), dtype=np.float64)


def spread(growth: Floats, noise: Floats, cluster: float) -> Floats:
    """Return the sd of 2 sqrt(growth + 3/8): clustered chance, and the speed's own changes."""
    return np.asarray(np.sqrt(cluster + noise**2 * np.maximum(growth, 0.0)), dtype=np.float64)


def root(growth: Floats) -> Floats:
    """Return 2 sqrt(growth + 3/8), the transform that makes chance equally wide everywhere."""
    return np.asarray(2 * np.sqrt(np.maximum(growth, 0.0) + 0.375), dtype=np.float64)


def standard_errors(theta: Floats, observed: Observed, noise: Floats, prior: CurvePrior) -> Floats:
    """Return (step - expected step) / sd, freed from what the step before already told.

    theta has the shape (..., n, 4), noise (n, 1), the result (..., n, T), 0 without a step.
    """
    growth = observed.after - observed.before
    sd = spread(
        growth, noise * np.sqrt(averaged(observed.gap_days, prior.memory_days)), prior.cluster
    )
    error = (root(growth) - root(expected(theta, observed) - observed.before)) / sd
    error = np.where(observed.step, error, 0.0)
    chain = np.broadcast_to(observed.chain.astype(np.int64), error.shape)
    fresh = error - observed.memory * np.take_along_axis(error, chain, axis=-1)
    return np.asarray(fresh / np.sqrt(1 - observed.memory**2), dtype=np.float64)


def last_errors(theta: Floats, observed: Observed, noise: Floats, prior: CurvePrior) -> Floats:
    """Return how fast (in sd) each unit was in its last step, shape (..., n)."""
    growth = observed.after - observed.before
    sd = spread(
        growth, noise * np.sqrt(averaged(observed.gap_days, prior.memory_days)), prior.cluster
    )
    error = (root(growth) - root(expected(theta, observed) - observed.before)) / sd
    column = observed.step.shape[1] - 1 - observed.step[:, ::-1].argmax(axis=1)
    chosen = np.broadcast_to(column[:, None], (*error.shape[:-1], 1))
    last = np.take_along_axis(error, chosen, axis=-1)[..., 0]
    return np.asarray(np.where(observed.step.any(axis=1), last, 0.0), dtype=np.float64)
