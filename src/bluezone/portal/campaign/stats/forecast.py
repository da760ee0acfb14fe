"""When each unit reaches its target, with an interval.

Source: `docs/statistics.md`, "Forecast"; curves in `growth`, fitting in `fitting`, coverage
measured in `backtest`. A forecast is some hundred possible futures a unit: a curve that the
figures allow, and the error process of the reports running on along it from the last figure.
The surprising decision: a target above the curve's ceiling gets no date. "Not reached" with
the ceiling beside it is an answer that an official can act on; a date in 2031 is not.
"""

import datetime as dt
import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from bluezone.portal.campaign.stats.arrays import (
    Days,
    Floats,
    Generator,
    Ints,
    as_date,
    as_days,
    day_numbers,
    floats,
    matching,
)
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.futures import fit_histories, simulate
from bluezone.portal.campaign.stats.growth import CurvePrior
from bluezone.portal.campaign.stats.words import Message, Parameter

LEVELS: Final = (0.1, 0.5, 0.9)
"""The quantiles of every fan: 8 of 10 times the later figure lies between the outer two."""

_CHUNK = 512


class Outcome(StrEnum):
    """What the forecast says of a unit's target."""

    REACHED = "reached"
    EXPECTED = "expected"
    UNCERTAIN = "uncertain"
    NOT_REACHED = "not_reached"
    ABOVE_PHONES = "above_phones"
    NO_TARGET = "no_target"


@dataclass(frozen=True, slots=True)
class Histories:
    """The cumulative counts of n units over T days.

    Attributes:
        days: shape (T,), `datetime64[D]`; gaps are allowed.
        counts: shape (n, T), one series only; NaN where nobody reported.
        phones: shape (n,), estimated phones of the unit, the ceiling of what can be won;
            NaN where unknown.
        siblings: shape (n,), units with the same number are siblings and help each other.
    """

    days: Days
    counts: Floats
    phones: Floats
    siblings: Ints

    @classmethod
    def of(
        cls,
        days: object,
        counts: ArrayLike,
        *,
        phones: ArrayLike = np.nan,
        siblings: ArrayLike | None = None,
    ) -> "Histories":
        """Return checked histories; without `siblings` all units are siblings.

        Raises:
            StatsInputError: shapes that do not fit, days out of order, counts below nought.
        """
        checked = as_days(days)
        table = np.atleast_2d(floats(counts))
        if table.ndim != 2 or table.shape[1] != checked.size:
            raise StatsInputError(f"counts have the shape {table.shape}, days {checked.shape}")
        if np.any(table < 0) or np.any(np.isinf(table)):
            raise StatsInputError("counts must be nought or more; NaN means no figure")
        n = len(table)
        group = np.zeros(n) if siblings is None else np.asarray(siblings)
        if group.shape != (n,):
            raise StatsInputError(f"siblings have the shape {group.shape}, there are {n} units")
        numbers = np.unique(group, return_inverse=True)[1].astype(np.int64)
        return cls(checked, table, matching(phones, table[:, 0], "phones"), numbers)

    def until(self, day: dt.date) -> "Histories":
        """Return what was known at the end of `day`; raise StatsInputError where nothing was."""
        kept = self.days <= np.datetime64(day)
        if not kept.any():
            raise StatsInputError(f"no figure up to {day:%d/%m/%Y}")
        return Histories(self.days[kept], self.counts[:, kept], self.phones, self.siblings)


@dataclass(frozen=True, slots=True)
class ForecastSettings:
    """How a forecast is made.

    Attributes:
        draws: possible futures a unit.
        prior: what is believed of curves before figures are seen.
        widening: factor on the error process of the future days. Tuned in back-tests until
            80 % intervals hold 80 % (`docs/statistics.md`, "Calibration").
        expected_from: probability of reaching the target at all from which on the outcome is
            `expected`, and one minus it below which it is `not_reached`.
    """

    draws: int = 400
    prior: CurvePrior = field(default_factory=CurvePrior)
    widening: float = 1.2
    expected_from: float = 0.8


