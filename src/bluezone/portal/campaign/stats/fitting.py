"""Fit the curves of all units, let siblings help, and draw from what remains possible.

Source: Levenberg-Marquardt on a maximum a posteriori problem; EM for the means and spreads of
siblings (Dempster, Laird, Rubin 1977); importance resampling with a t proposal and clipped
weights (Ionides 2008). The surprising decision: the fit is never the answer. It only says
where to look, and forecasts use draws that are weighted by the posterior, because with two or
three figures the ceiling of a curve is nearly free and no ellipse describes it.
"""

from dataclasses import dataclass

import numpy as np

from bluezone.portal.campaign.stats.arrays import Floats, Generator, Ints
from bluezone.portal.campaign.stats.growth import PARAMETERS, CurvePrior, fresh_errors, too_low
from bluezone.portal.campaign.stats.observed import Observed
from bluezone.portal.campaign.stats.solo import refine

_STEPS = 12
_ROUNDS = 4
_PROPOSAL_FREEDOM = 5.0
_STEP = 1e-4
_ENOUGH = 1e-3
"""A step that promises less of the log posterior is not taken: a fiftieth of a sd."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Curves of n units.

    Attributes:
        theta: shape (n, 5), the best parameters.
        covariance: shape (n, 5, 5), their doubt at that place.
        prior_mean, prior_sd: shape (n, 5), what siblings made likely.
        noise: shape (n, 1), sd of the log count around the curve.
    """

    theta: Floats
    covariance: Floats
    prior_mean: Floats
    prior_sd: Floats
    noise: Floats

    def rows(self, units: slice) -> "Fit":
        """Return the curves of some units."""
        return Fit(
            self.theta[units],
            self.covariance[units],
            self.prior_mean[units],
            self.prior_sd[units],
            self.noise[units],
        )


def fit_units(
    observed: Observed, siblings: Ints, prior: CurvePrior, *, refined: bool = False
) -> Fit:
    """Return the fitted curves.

    Args:
        observed: figures of n units.
        siblings: shape (n,), units with the same number are siblings.
        prior: what is believed beforehand.
        refined: whether each curve is fitted once more by itself, by scipy (`solo`).
    """
    n = siblings.size
    base = np.broadcast_to(np.array(prior.mean), (n, PARAMETERS))
    mean, sd = base.copy(), np.broadcast_to(np.hypot(prior.sd, prior.within), base.shape)
    noise = np.full((n, 1), prior.noise)
    theta, covariance = base.copy(), np.zeros((n, PARAMETERS, PARAMETERS))
    for _ in range(_ROUNDS):
        theta, covariance = _climb(theta, observed, noise, (mean, sd), prior)
        noise = _noise(theta, observed, noise, siblings, prior)
        mean, sd = _siblings(theta, covariance, base, siblings, prior)
    theta, covariance = _climb(theta, observed, noise, (mean, sd), prior)
    if refined:

        def score(tried: Floats, unit: int) -> float:
            one = slice(unit, unit + 1)
            belief = (mean[one], sd[one])
            return float(_score(tried[None], observed.rows(one), noise[one], belief, prior)[0])

        theta = refine(theta, sd, score)
    return Fit(theta, covariance, mean, sd, noise)


def _climb(
    theta: Floats,
    observed: Observed,
    noise: Floats,
    belief: tuple[Floats, Floats],
    prior: CurvePrior,
) -> tuple[Floats, Floats]:
    """Return the best parameters and the inverse curvature there."""
    sd = belief[1]
    damping = np.full(len(theta), 1.0)
    score = _score(theta, observed, noise, belief, prior)
    gradient, curvature = _slope(theta, observed, noise, belief, prior)
    for _ in range(_STEPS):
        damped = curvature + damping[:, None, None] * np.eye(PARAMETERS) / sd[:, None, :] ** 2
        step = np.clip(np.linalg.solve(damped, gradient[..., None])[..., 0], -2 * sd, 2 * sd)
        if np.all(0.5 * (step * gradient).sum(axis=1) < _ENOUGH):
            break
        tried = theta - step
        new = _score(tried, observed, noise, belief, prior)
        better = new < score
        theta = np.where(better[:, None], tried, theta)
        score = np.where(better, new, score)
        damping = np.where(better, damping / 4, damping * 6)
        gradient, curvature = _slope(theta, observed, noise, belief, prior)
    return theta, np.asarray(np.linalg.inv(curvature), dtype=np.float64)


def _score(
    theta: Floats,
    observed: Observed,
    noise: Floats,
    belief: tuple[Floats, Floats],
    prior: CurvePrior,
) -> Floats:
    """Return minus the log posterior, shape (..., n)."""
    mean, sd = belief
    fresh = _errors(theta, observed, noise, prior)
    surprise = 0.5 * (prior.freedom + 1) * np.log1p(fresh**2 / prior.freedom).sum(axis=-1)
    return np.asarray(surprise + 0.5 * (((theta - mean) / sd) ** 2).sum(axis=-1))


def _errors(theta: Floats, observed: Observed, noise: Floats, prior: CurvePrior) -> Floats:
    """Return all that counts against curves, shape (..., n, T + 1): steps, and a low ceiling."""
    fresh = fresh_errors(theta, observed, noise, prior)
    return np.concatenate([fresh, too_low(theta, observed)[..., None]], axis=-1)


