"""Possible futures: a curve that the figures allow, walked on day by day with its chance.

Source: `docs/statistics.md`, "Forecast". The speed of a unit runs ahead of and behind its
curve with a memory of some days; the last step says how it ran when the reports ended.
The surprising decision: a walk from the last figure, not a line through all of them; a fan
that begins beside its own last point would be believed by nobody.
"""

import numpy as np

from bluezone.portal.campaign.stats.arrays import Days, Floats, Generator, Ints, day_numbers
from bluezone.portal.campaign.stats.fitting import Fit, draw_curves, fit_units
from bluezone.portal.campaign.stats.growth import (
    TOP_SHARE,
    CurvePrior,
    Observed,
    ceiling,
    grow_step,
    last_errors,
    observe,
    root,
    spread,
)

UNKNOWN_PHONES_FACTOR = 3.0
"""Phones of a unit that names none, in multiples of its highest count."""


def fit_histories(
    days: Days, counts: Floats, phones: Floats, siblings: Ints, *, prior: CurvePrior
) -> tuple[Observed, Fit]:
    """Return the steps between figures and the curves of n units; arguments as in `Histories`."""
    numbers = day_numbers(days) - day_numbers(days)[0]
    highest = np.max(np.where(np.isfinite(counts), counts, 0.0), axis=1)
    known = np.where(np.isnan(phones), np.maximum(UNKNOWN_PHONES_FACTOR * highest, 30.0), phones)
    room = np.maximum(np.maximum(known, 1.05 * highest), 1.0)
    observed = observe(numbers, counts, room, prior.memory_days)
    return observed, fit_units(observed, siblings, prior)


def simulate(
    observed: Observed,
    fit: Fit,
    ahead: Floats,
    *,
    draws: int,
    rng: Generator,
    prior: CurvePrior,
    widening: float,
    growing: bool,
) -> tuple[Floats, Floats]:
    """Return futures (draws, n, H) and ceilings (draws, n).

    Args:
        observed: steps of n units.
        fit: their curves.
        ahead: shape (H,), consecutive days to forecast, on the scale of the days observed.
        draws: futures a unit.
        rng: chance.
        prior: memory and clusters of the chance.
        widening: factor on the future chance.
        growing: whether counts can only grow.
    """
    theta = draw_curves(fit, observed, draws, rng, prior=prior)
    top = ceiling(theta, observed.phones)
    count = np.broadcast_to(observed.last, top.shape).copy()
    error = last_errors(theta, observed, fit.noise, prior)
    # A unit that has been silent is first walked, in one step, to the eve of the forecast.
    silent = ahead[0] - 1 - observed.last_day
    count, error = _walk(theta, top, count, error, silent, fit, rng, prior, widening)
    paths = np.empty((*top.shape, ahead.size))
    for day in range(ahead.size):
        count, error = _walk(theta, top, count, error, 1.0, fit, rng, prior, widening)
        paths[..., day] = count
    if growing:
        highest = np.maximum(observed.last, TOP_SHARE * observed.phones)
        paths = np.clip(paths, observed.last[:, None], highest[:, None])
    return paths, np.maximum(top, observed.last)


def _walk(  # noqa: PLR0913, PLR0917 - one day of the loop above
    theta: Floats,
    top: Floats,
    count: Floats,
    error: Floats,
    days: Floats | float,
    fit: Fit,
    rng: Generator,
    prior: CurvePrior,
    widening: float,
) -> tuple[Floats, Floats]:
    """Return counts and speeds some days on, shape (draws, n) each."""
    memory = np.exp(-np.asarray(days) / prior.memory_days)
    error = memory * error + np.sqrt(1 - memory**2) * rng.standard_normal(error.shape)
    growth = grow_step(theta, top, count, days) - count
    sd = widening * spread(growth, fit.noise[:, 0], prior.cluster)
    drawn = (np.maximum(root(growth) + sd * error, 0.0) / 2) ** 2 - 0.375
    # Where nothing can grow, nothing grows by chance either.
    return count + np.where(growth > 0, np.maximum(drawn, 0.0), 0.0), error
