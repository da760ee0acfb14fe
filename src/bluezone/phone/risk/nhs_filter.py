"""An augmented unscented Kalman filter and smoother of one distance.

Source: `spec/exposure.md` sections 5.3 to 5.5; letters as there: m, P are mean and
variance of the distance d, Q, r the variances of motion and observation, z an observation.
The surprising decision of the original, kept: sigma points are not drawn anew between
prediction and update, and the first step has no motion. A point near distance 0 amplifies
rounding a million times, so sums are plain loops in the original's order: `sum` of Python
3.12 and later compensates and would differ in the ninth digit.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bluezone.phone.risk.errors import RiskError
from bluezone.phone.risk.nhs_config import NhsConfig

Points = tuple[float, float, float, float, float, float, float]
"""Seven sigma points: the mean, three shifted up, three shifted down."""

_N = 3
"""Dimensions: distance, motion, observation noise."""


@dataclass(frozen=True, slots=True)
class Gaussian:
    """Mean and variance of the distance, metres and square metres."""

    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class _Weights:
    """Weights of the first and of every other point, and the spread c."""

    mean_first: float
    covariance_first: float
    other: float
    spread: float

    @classmethod
    def of(cls, config: NhsConfig) -> "_Weights":
        lam = config.alpha**2 * (_N + config.kappa) - _N
        spread = _N + lam
        first = lam / spread
        return cls(first, first + 1 - config.alpha**2 + config.beta, 1 / (2 * spread), spread)

    def mean(self, points: Points) -> float:
        """Return the weighted mean, added up in the order of the points (see above)."""
        total = self.mean_first * points[0]
        for point in points[1:]:
            total += self.other * point
        return total

    def covariance(self, a: Points, a_mean: float, b: Points, b_mean: float) -> float:
        """Return the weighted covariance, added up in the order of the points (see above)."""
        total = self.covariance_first * ((a[0] - a_mean) * (b[0] - b_mean))
        for x, y in zip(a[1:], b[1:], strict=True):
            total += self.other * ((x - a_mean) * (y - b_mean))
        return total


def smooth_distances(observations: Sequence[float | None], config: NhsConfig) -> list[Gaussian]:
    """Return the smoothed distance of every step.

    Args:
        observations: n values, the logarithm of an attenuation or None where missing.
        config: parameters of model and filter.
    """
    weights = _Weights.of(config)
    filtered = _filter(observations, config, weights)
    return _smooth(filtered, config, weights)


def observe(config: NhsConfig) -> Callable[[float], float]:
    """Return h: the expected logarithm of attenuation at a distance in metres (5.3)."""
    w, b = config.rssi_weight_coefficient, config.rssi_intercept
    if config.observation_type == "log":
        return lambda d: w * _log(d) + b
    constant = config.path_loss_factor * math.log10(config.wavelength / (4 * math.pi))

    def general(d: float) -> float:
        f = -math.log10(d if d > 0 else 0.001) + constant + config.ref_device_loss
        return w * math.log(-(f if f < 0 else -0.001)) + b

    return general


def _log(d: float) -> float:
    return math.log(d) if d > 0 else -math.inf


def _filter(
    observations: Sequence[float | None], config: NhsConfig, weights: _Weights
) -> list[Gaussian]:
    h = observe(config)
    noise = math.sqrt(weights.spread * config.rssi_covariance)
    state = Gaussian(config.initial_mean, config.initial_covariance)
    filtered: list[Gaussian] = []
    for step, z in enumerate(observations):
        x = _spread(state, weights, 1)
        if step > 0:
            x = _move(x, config, weights)
        state = _moments(x, weights)
        if z is not None:
            state = _update(state, x, z, weights, h=h, noise=noise)
        filtered.append(state)
    return filtered


def _spread(state: Gaussian, weights: _Weights, index: int) -> Points:
    """Return seven points at the mean, those of one dimension shifted by the spread."""
    if state.variance < 0 or weights.spread <= 0:
        raise RiskError("these parameters of the filter give a negative variance")
    return _shift((state.mean,) * 7, math.sqrt(weights.spread * state.variance), index)


def _shift(points: Points, by: float, index: int) -> Points:
    shifted = list(points)
    shifted[index] += by
    shifted[index + _N] -= by
    return shifted[0], shifted[1], shifted[2], shifted[3], shifted[4], shifted[5], shifted[6]


def _move(x: Points, config: NhsConfig, weights: _Weights) -> Points:
    """Return |x + q|, q the points of the motion with variance Q."""
    moved = _shift(x, math.sqrt(weights.spread) * config.expected_distance, 2)
    a, b, c, d, e, f, g = moved
    return abs(a), abs(b), abs(c), abs(d), abs(e), abs(f), abs(g)


def _moments(x: Points, weights: _Weights) -> Gaussian:
    mean = weights.mean(x)
    return Gaussian(mean, weights.covariance(x, mean, x, mean))


def _update(
    state: Gaussian,
    x: Points,
    z: float,
    weights: _Weights,
    *,
    h: Callable[[float], float],
    noise: float,
) -> Gaussian:
    a, b, c, d, e, f, g = (h(abs(point)) for point in x)
    y = _shift((a, b, c, d, e, f, g), noise, 3)
    y_mean = weights.mean(y)
    cross = weights.covariance(x, state.mean, y, y_mean)
    gain = cross / weights.covariance(y, y_mean, y, y_mean)
    return Gaussian(state.mean + gain * (z - y_mean), state.variance - gain * cross)


def _smooth(filtered: Sequence[Gaussian], config: NhsConfig, weights: _Weights) -> list[Gaussian]:
    """Return the states seen backwards from the last one (5.5)."""
    smoothed = [filtered[-1]] if filtered else []
    for state in reversed(filtered[:-1]):
        x = _spread(state, weights, 1)
        moved = _move(x, config, weights)
        predicted = _moments(moved, weights)
        gain = weights.covariance(moved, predicted.mean, x, state.mean) / predicted.variance
        after = smoothed[-1]
        smoothed.append(
            Gaussian(
                state.mean + gain * (after.mean - predicted.mean),
                state.variance + gain * gain * (after.variance - predicted.variance),
            )
        )
    return smoothed[::-1]