def _slope(
    theta: Floats,
    observed: Observed,
    noise: Floats,
    belief: tuple[Floats, Floats],
    prior: CurvePrior,
) -> tuple[Floats, Floats]:
    """Return gradient (n, 5) and Gauss-Newton curvature (n, 5, 5) of the score."""
    mean, sd = belief
    moved = theta + (_STEP * np.eye(PARAMETERS + 1, PARAMETERS))[:, None, :]
    shifted = _errors(moved, observed, noise, prior)
    fresh = shifted[PARAMETERS]
    jacobian = np.moveaxis(shifted[:PARAMETERS] - fresh, 0, -1) / _STEP
    weight = (prior.freedom + 1) / (prior.freedom + fresh**2)
    gradient = np.einsum("ntp,nt->np", jacobian, weight * fresh) + (theta - mean) / sd**2
    curvature = np.einsum("ntp,nt,ntq->npq", jacobian, weight, jacobian)
    return gradient, curvature + np.eye(PARAMETERS) / sd[:, None, :] ** 2


def _by_group(values: Floats, siblings: Ints) -> Floats:
    """Return sums of rows over each group, given back to each member, shape as `values`."""
    sums = np.zeros((int(siblings.max()) + 1, *values.shape[1:]))
    np.add.at(sums, siblings, values)
    return np.asarray(sums[siblings], dtype=np.float64)


def _noise(
    theta: Floats, observed: Observed, noise: Floats, siblings: Ints, prior: CurvePrior
) -> Floats:
    """Return each unit's sd around its curve, shrunk to its siblings' and to the belief."""
    fresh = fresh_errors(theta, observed, noise, prior)
    robust = (prior.freedom + 1) / (prior.freedom + fresh**2) * fresh**2
    # A step of few installs tells of chance, not of the speed: it weighs by what speed adds.
    growth = np.maximum(observed.after - observed.before, 0.0)
    telling = noise**2 * growth / (prior.cluster + noise**2 * growth) * observed.step
    own = (robust * telling).sum(axis=1, keepdims=True) * noise**2
    count = telling.sum(axis=1, keepdims=True)
    belief = prior.noise_weight * prior.noise**2
    group = (_by_group(own, siblings) + belief) / (_by_group(count, siblings) + prior.noise_weight)
    shrunk = (own + prior.noise_weight * group) / (count + prior.noise_weight)
    return np.asarray(np.sqrt(np.maximum(shrunk, 1e-6)), dtype=np.float64)


def _siblings(
    theta: Floats, covariance: Floats, base: Floats, siblings: Ints, prior: CurvePrior
) -> tuple[Floats, Floats]:
    """Return the prior that a unit's siblings give it: mean and sd, shape (n, 5).

    A unit alone gets the belief back, widened by how much siblings differ. The mean of few
    siblings is itself doubted, and that doubt is added.
    """
    base_sd, within = np.array(prior.sd), np.array(prior.within)
    ones = np.ones((siblings.size, 1))
    size = _by_group(ones, siblings)
    average = _by_group(theta, siblings) / size
    own = np.diagonal(covariance, axis1=1, axis2=2)
    scatter = _by_group((theta - average) ** 2 + own, siblings)
    between = (scatter + 4 * within**2) / (size + 4)
    weight = size / between
    mean = (weight * average + base / base_sd**2) / (weight + 1 / base_sd**2)
    sd = np.sqrt(between + 1 / (weight + 1 / base_sd**2))
    alone = size == 1
    return (
        np.where(alone, base, mean),
        np.where(alone, np.hypot(base_sd, within), sd),
    )


def draw_curves(
    fit: Fit, observed: Observed, draws: int, rng: Generator, *, prior: CurvePrior
) -> Floats:
    """Return curves that the figures leave possible, shape (draws, n, 5).

    Twice as many are proposed around the fit, with heavier tails; each unit keeps `draws`
    of them with probability proportional to its posterior over the proposal, weights
    clipped at their mean times the root of their number.
    """
    n, pool = len(fit.theta), 2 * draws
    root = np.linalg.cholesky(fit.covariance + 1e-10 * np.eye(PARAMETERS))
    normal = rng.standard_normal((pool, n, PARAMETERS))
    scale = np.sqrt(_PROPOSAL_FREEDOM / rng.chisquare(_PROPOSAL_FREEDOM, (pool, n, 1)))
    normal, reach = normal * scale, 1.2
    proposed = fit.theta + reach * np.einsum("npq,dnq->dnp", root, normal)
    log_proposal = (
        -0.5
        * (_PROPOSAL_FREEDOM + PARAMETERS)
        * np.log1p((normal**2).sum(axis=-1) / _PROPOSAL_FREEDOM)
    )
    belief = (fit.prior_mean, fit.prior_sd)
    log_weight = -_score(proposed, observed, fit.noise, belief, prior) - log_proposal
    weight = np.exp(log_weight - log_weight.max(axis=0))
    weight = np.minimum(weight, weight.mean(axis=0) * np.sqrt(pool))
    cumulative = np.cumsum(weight, axis=0) / weight.sum(axis=0)
    lots = (np.arange(draws)[:, None] + rng.random((1, n))) / draws
    chosen = np.stack(
        [np.searchsorted(cumulative[:, u], lots[:, u]) for u in range(n)], axis=1
    ).clip(0, pool - 1)
    # Systematic resampling leaves equal curves side by side; shuffling frees paths from them.
    return rng.permutation(np.take_along_axis(proposed, chosen[..., None], axis=0), axis=0)
