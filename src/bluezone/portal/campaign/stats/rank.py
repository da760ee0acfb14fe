"""The order of units with the doubt that belongs to it.

Source: `docs/statistics.md`, "Rank with doubt". The errors of `doubt` are drawn some
thousand times; each draw gives an order, and the orders are counted.
The surprising decision: "really ahead" is asked of the truth behind the figures, not of the
table. On 19/6/2021 the table has Bắc Ninh first by people; that it is really ahead of the
second, 0.08 % behind, nobody can know, and the ranking says so.
"""

from dataclasses import dataclass

import numpy as np

from bluezone.portal.campaign.stats.arrays import Bools, Floats, Generator, Ints
from bluezone.portal.campaign.stats.doubt import Uncertain
from bluezone.portal.campaign.stats.errors import StatsInputError

MAX_UNITS = 1000
"""A pairwise table of more would take seconds and nobody would read it."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """An order of n units, each with its doubt. Rank 1 is the highest.

    Attributes:
        shares: shape (n,), count over base (or the count itself); NaN where unknown.
        ranks: shape (n,), the rank by the best single numbers; 0 where unknown.
        low_ranks, high_ranks: shape (n,), the interval of rank; 0 where unknown. Units
            without a figure widen it: any of them might stand above.
        p_at_most: shape (n, n); `p_at_most[i, k - 1]` is the probability of rank k or better,
            NaN where unknown.
        p_ahead: shape (n, n); `p_ahead[a, b]` is the probability that a is really ahead of b;
            0.5 for a unit and itself, NaN where one is unknown.
        groups: shape (n,), number of the group whose members cannot be told from its first,
            1 for the best group; 0 where unknown.
        confidence: what "can be told apart" asks of `p_ahead`.
        missing: how many units have no figure.
    """

    shares: Floats
    ranks: Ints
    low_ranks: Ints
    high_ranks: Ints
    p_at_most: Floats
    p_ahead: Floats
    groups: Ints
    confidence: float
    missing: int

    def order(self) -> Ints:
        """Return the indices of the known units, best first."""
        known = np.flatnonzero(self.ranks > 0)
        return known[np.argsort(self.ranks[known], kind="stable")]

    def p_rank(self, rank: int) -> Floats:
        """Return the probability of `rank` or better for each unit, shape (n,)."""
        return self.p_at_most[:, min(max(rank, 1), self.ranks.size) - 1]

    def can_tell(self, first: int, second: int) -> bool:
        """Return whether the figures show which of two units is ahead."""
        ahead = self.p_ahead[first, second]
        return bool(max(ahead, 1 - ahead) >= self.confidence)

    def cannot_tell(self, unit: int) -> Ints:
        """Return the units that cannot be told from `unit`, best first, without itself."""
        ahead = self.p_ahead[unit]
        unclear = np.maximum(ahead, 1 - ahead) < self.confidence
        return np.array([u for u in self.order() if u != unit and unclear[u]], dtype=np.int64)


def rank_units(
    numerators: Uncertain,
    bases: Uncertain | None = None,
    *,
    rng: Generator,
    draws: int = 4000,
    confidence: float = 0.9,
    interval: float = 0.8,
    missing_below: float | None = None,
) -> Ranking:
    """Return the order of units by count, or by count over base, with its doubt.

    Args:
        numerators: counts (or published shares) of n units, see `doubt`.
        bases: denominators of the same units; None ranks by the numerators themselves.
        rng: chance; the same stream gives the same probabilities.
        draws: how often the errors are drawn. 4000 give probabilities to 0.01.
        confidence: probability from which on two units count as told apart.
        interval: coverage of the interval of rank.
        missing_below: a share that no unit without a figure exceeds, where it is known, as
            under a published table of the best ten. Without it the units without a figure
            are taken to be like the others: each has the share of one of them, by lot.

    Raises:
        StatsInputError: different numbers of units, or more than MAX_UNITS.
    """
    n = numerators.values.size
    if n > MAX_UNITS or (bases is not None and bases.values.size != n):
        raise StatsInputError(
            f"{n} counts with {n if bases is None else bases.values.size} bases: "
            f"a ranking takes as many of each, at most {MAX_UNITS}"
        )
    shares = _over(numerators.values, None if bases is None else bases.values)
    drawn = _over(numerators.draw(draws, rng), None if bases is None else bases.draw(draws, rng))
    known = np.isfinite(shares)
    at_most = _count_ranks(_fill(drawn, known, missing_below, rng), known, rng)
    low, high = _interval(at_most, known, interval)
    ahead = _pairwise(drawn, known)
    return Ranking(
        shares=shares,
        ranks=_point_ranks(shares, known),
        low_ranks=low,
        high_ranks=high,
        p_at_most=at_most,
        p_ahead=ahead,
        groups=_groups(shares, known, ahead, confidence),
        confidence=confidence,
        missing=int(n - known.sum()),
    )


def _over(counts: Floats, bases: Floats | None) -> Floats:
    """Return counts over bases; a base of nought or unknown gives NaN."""
    if bases is None:
        return counts
    usable = np.where(bases > 0, bases, np.nan)
    return np.asarray(counts / usable, dtype=np.float64)


def _fill(drawn: Floats, known: Bools, below: float | None, rng: Generator) -> Floats:
    """Return the draws with a share for the units that have none, so that they take a rank."""
    missing = np.flatnonzero(~known)
    if missing.size == 0 or not known.any():
        return drawn
    filled = drawn.copy()
    shape = (drawn.shape[0], missing.size)
    if below is None:
        lot = rng.choice(np.flatnonzero(known), size=shape)
        filled[:, missing] = np.take_along_axis(drawn, lot, axis=1)
    else:
        filled[:, missing] = below * rng.random(shape)
    return filled


def _count_ranks(drawn: Floats, known: Bools, rng: Generator) -> Floats:
    """Return P(rank <= k), shape (n, n), over the draws; ties are broken by lot."""
    draws, n = drawn.shape
    if not known.any():
        return np.full((n, n), np.nan)
    parted = drawn + 1e-12 * (np.nanmax(drawn) + 1e-9) * rng.random(drawn.shape)
    places = np.argsort(np.argsort(-parted, axis=1, kind="stable"), axis=1, kind="stable")
    cells = places + n * np.arange(n)
    counted = np.bincount(cells.ravel(), minlength=n * n).reshape(n, n)
    at_most = np.cumsum(counted, axis=1) / draws
    at_most[~known] = np.nan
    return np.asarray(at_most, dtype=np.float64)


def _interval(at_most: Floats, known: Bools, coverage: float) -> tuple[Ints, Ints]:
    """Return the central interval of rank, both ends included."""
    tail = (1 - coverage) / 2
    low = 1 + np.argmax(at_most > tail, axis=1)
    high = 1 + np.argmax(at_most >= 1 - tail, axis=1)
    return np.where(known, low, 0), np.where(known, high, 0)


def _pairwise(drawn: Floats, known: Bools) -> Floats:
    """Return P(a really ahead of b), shape (n, n); an equal draw counts half.

    Of more than 200 units fewer draws are compared, so that the time grows with n only.
    """
    n = drawn.shape[1]
    drawn = drawn[: max(500, drawn.shape[0] * 200 // max(n, 200))]
    ahead = np.empty((n, n))
    for unit in range(n):
        mine = drawn[:, unit : unit + 1]
        ahead[unit] = (mine > drawn).mean(axis=0) + 0.5 * (mine == drawn).mean(axis=0)
    ahead[~known] = np.nan
    ahead[:, ~known] = np.nan
    return ahead


def _point_ranks(shares: Floats, known: Bools) -> Ints:
    """Return ranks by the best single numbers; equal shares take the same rank."""
    ordered = np.sort(shares[known])
    above = ordered.size - np.searchsorted(ordered, shares, side="right")
    return np.where(known, above + 1, 0).astype(np.int64)


def _groups(shares: Floats, known: Bools, ahead: Floats, confidence: float) -> Ints:
    """Return groups from the best down; a new one starts where its first is really ahead."""
    groups = np.zeros(shares.size, dtype=np.int64)
    first, number = -1, 0
    for unit in np.argsort(np.where(known, -shares, np.inf), kind="stable")[: int(known.sum())]:
        if first < 0 or ahead[first, unit] >= confidence:
            first, number = int(unit), number + 1
        groups[unit] = number
    return groups
