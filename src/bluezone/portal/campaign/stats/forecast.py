"""When each unit reaches its target, with an interval.

Source: `docs/statistics.md`, "Forecast"; curves in `growth`, fitting in `fitting`, chance in
`futures`, coverage in `calibration` and `backtest`. A forecast is some hundred possible
futures a unit: a curve that the figures allow, and the error process of the reports running
on along it from the last figure. The surprising decision: the units of a page are forecast in
one call. Siblings teach one another, and one call for 63 costs what ten calls for one do.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from bluezone.portal.campaign.stats.answers import LEVELS, Forecast, outcomes
from bluezone.portal.campaign.stats.arrays import (
    Days,
    Floats,
    Generator,
    as_date,
    day_numbers,
    matching,
)
from bluezone.portal.campaign.stats.calibration import Stretch, calibrate, stretched
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.futures import fit_histories, simulate
from bluezone.portal.campaign.stats.growth import CurvePrior
from bluezone.portal.campaign.stats.histories import Histories
from bluezone.portal.campaign.stats.reached import Reached, look_back

_CHUNK = 512


@dataclass(frozen=True, slots=True)
class ForecastSettings:
    """How a forecast is made.

    Attributes:
        draws: possible futures a unit.
        prior: what is believed of curves before figures are seen.
        widening: factor on the error process of the future days.
        calibrated: whether the fan is stretched until it held the units' own past
            (`calibration`).
        recent_days: days of reports that are looked at; older ones cost time and tell little.
        refined: whether each curve is fitted once more by scipy; slow, changes little.
        expected_from: probability of reaching the target at all from which on the outcome is
            `expected`, and one minus it below which it is `not_reached`.
    """

    draws: int = 400
    prior: CurvePrior = field(default_factory=CurvePrior)
    widening: float = 1.2
    calibrated: bool = True
    recent_days: int = 120
    refined: bool = False
    expected_from: float = 0.8


TABLE: Final = ForecastSettings(draws=100, recent_days=30)
"""For tables of many units: fewer draws and days, so that dates may be off by a day."""


def forecast(
    histories: Histories,
    *,
    horizon_days: int,
    rng: Generator,
    targets: ArrayLike = np.nan,
    target_day: dt.date | None = None,
    as_of: dt.date | None = None,
    settings: ForecastSettings | None = None,
) -> Forecast:
    """Return the futures of each unit, knowing nothing after `as_of`.

    Args:
        histories: what was reported.
        horizon_days: how many days after `as_of` to look, 1 to 3660.
        rng: chance.
        targets: shape (n,) or one for all, in the same counts; NaN where there is none.
        target_day: by when; without it `p_by_target_day` is that of the last day.
        as_of: the evening of the forecast; without it the last day of the histories.
        settings: how the forecast is made.

    Raises:
        StatsInputError: a horizon out of limits, or nothing known up to `as_of`.
    """
    if not 1 <= horizon_days <= 3660:
        raise StatsInputError(f"a horizon of {horizon_days} days; it must be 1 to 3660")
    settings = settings or ForecastSettings()
    as_of = as_of or as_date(histories.days[-1])
    known = histories.until(as_of)
    wanted = matching(targets, known.phones, "targets")
    days = np.datetime64(as_of, "D") + np.arange(1, horizon_days + 1)
    summary = _summary(known, day_numbers(days), wanted, rng, settings)
    reached = look_back(known, wanted, target_day)
    arrived = np.where(reached.done[:, None], 0.0, summary.arrival)
    within = (arrived <= horizon_days).mean(axis=1)
    nothing = np.isnan(reached.last) | np.isnan(wanted)
    by_then = _by_target_day(arrived, reached, days, target_day)
    return Forecast(
        days=days,
        fan=np.where(np.isnan(reached.last)[:, None], np.nan, summary.fan),
        finish=_finish(arrived, reached, np.datetime64(as_of, "D"), horizon_days),
        p_by_target_day=np.where(nothing, np.nan, by_then),
        p_within=np.where(nothing, np.nan, within),
        ceiling=np.where(np.isnan(reached.last), np.nan, summary.ceiling),
        outcomes=outcomes(wanted, reached, within, known.phones, settings.expected_from),
        targets=wanted,
        phones=known.phones,
        last=reached.last,
        target_day=np.datetime64("NaT" if target_day is None else target_day, "D"),
    )


@dataclass(frozen=True, slots=True)
class _Summary:
    """Fan (3, n, H), day of arrival at the target (n, draws) in days ahead, ceiling (3, n)."""

    fan: Floats
    arrival: Floats
    ceiling: Floats


def _summary(
    known: Histories, ahead: Floats, wanted: Floats, rng: Generator, settings: ForecastSettings
) -> _Summary:
    """Return what the futures of all units have in common, a block of units at a time."""
    known = known.recent(settings.recent_days)
    observed, fit = fit_histories(known, prior=settings.prior, refined=settings.refined)
    factor = _stretch(known, rng, settings)
    parts = []
    for start in range(0, wanted.size, _CHUNK):
        block = slice(start, start + _CHUNK)
        made = simulate(
            observed.rows(block),
            fit.rows(block),
            ahead,
            draws=settings.draws,
            rng=rng,
            prior=settings.prior,
            widening=settings.widening,
        )
        if factor is not None:
            made = stretched(made, Stretch(factor.down[block], factor.up[block]))
        with np.errstate(invalid="ignore"):
            there = made.paths >= wanted[block][:, None]
        arrival = np.where(there.any(axis=2), there.argmax(axis=2) + 1.0, np.inf)
        fan = np.quantile(made.paths, LEVELS, axis=0)
        parts.append(_Summary(fan, arrival.T, np.quantile(made.tops, LEVELS, axis=0)))
    return _Summary(
        np.concatenate([part.fan for part in parts], axis=1),
        np.concatenate([part.arrival for part in parts]),
        np.concatenate([part.ceiling for part in parts], axis=1),
    )


def _stretch(known: Histories, rng: Generator, settings: ForecastSettings) -> Stretch | None:
    if not settings.calibrated:
        return None
    return calibrate(
        known,
        draws=max(settings.draws // 4, 50),
        rng=rng,
        prior=settings.prior,
        widening=settings.widening,
    )


def _finish(arrived: Floats, reached: Reached, as_of: np.datetime64, horizon_days: int) -> Days:
    """Return quantiles of the day of arrival, shape (3, n); NaT beyond the horizon."""
    after = np.quantile(arrived, LEVELS, axis=1, method="higher")
    there = (after <= horizon_days) & ~np.isnan(reached.last)
    days = as_of + np.where(there, after, 0).astype(np.int64)
    days[~there] = np.datetime64("NaT")
    return np.asarray(np.where(reached.done, reached.since, days))


def _by_target_day(
    arrived: Floats, reached: Reached, days: Days, target_day: dt.date | None
) -> Floats:
    """Return the probability of having reached the target by its day, shape (n,).

    A day that is over is judged by the figures: 1, 0, or one half where it was passed between
    two figures. Where its figure is still to come, the next evening stands for it.
    """
    by = np.searchsorted(days, np.datetime64(target_day or as_date(days[-1])), side="right")
    forecast_chance = (arrived <= max(int(by), 1)).mean(axis=1)
    told = np.where(reached.in_time, 1.0, np.where(reached.too_late, 0.0, 0.5))
    return np.where(reached.over, told, forecast_chance)
