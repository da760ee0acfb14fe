"""Possible futures: a curve that the figures allow, walked on day by day with its chance.

Source: `docs/statistics.md`, "Forecast". The speed of a unit runs ahead of and behind its
curve with a memory of some days; the last step says how it ran when the reports ended.
The surprising decision: a walk from the last figure, not a line through all of them; a fan
that begins beside its own last point would be believed by nobody.
"""

from dataclasses import dataclass

import numpy as np

from bluezone.portal.campaign.stats.arrays import Days, Floats, Generator, Ints, day_numbers
from bluezone.portal.campaign.stats.fitting import Fit, draw_curves, fit_units
from bluezone.portal.campaign.stats.growth import (
    CurvePrior,
    Observed,
    ceiling,
    even,
    exposure,
    growth_in,
    last_errors,
    observe,
    rest_days_until,
    uneven,
)

UNKNOWN_PHONES_FACTOR = 3.0
"""Phones of a unit that names none, in multiples of its highest count."""


def fit_histories(
    days: Days, counts: Floats, phones: Floats, siblings: Ints, *, prior: CurvePrior
) -> tuple[Observed, Fit]:
    """Return the steps between figures and the curves of n units; arguments as in `Histories`."""
    highest = np.max(np.where(np.isfinite(counts), counts, 0.0), axis=1)
    known = np.where(np.isnan(phones), np.maximum(UNKNOWN_PHONES_FACTOR * highest, 30.0), phones)
    room = np.maximum(np.maximum(known, 1.05 * highest), 1.0)
    observed = observe(day_numbers(days), counts, room, prior.memory_days)
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
    """
    walk = _Walk(draw_curves(fit, observed, draws, rng, prior=prior), observed, fit, prior)
    state = walk.start()
    # A unit that has been silent is first walked, in one step, to the eve of the forecast.
    state = walk.on(state, observed.last_day, ahead[0] - 1, widening, rng)
    paths = np.empty((*walk.top.shape, ahead.size))
    for day in range(ahead.size):
        state = walk.on(state, ahead[day] - 1, ahead[day], widening, rng)
        paths[..., day] = state[0]
    return paths, walk.top


@dataclass(frozen=True, slots=True)
class _Walk:
    """What stays the same along a walk: curves (draws, n, 5) and what they were drawn from."""

    theta: Floats
    observed: Observed
    fit: Fit
    prior: CurvePrior

    @property
    def top(self) -> Floats:
        """Return the ceilings, shape (draws, n)."""
        return ceiling(self.theta, self.observed)

    def start(self) -> tuple[Floats, Floats]:
        """Return the last figures and the speeds (in sd) at the last steps, shape (draws, n)."""
        count = np.broadcast_to(self.observed.last, self.theta.shape[:-1])
        return count, last_errors(self.theta, self.observed, self.fit.noise, self.prior)

    def on(
        self,
        state: tuple[Floats, Floats],
        day: Floats,
        until: Floats,
        widening: float,
        rng: Generator,
    ) -> tuple[Floats, Floats]:
        """Return counts and speeds at `until`, both from those at the end of `day`."""
        count, error = state
        memory = np.exp(-(until - day) / self.prior.memory_days)
        error = memory * error + np.sqrt(1 - memory**2) * rng.standard_normal(error.shape)
        rest = rest_days_until(until) - rest_days_until(day)
        days = exposure(self.theta, until - day, rest)
        growth = growth_in(self.theta, self.top, count, days)
        noise, cluster = self.fit.noise[:, 0], self.prior.cluster
        drawn = uneven(even(growth, noise, cluster) + widening * error, noise, cluster)
        # No day, no growth; and chance cannot win who is not there.
        drawn = np.where(until > day, np.minimum(drawn, self.top - count), 0.0)
        return count + np.maximum(drawn, 0.0), error
