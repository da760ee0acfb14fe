"""How much wider or narrower a fan must be to hold what it says.

Source: conformal prediction with each side by itself (Romano, Patterson, Candes 2019), on the
scale of `growth.even`. The units' own past judges: a forecast is made with the first 60 % of
the days, and what was reported later says by how much its fan was too narrow or too wide.
The surprising decision: this is blended with a reference that is hard on purpose (campaigns
that start slowly, fast or in bursts): who has little history of its own is given a fan for
a hard campaign, and only a calm history makes it narrower.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bluezone.portal.campaign.stats.arrays import Floats, Generator, day_numbers
from bluezone.portal.campaign.stats.futures import Futures, fit_histories, simulate
from bluezone.portal.campaign.stats.growth import CurvePrior, even, uneven
from bluezone.portal.campaign.stats.histories import Histories

SIDES: Final = (0.1, 0.9)
"""The quantiles that a fan's lower and upper edge stand for."""

REFERENCE_FIGURES: Final = (1, 2, 3, 4, 5, 7, 9, 12, 15, 20, 25)
REFERENCE_DOWN: Final = (0.98, 1.10, 0.93, 0.77, 0.63, 0.52, 0.64, 0.76, 0.95, 1.03, 1.34)
REFERENCE_UP: Final = (0.73, 1.10, 1.15, 1.20, 1.29, 1.35, 1.36, 1.37, 1.30, 1.29, 1.11)
"""Factors by figures known, measured by `bench/forecast_reference.py`."""

_REFERENCE_WEIGHT: Final = 60.0
_SHARE_KNOWN: Final = 0.6
_MOST_DAYS: Final = 15
_AHEAD: Final = (1, 3, 7, 14)
_FEWEST_COLUMNS: Final = 4
_NARROWEST: Final = 0.3
_WIDEST: Final = 5.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Factors on the lower and the upper half of n fans, shape (n,)."""

    down: Floats
    up: Floats


def reference(figures: Floats) -> Stretch:
    """Return the factors of units that have so many figures, shape (n,)."""
    return Stretch(
        np.interp(figures, REFERENCE_FIGURES, REFERENCE_DOWN),
        np.interp(figures, REFERENCE_FIGURES, REFERENCE_UP),
    )


def calibrate(
    known: Histories, *, draws: int, rng: Generator, prior: CurvePrior, widening: float
) -> Stretch:
    """Return the factors for forecasts that are made with what is known.

    Args:
        known: what was reported until the evening of the forecast.
        draws: futures a unit in the back-test.
        rng: chance.
        prior: what is believed of curves beforehand.
        widening: factor on the future chance, as in the forecast itself.
    """
    base = reference(np.isfinite(known.counts).sum(axis=1).astype(np.float64))
    missed = _own_scores(known, draws, rng, prior, widening)
    judged = np.isfinite(missed)
    units = int(judged.any(axis=1).sum())
    if units == 0:
        return base
    down, up = factors(missed[judged])
    weight = units / (units + _REFERENCE_WEIGHT)
    return Stretch((1 - weight) * base.down + weight * down, (1 - weight) * base.up + weight * up)


def factors(missed: Floats) -> tuple[float, float]:
    """Return the factors down and up that would have held these scores, any shape, no NaN."""
    low, high = np.quantile(missed, SIDES)
    down, up = np.clip([-low, high], _NARROWEST, _WIDEST)
    return float(down), float(up)


def scores(futures: Futures, column: int, later: Floats) -> Floats:
    """Return where later figures lie in the raw fan, shape (n,): -1 and 1 are its edges.

    Args:
        futures: as simulated, not stretched.
        column: of the day ahead.
        later: shape (n,), what was reported; NaN where nothing was.
    """
    low, middle, high = np.quantile(futures.paths[..., column], (SIDES[0], 0.5, SIDES[1]), axis=0)
    # Counts are whole: the edges of the fan are, too.
    bottom, mid, top = (futures.even(edge) for edge in (np.floor(low), middle, np.ceil(high)))
    seen = futures.even(np.maximum(later, futures.last))
    above = (seen - mid) / np.maximum(top - mid, 1e-3)
    below = (seen - mid) / np.maximum(mid - bottom, 1e-3)
    score = np.where(seen >= mid, above, below)
    # A figure below the last one lies under every fan.
    score = np.where(later < futures.last - 0.5, np.minimum(score, -1.5), score)
    return np.asarray(np.clip(score, -_WIDEST, _WIDEST), dtype=np.float64)


def _own_scores(
    known: Histories, draws: int, rng: Generator, prior: CurvePrior, widening: float
) -> Floats:
    """Return scores of an earlier evening, shape (n, distances); NaN where nobody can judge."""
    columns = known.days.size
    cut = max(int(_SHARE_KNOWN * columns), columns - _MOST_DAYS) - 1
    nothing = np.full((len(known.counts), 1), np.nan)
    if columns < _FEWEST_COLUMNS or cut < 0 or not np.isfinite(known.counts[:, : cut + 1]).any():
        return nothing
    earlier = Histories(
        known.days[: cut + 1], known.counts[:, : cut + 1], known.phones, known.siblings
    )
    day = day_numbers(known.days)
    ahead = [int(d) for d in day[cut + 1 :] - day[cut] if d in _AHEAD]
    if not ahead:
        return nothing
    observed, fit = fit_histories(earlier, prior=prior)
    made = simulate(
        observed,
        fit,
        day[cut] + np.arange(1, max(ahead) + 1),
        draws=draws,
        rng=rng,
        prior=prior,
        widening=widening,
    )
    told = np.isfinite(earlier.counts).any(axis=1)
    rows = [
        np.where(told, scores(made, d - 1, known.counts[:, day == day[cut] + d][:, 0]), np.nan)
        for d in ahead
    ]
    return np.stack(rows, axis=1)


def stretched(futures: Futures, factor: Stretch) -> Futures:
    """Return the futures drawn apart, or together, around their median, on the even scale.

    A path never falls, and nothing passes its ceiling, which moves along.
    """
    tops = np.minimum(
        _apart(futures, futures.tops[..., None], factor)[..., 0],
        np.maximum(futures.room, futures.tops),
    )
    paths = np.maximum.accumulate(_apart(futures, futures.paths, factor), axis=-1)
    return futures.moved(np.minimum(paths, tops[..., None]), tops)


def _apart(futures: Futures, counts: Floats, factor: Stretch) -> Floats:
    """Return counts (draws, n, H) with their distance from the median of the draws changed."""
    last, noise = futures.last[:, None], futures.noise[:, None]
    at = even(counts - last, noise, futures.cluster)
    distance = at - np.median(at, axis=0)
    by = np.where(distance < 0, factor.down[:, None], factor.up[:, None])
    return last + uneven(at + (by - 1) * distance, noise, futures.cluster)
