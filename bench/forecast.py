"""Forecasts: time, and coverage with width by kind of campaign and days known.

Each kind is forecast as calibrated ("after") and as not ("before"), on seeds, and for kinds
"kept_back" on mechanisms, that the calibration never saw; and on the few real counts of 2020.
"""

import time
from collections.abc import Iterator

import numpy as np
from bench._campaigns import CALIBRATION, KEPT_BACK, TEST_SEEDS, campaign, history
from bench._facts import HAI_DUONG, NATION, PROVINCES

from bluezone.portal.campaign.stats.arrays import as_date
from bluezone.portal.campaign.stats.backtest import Coverage, backtest, backtest_finish
from bluezone.portal.campaign.stats.forecast import TABLE, ForecastSettings, forecast
from bluezone.portal.campaign.stats.futures import fit_histories
from bluezone.portal.campaign.stats.generated import CampaignShape, grow
from bluezone.portal.campaign.stats.growth import CurvePrior
from bluezone.portal.campaign.stats.histories import Histories

_KNOWN = (1, 2, 3, 5, 7, 9, 12, 15, 20, 25)
_CUTS = tuple(known - 1 for known in _KNOWN)
_AHEAD = (1, 3, 7, 14, 21)
_WAYS = {
    "before": ForecastSettings(draws=200, calibrated=False),
    "after": ForecastSettings(draws=200),
}


def _time(units: int, groups: int, days: int, settings: ForecastSettings) -> dict[str, object]:
    rng = np.random.default_rng(20)
    whole = history(grow(CampaignShape(units=units, groups=groups, days=days), rng))
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        forecast(whole, horizon_days=30, rng=rng, targets=0.6 * whole.phones, settings=settings)
        seconds.append(time.perf_counter() - started)
    return {
        "what": "time",
        "units": units,
        "days": days,
        "draws": settings.draws,
        "ahead": 30,
        "seconds": round(min(seconds), 3),
    }


def _by_scipy() -> dict[str, object]:
    """Return how far the batched fit lies off scipy's, in sd of the fit."""
    whole = history(grow(CampaignShape(units=63, groups=1, days=16), np.random.default_rng(3)))
    batch, scipys = (
        fit_histories(whole, prior=CurvePrior(), refined=refined)[1] for refined in (False, True)
    )
    sd = np.sqrt(np.diagonal(batch.covariance, axis1=1, axis2=2))
    off = np.abs(batch.theta - scipys.theta) / sd
    return {"what": "batch_against_scipy", "units": 63, "largest_sd": round(float(off.max()), 3)}


def _coverage(name: str, shape: CampaignShape, way: str) -> Iterator[dict[str, object]]:
    rows: list[Coverage] = []
    finish = []
    for seed in TEST_SEEDS:
        made, rng = campaign(shape, seed)
        whole, settings = history(made), _WAYS[way]
        rows += backtest(whole, cuts=_CUTS, ahead=_AHEAD, rng=rng, settings=settings)
        finish += backtest_finish(
            whole, 0.3 * whole.phones, cuts=_CUTS[2::2], rng=rng, settings=settings
        )
    judged = sum(row.judged for row in finish)
    yield {
        "what": "coverage",
        "kept_back": name in KEPT_BACK,
        "kind": name,
        "way": way,
        "stated": 0.8,
        "inside": _mean(rows, "inside"),
        "below": _mean(rows, "below"),
        "above": _mean(rows, "above"),
        "width": _mean(rows, "width"),
        "inside_by_days_known": _by(rows, "inside", "cut", _CUTS, 1),
        "width_by_days_known": _by(rows, "width", "cut", _CUTS, 1),
        "inside_by_days_ahead": _by(rows, "inside", "ahead", _AHEAD, 0),
        "finishing_day_inside": round(sum(row.inside * row.judged for row in finish) / judged, 3),
    }


def _mean(rows: list[Coverage], what: str) -> float:
    return round(float(np.mean([getattr(row, what) for row in rows])), 3)


def _by(
    rows: list[Coverage], what: str, name: str, values: tuple[int, ...], plus: int
) -> dict[str, float]:
    return {
        str(value + plus): _mean([row for row in rows if getattr(row, name) == value], what)
        for value in values
    }


def _facts(name: str, whole: Histories, known: int) -> Iterator[dict[str, object]]:
    """Yield each later printed count with the fan that was made before it."""
    as_of = as_date(whole.days[known - 1])
    horizon = int((whole.days[-1] - whole.days[known - 1]).astype(int))
    made = forecast(whole, horizon_days=horizon, rng=np.random.default_rng(1), as_of=as_of)
    for column in range(known, whole.days.size):
        at = int((whole.days[column] - whole.days[known - 1]).astype(int)) - 1
        for unit in np.flatnonzero(np.isfinite(whole.counts[:, column]) & np.isfinite(made.last)):
            later = float(whole.counts[unit, column])
            low, middle, high = made.fan[:, unit, at]
            yield {
                "what": "real",
                "series": name,
                "unit": int(unit),
                "figures": int(np.isfinite(whole.counts[unit, :known]).sum()),
                "as_of": str(as_of),
                "day": str(whole.days[column]),
                "low": round(low),
                "middle": round(middle),
                "high": round(high),
                "later": round(later),
                "inside": bool(low <= later <= high),
            }


def main() -> Iterator[dict[str, object]]:
    for units, groups, days, settings in (
        (63, 1, 16, TABLE),
        (63, 1, 60, TABLE),
        (12, 1, 30, ForecastSettings()),
        (235, 12, 30, ForecastSettings()),
    ):
        yield _time(units, groups, days, settings)
    yield _by_scipy()
    for name, whole in (("nation", NATION), ("hai_duong", HAI_DUONG), ("provinces", PROVINCES)):
        for known in range(1, whole.days.size):
            yield from _facts(name, whole, known)
    for name, shape in {**CALIBRATION, **KEPT_BACK}.items():
        for way in _WAYS:
            yield from _coverage(name, shape, way)
