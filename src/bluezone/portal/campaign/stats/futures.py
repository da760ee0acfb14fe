"""Possible futures: a curve that the figures allow, walked on day by day with its chance.

Source: `docs/statistics.md`, "Forecast". The speed of a unit runs ahead of and behind its
curve with a memory of some days; the last step says how it ran when the reports ended.
The surprising decision: a walk from the last figure, not a line through all of them; a fan
that begins beside its own last point would be believed by nobody.
"""

from dataclasses import dataclass, replace

import numpy as np

from bluezone.portal.campaign.stats.arrays import Floats, Generator, day_numbers
from bluezone.portal.campaign.stats.fitting import Fit, draw_curves, fit_units
from bluezone.portal.campaign.stats.growth import (
    TOP_SHARE,
    CurvePrior,
    ceiling,
    even,
    exposure,
    growth_in,
    last_errors,
    uneven,
)
from bluezone.portal.campaign.stats.histories import Histories
from bluezone.portal.campaign.stats.observed import Observed, observe, rest_days_until

UNKNOWN_PHONES_FACTOR = 3.0
"""Phones of a unit that names none, in multiples of its highest count."""


@dataclass(frozen=True, slots=True)
class Futures:
    """What may come, n units.

    Attributes:
        paths: shape (draws, n, H), counts a day.
        tops: shape (draws, n), the count that each curve never passes.
        last: shape (n,), the figures that all paths start from.
        room: shape (n,), what no ceiling passes.
        noise: shape (n,), sd of a day's speed on the log scale.
        cluster: installs come in harvests of about this many.
    """

    paths: Floats
    tops: Floats
    last: Floats
    room: Floats
    noise: Floats
    cluster: float

    def even(self, counts: Floats) -> Floats:
        """Return growth since the last figure on the scale on which chance is 1 wide."""
        return even(counts - self.last, self.noise, self.cluster)

    def moved(self, paths: Floats, tops: Floats) -> "Futures":
        """Return other paths and ceilings of the same units."""
        return replace(self, paths=paths, tops=tops)


def fit_histories(
    known: Histories, *, prior: CurvePrior, refined: bool = False
) -> tuple[Observed, Fit]:
    """Return the steps between figures and the curves of n units; `refined` as in `fit_units`."""
    counts, phones = known.counts, known.phones
    highest = np.max(np.where(np.isfinite(counts), counts, 0.0), axis=1)
    guess = np.maximum(UNKNOWN_PHONES_FACTOR * highest, 30.0)
    room = np.where(np.isnan(phones), guess, phones)
    room = np.maximum(np.maximum(room, 1.05 * highest), 1.0)
    observed = observe(day_numbers(known.days), counts, room, prior.memory_days)
    return observed, fit_units(observed, known.siblings, prior, refined=refined)


def simulate(
    observed: Observed,
    fit: Fit,
    ahead: Floats,
    *,
    draws: int,
    rng: Generator,
    prior: CurvePrior,
    widening: float,
) -> Futures:
    """Return futures, not yet calibrated.

    Args:
        observed: steps of n units.
        fit: their curves.
        ahead: shape (H,), consecutive days to forecast, on the scale of the days observed.
        draws: futures a unit.
        rng: chance.
        prior: memory and clusters of the chance.
        widening: factor on the future chance.
    """
    theta = draw_curves(fit, observed, draws, rng, prior=prior)
    walk = _Walk(theta, ceiling(theta, observed), observed, fit, prior)
    state = walk.start()
    # A unit that has been silent is first walked, in one step, to the eve of the forecast.
    state = walk.on(state, observed.last_day, ahead[0] - 1, widening, rng)
    paths = np.empty((*walk.top.shape, ahead.size))
    for day in range(ahead.size):
        state = walk.on(state, ahead[day] - 1, ahead[day], widening, rng)
        paths[..., day] = state[0]
    return Futures(
        paths,
        walk.top,
        observed.last,
        TOP_SHARE * observed.phones,
        fit.noise[:, 0],
        prior.cluster,
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """What stays the same: curves (draws, n, 5), ceilings (draws, n), what they came from."""

    theta: Floats
    top: Floats
    observed: Observed
    fit: Fit
    prior: CurvePrior

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
