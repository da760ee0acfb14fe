"""The reference of `stats.calibration`: factors that fans of hard campaigns would have needed.

By number of figures, from `HARD` kinds and `CALIBRATION_SEEDS` only. Its rows are what stands in
`REFERENCE_DOWN` and `REFERENCE_UP`; run it again when the curves or the chance change.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from bench._campaigns import CALIBRATION_SEEDS, HARD, campaign, history

from bluezone.portal.campaign.stats.arrays import as_date, day_numbers
from bluezone.portal.campaign.stats.calibration import REFERENCE_FIGURES, factors, scores
from bluezone.portal.campaign.stats.forecast import ForecastSettings
from bluezone.portal.campaign.stats.futures import fit_histories, simulate
from bluezone.portal.campaign.stats.histories import Histories

_DAYS = (1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 19, 22, 25, 28)
_AHEAD = (1, 3, 7, 14, 21)
_DRAWS = 200


def _scores(whole: Histories, known_days: int, rng: np.random.Generator) -> np.ndarray:
    """Return scores, shape (n, distances), of forecasts that know so many days."""
    settings = ForecastSettings()
    known = whole.until(as_date(whole.days[known_days - 1]))
    observed, fit = fit_histories(known, prior=settings.prior)
    made = simulate(
        observed,
        fit,
        day_numbers(known.days)[-1] + np.arange(1, max(_AHEAD) + 1),
        draws=_DRAWS,
        rng=rng,
        prior=settings.prior,
        widening=settings.widening,
    )
    later = whole.counts[:, known_days - 1 :]
    return np.stack([scores(made, ahead - 1, later[:, ahead]) for ahead in _AHEAD], axis=1)


def main() -> Iterator[dict[str, object]]:
    found: defaultdict[int, list[np.ndarray]] = defaultdict(list)
    for shape in HARD.values():
        for seed in CALIBRATION_SEEDS:
            made, rng = campaign(shape, seed)
            whole = history(made)
            for days in _DAYS:
                figures = np.isfinite(whole.counts[:, :days]).sum(axis=1)
                missed = _scores(whole, days, rng)
                nearest = np.abs(figures[:, None] - REFERENCE_FIGURES).argmin(axis=1)
                for place, number in enumerate(REFERENCE_FIGURES):
                    here = (nearest == place) & (figures > 0)
                    found[number].append(missed[here].ravel())
    for number, lists in sorted(found.items()):
        every = np.concatenate(lists)
        down, up = factors(every[np.isfinite(every)])
        yield {"figures": number, "down": round(down, 2), "up": round(up, 2), "judged": every.size}
