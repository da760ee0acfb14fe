"""The NHS COVID-19 risk model: distance from attenuation, risk from distance.

Source: `spec/exposure.md` sections 5.1, 5.2 and 5.6, held to 1e-9 of the published library.
The surprising decision of the original, kept: the first scan's seconds are set to 0, so a
window of one scan is a single step of one second.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from bluezone.phone.risk.errors import MissingExtraError, RiskError
from bluezone.phone.risk.model import DayRisk, RiskLevel, day_date, flags_of
from bluezone.phone.risk.nhs_config import NhsConfig
from bluezone.phone.risk.nhs_filter import Gaussian, smooth_distances
from bluezone.phone.risk.windows import ExposureWindow

_MAX_STEPS = 100_000
"""Steps of a series; a window has at most about 4,000. More is a mistake, not an encounter."""


@dataclass(frozen=True, slots=True)
class NhsScan:
    """One scan as the library takes it.

    Attributes:
        seconds_since_last_scan: 0 or more.
        attenuation_db: the smallest attenuation of the scan.
    """

    seconds_since_last_scan: float
    attenuation_db: float


@dataclass(frozen=True, slots=True)
class NhsModel:
    """The NHS model behind our interface: the largest risk of a window decides a day."""

    config: NhsConfig
    name: str = "nhs"
    unit: str = "weighted seconds"

    def judge(self, windows: Sequence[ExposureWindow], *, today: int) -> tuple[DayRisk, ...]:
        """Return the days with any risk, ascending (see `RiskModel.judge`).

        Raises:
            MissingExtraError: scipy is not installed.
        """
        days: defaultdict[int, list[tuple[ExposureWindow, float]]] = defaultdict(list)
        for window in windows:
            if not 1 <= window.report_type <= 4 or today - window.day > self.config.max_age_days:
                continue
            risk = self.window_risk(window)
            if risk > 0:
                days[window.day].append((window, risk))
        return tuple(self._day(day, counted) for day, counted in sorted(days.items()))

    def window_risk(self, window: ExposureWindow) -> float:
        """Return the risk of a window: 60 times the score, weighted by infectiousness (5.1)."""
        weights = self.config.infectiousness_weights
        weight = weights[window.infectiousness] if window.infectiousness < 3 else weights[0]
        scans = [
            NhsScan(scan.seconds_since_last_scan, scan.min_attenuation_db)
            for scan in window.scans
            if scan.seconds_since_last_scan > 0
        ]
        if not scans or weight == 0:
            return 0.0
        return 60 * score(scans, self.config) * weight

    def _day(self, day: int, counted: Sequence[tuple[ExposureWindow, float]]) -> DayRisk:
        largest = max(risk for _, risk in counted)
        risky = largest >= self.config.risk_threshold
        return DayRisk(
            day=day_date(day),
            level=RiskLevel.HIGH if risky else RiskLevel.NONE,
            score=largest,
            minutes=int(sum(risk for _, risk in counted) // 60),
            windows=len(counted),
            flags=flags_of(window for window, _ in counted),
        )


def score(scans: Sequence[NhsScan], config: NhsConfig) -> float:
    """Return R: minutes weighted by how near the other was, before the app's factor 60.

    Args:
        scans: at least one, in order of time.
        config: parameters.

    Raises:
        RiskError: there is no scan, the series is longer than 100,000 steps, or the
            parameters of the filter lead nowhere.
        MissingExtraError: scipy is not installed.
    """
    minutes_a_step = config.sample_resolution / 60
    nearest = config.minimum_distance
    try:
        medians = _gamma_medians(smooth_distances(observations(scans, config), config))
    except ArithmeticError as error:
        raise RiskError("these parameters of the filter divide by zero or overflow") from error
    return sum(minutes_a_step * (nearest / max(distance, nearest)) ** 2 for distance in medians)


def observations(scans: Sequence[NhsScan], config: NhsConfig) -> list[float | None]:
    """Return the logarithm of attenuation at each step, None where nothing was heard (5.2).

    Raises:
        RiskError: there is no scan, or the series is longer than 100,000 steps.
    """
    if not scans:
        raise RiskError("a series needs at least one scan")
    position = 0.0
    heard: dict[int, float | None] = {}
    for number, scan in enumerate(scans):
        position += scan.seconds_since_last_scan / config.sample_resolution if number else 0.0
        if not 0 <= position < _MAX_STEPS:
            raise RiskError(f"a series has at most {_MAX_STEPS} steps")
        heard[int(position)] = _logarithm(scan.attenuation_db)
    return [heard.get(step) for step in range(int(position) + 1)]


def _logarithm(attenuation_db: float) -> float | None:
    if not 0 < attenuation_db < math.inf:
        return None
    return math.log(attenuation_db)


def _gamma_medians(distances: Sequence[Gaussian]) -> list[float]:
    """Return the median of the Gamma distribution with each mean and variance (5.6)."""
    inverse = _gammaincinv()
    medians = []
    for d in distances:
        median = d.variance / d.mean * float(inverse(d.mean * d.mean / d.variance, 0.5))
        medians.append(median if median > 0 else 0.001)
    return medians


def _gammaincinv() -> Callable[[float, float], Any]:
    """Return the inverse of the regularised incomplete Gamma function."""
    try:
        special = import_module("scipy.special")
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "the NHS model needs scipy: pip install 'bluezone[models]'"
        ) from error
    function: Callable[[float, float], Any] = special.gammaincinv
    return function
