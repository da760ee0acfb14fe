"""The same fit, one unit after the other, by a well-kept library.

Source: `scipy.optimize.minimize` (BFGS), on the very posterior that `fitting` climbs for all
units at once. The surprising decision: this is the judge and not the worker. It takes
ten times as long a unit; tests and `bench/forecast.py` hold the batch against it, and
`ForecastSettings(refined=True)` lets it have the last word.
"""

from collections.abc import Callable

import numpy as np
from scipy import optimize

from bluezone.portal.campaign.stats.arrays import Floats


def refine(theta: Floats, sd: Floats, score: Callable[[Floats, int], float]) -> Floats:
    """Return each unit's best parameters, shape (n, p), climbed from `theta`.

    Args:
        theta: shape (n, p), where to begin.
        sd: shape (n, p), the scale of each parameter.
        score: minus the log posterior of one unit's parameters (p,) and its number.
    """
    result = theta.copy()
    for unit in range(len(theta)):

        def at(step: Floats, unit: int = unit) -> float:
            return score(theta[unit] + step * sd[unit], unit)

        found = optimize.minimize(at, np.zeros(theta.shape[1]), method="BFGS")
        if found.fun < at(np.zeros(theta.shape[1])):
            result[unit] = theta[unit] + found.x * sd[unit]
    return result