TABLE: Final = ForecastSettings(draws=100)
"""For tables of many units: a quarter of the draws, so that dates may be off by a day."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Futures of n units over H days after the last figure.

    Attributes:
        days: shape (H,), the days forecast.
        fan: shape (3, n, H), quantiles 10, 50 and 90 of the count.
        finish: shape (3, n), `datetime64[D]`, quantiles of the first day at or above the
            target; NaT where that share of futures does not get there within `days`.
        p_by_target_day: shape (n,), probability that the target is reached by its day.
        p_within: shape (n,), the same for the last day of `days`.
        ceiling: shape (3, n), quantiles of the count that the curve never passes.
        outcomes: one a unit.
        targets: shape (n,), NaN where there is none.
        phones: shape (n,), NaN where unknown.
    """

    days: Days
    fan: Floats
    finish: Days
    p_by_target_day: Floats
    p_within: Floats
    ceiling: Floats
    outcomes: tuple[Outcome, ...]
    targets: Floats
    phones: Floats

    def message(self, unit: int) -> Message:
        """Return the sentence of one unit, ready for `words.phrase`."""
        outcome = self.outcomes[unit]
        known: dict[str, Parameter] = {
            "target": float(self.targets[unit]),
            "low": float(self.ceiling[0, unit]),
            "middle": float(self.ceiling[1, unit]),
            "high": float(self.ceiling[2, unit]),
            "phones": float(self.phones[unit]),
            "last_day": as_date(self.days[-1]),
            "chance": float(self.p_within[unit]),
        }
        first, middle, last = self.finish[:, unit]
        if outcome is Outcome.EXPECTED:
            known |= {"first": as_date(first), "likely": as_date(middle)}
            if np.isnat(last):
                return Message("forecast.expected_open", known)
            known |= {"latest": as_date(last)}
        return Message(f"forecast.{outcome}", known)


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
    by = np.searchsorted(days, np.datetime64(target_day or as_date(days[-1])), side="right")
    ahead = day_numbers(days)
    summary = _summary(known, ahead, wanted, rng, settings)
    reached = _last_known(known.counts) >= wanted
    arrived = np.where(reached[:, None], 0.0, summary.arrival)
    finish = _finish(arrived, np.datetime64(as_of, "D"), horizon_days)
    within = (arrived <= horizon_days).mean(axis=1)
    return Forecast(
        days=days,
        fan=summary.fan,
        finish=finish,
        p_by_target_day=np.where(np.isnan(wanted), np.nan, (arrived <= by).mean(axis=1)),
        p_within=np.where(np.isnan(wanted), np.nan, within),
        ceiling=summary.ceiling,
        outcomes=tuple(
            _outcome(target, bool(done), chance, phones, settings.expected_from)
            for target, done, chance, phones in zip(
                wanted.tolist(), reached, within.tolist(), known.phones.tolist(), strict=True
            )
        ),
        targets=wanted,
        phones=known.phones,
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
    observed, fit = fit_histories(
        known.days, known.counts, known.phones, known.siblings, prior=settings.prior
    )
    parts = []
    for start in range(0, wanted.size, _CHUNK):
        block = slice(start, start + _CHUNK)
        paths, tops = simulate(
            observed.rows(block),
            fit.rows(block),
            ahead,
            draws=settings.draws,
            rng=rng,
            prior=settings.prior,
            widening=settings.widening,
        )
        with np.errstate(invalid="ignore"):
            there = paths >= wanted[block][:, None]
        arrival = np.where(there.any(axis=2), there.argmax(axis=2) + 1.0, np.inf)
        parts.append(
            _Summary(
                np.quantile(paths, LEVELS, axis=0), arrival.T, np.quantile(tops, LEVELS, axis=0)
            )
        )
    return _Summary(
        np.concatenate([part.fan for part in parts], axis=1),
        np.concatenate([part.arrival for part in parts]),
        np.concatenate([part.ceiling for part in parts], axis=1),
    )


def _last_known(counts: Floats) -> Floats:
    """Return each unit's last figure, NaN where it never reported."""
    seen = np.isfinite(counts)
    last = counts.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    return np.where(seen.any(axis=1), counts[np.arange(len(counts)), last], np.nan)


def _finish(arrived: Floats, as_of: np.datetime64, horizon_days: int) -> Days:
    """Return quantiles of the day of arrival, shape (3, n); NaT beyond the horizon."""
    after = np.quantile(arrived, LEVELS, axis=1, method="higher")
    there = after <= horizon_days
    days = as_of + np.where(there, after, 0).astype(np.int64)
    days[~there] = np.datetime64("NaT")
    return np.asarray(days)


def _outcome(target: float, done: bool, chance: float, phones: float, sure: float) -> Outcome:  # noqa: FBT001 - private
    """Return the outcome of one unit."""
    if math.isnan(target):
        return Outcome.NO_TARGET
    if done:
        return Outcome.REACHED
    if target > phones:
        return Outcome.ABOVE_PHONES
    if chance >= sure:
        return Outcome.EXPECTED
    return Outcome.NOT_REACHED if chance <= 1 - sure else Outcome.UNCERTAIN
