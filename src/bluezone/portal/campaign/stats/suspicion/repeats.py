"""How likely an honest repeat is: a day on which exactly nobody was won.

Source: the negative binomial law. Installs come in harvests of about c people, so of a day on
which mu are expected P(nobody) = (1 + c)^(-mu / c); c = 0 is plain chance, exp(-mu).
The surprising decision: c is learned from the very campaign, by its trimmed number of repeats.
Villages of forty phones and teams that come once a week repeat honestly, and how often, only
their siblings can tell.
"""

from typing import Final

import numpy as np
from scipy import optimize

from bluezone.portal.campaign.stats.arrays import Bools, Floats, Ints
from bluezone.portal.campaign.stats.suspicion.usual import Usual

_WINDOW: Final = 4
_HARVESTS: Final = (0.5, 80.0)
_TRIMMED: Final = 0.15
_ROUNDS: Final = 3
_SPEED_SD: Final = 0.5
_SENT_TWICE: Final = 1 / 40
"""One report in forty is a form sent twice, or a day off, at any pace. Assumed."""


def pace_around(usual: Usual) -> Floats:
    """Return what a step was to win by the unit's mean pace around it, repeats included.

    A mean, and not the median of the steps that rose: who copies catches up later, so that
    the mean stays true, and who is idle honestly is slower by it. The siblings' pace caps it.
    """
    result = np.zeros(usual.growth.shape)
    for unit, step in enumerate(usual.step):
        columns = np.flatnonzero(step)
        growth, days = usual.growth[unit, columns], usual.gap_days[unit, columns]
        for place, column in enumerate(columns):
            near = slice(max(place - _WINDOW, 0), place + _WINDOW + 1)
            result[unit, column] = max(growth[near].sum(), 0.0) / days[near].sum()
    around = result * usual.gap_days
    return np.asarray(np.where(usual.known, np.minimum(around, usual.lower), 0.0))


def chance_of_nobody(pace: Floats, harvest: float) -> Floats:
    """Return the probability of an honest repeat, same shape as `pace`."""
    nobody = np.exp(-pace * np.log1p(harvest) / harvest)
    return np.asarray(_SENT_TWICE + (1 - _SENT_TWICE) * nobody, dtype=np.float64)


def harvest_size(repeat: Bools, step: Bools, pace: Floats) -> float:
    """Return the size of harvests that explains the repeats of honest units.

    Units with far more repeats than that explains are left out, at most 15 % of all.
    """
    kept = np.ones(len(step), dtype=np.bool_)
    harvest = _HARVESTS[0]
    for _ in range(_ROUNDS):
        harvest = _solve(float(repeat[kept].sum()), pace[kept][step[kept]])
        chance = np.where(step, chance_of_nobody(pace, harvest), 0.0)
        spread = np.sqrt((chance * (1 - chance)).sum(axis=1) + 0.25)
        excess = (repeat.sum(axis=1) - chance.sum(axis=1)) / spread
        kept = _all_but_the_worst(excess)
    return harvest


def _all_but_the_worst(excess: Floats) -> Bools:
    limit = max(2.0, float(np.quantile(excess, 1 - _TRIMMED)))
    return np.asarray(excess <= limit)


def _solve(repeats: float, pace: Floats) -> float:
    """Return the harvest size at which so many repeats are expected."""

    def excess(log_harvest: float) -> float:
        return float(chance_of_nobody(pace, float(np.exp(log_harvest))).sum()) - repeats

    low, high = np.log(_HARVESTS)
    if excess(low) >= 0:
        return _HARVESTS[0]
    if excess(high) <= 0:
        return _HARVESTS[1]
    return float(np.exp(optimize.brentq(excess, low, high, xtol=1e-3)))


def caught_up(repeat: Bools, usual: Usual, pace: Floats, columns: Ints, unit: int) -> float:
    """Return how far the steps after repeats speak for copying, in powers of ten.

    After an idle day a unit goes on at its pace; after a copied one the next count brings
    both days. The likelihood ratio of the two, each step of the log normal law, bounded.
    """
    steps = np.flatnonzero(usual.step[unit])
    total = 0.0
    for column in columns:
        later = steps[steps > column]
        if later.size == 0 or repeat[unit, later[0]] or not usual.known[unit, later[0]]:
            continue
        first = column
        while first - 1 >= 0 and repeat[unit, first - 1]:
            first -= 1
        owed = pace[unit, first : column + 1][repeat[unit, first : column + 1]].sum()
        own = max(pace[unit, later[0]], 1.0)
        seen = np.log(usual.growth[unit, later[0]] + 0.5)
        idle, copied = np.log(own + 0.5), np.log(own + owed + 0.5)
        variance = _SPEED_SD**2 + 1 / np.sqrt(own)
        ratio = ((seen - idle) ** 2 - (seen - copied) ** 2) / (2 * variance)
        total += float(np.clip(ratio / np.log(10), -1.0, 1.0))
    return total
