"""Forecasts: time for a province of 12 districts and 235 communes, and measured coverage."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bluezone.portal.campaign.stats.backtest import backtest, backtest_finish
from bluezone.portal.campaign.stats.forecast import forecast
from bluezone.portal.campaign.stats.generated import CampaignShape, grow
from bluezone.portal.campaign.stats.histories import Histories

_BASE = CampaignShape(units=96, groups=8, days=50)
SHAPES = {
    "usual": _BASE,
    "tens_of_phones": replace(_BASE, phones_median=60.0, cluster=2.0),
    "slow_start": replace(_BASE, pull=0.005, word_of_mouth=0.3),
    "calm": replace(_BASE, shock_sd=0.15, cluster=1.0),
    "wild": replace(_BASE, shock_sd=0.6, cluster=15.0),
    "fast_start": replace(_BASE, pull=0.08, word_of_mouth=0.02),
    "no_siblings": replace(_BASE, groups=96),
    "tiring": replace(_BASE, tiring_days=12.0, pull=0.04),
    "gifts": replace(_BASE, gift_days=3),
}
_CUTS = (0, 2, 4, 8, 14, 24)
_AHEAD = (1, 3, 7, 14, 21)


def _history(shape: CampaignShape, rng: np.random.Generator) -> Histories:
    made = grow(shape, rng)
    return Histories.of(made.days, made.reported, phones=made.phones, siblings=made.siblings)


def _time(units: int, groups: int) -> dict[str, object]:
    rng = np.random.default_rng(20)
    history = _history(CampaignShape(units=units, groups=groups, days=30), rng)
    started = time.perf_counter()
    forecast(history, horizon_days=30, rng=rng, targets=0.6 * history.phones)
    seconds = time.perf_counter() - started
    return {"what": "time", "units": units, "days": 30, "ahead": 30, "seconds": round(seconds, 2)}


def _coverage(name: str, shape: CampaignShape) -> Iterator[dict[str, object]]:
    rng = np.random.default_rng(815)
    history = _history(shape, rng)
    rows = list(backtest(history, cuts=_CUTS, ahead=_AHEAD, rng=rng))
    share = float(np.mean([row.inside for row in rows]))
    yield {
        "what": "coverage",
        "shape": name,
        "stated": 0.8,
        "measured": round(share, 3),
        "below": round(float(np.mean([row.below for row in rows])), 3),
        "above": round(float(np.mean([row.above for row in rows])), 3),
        "by_days_known": _by(rows, "cut", _CUTS, 1),
        "by_days_ahead": _by(rows, "ahead", _AHEAD, 0),
        "median_error": round(float(np.mean([row.error for row in rows])), 3),
    }
    finish = list(backtest_finish(history, 0.3 * history.phones, cuts=_CUTS, rng=rng))
    judged = sum(row.judged for row in finish)
    inside = sum(row.inside * row.judged for row in finish) / judged
    yield {
        "what": "finishing_day",
        "shape": name,
        "stated": 0.8,
        "measured": round(inside, 3),
        "judged": judged,
    }


def _by(rows: list, name: str, values: tuple[int, ...], plus: int) -> dict[str, float]:
    return {
        str(value + plus): round(
            float(np.mean([row.inside for row in rows if getattr(row, name) == value])), 2
        )
        for value in values
    }


def main() -> Iterator[dict[str, object]]:
    yield _time(12, 1)
    yield _time(235, 12)
    for name, shape in SHAPES.items():
        yield from _coverage(name, shape)
