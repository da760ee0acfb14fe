"""Who is ahead among some units, and can it be known?

By share of a base, and by number as the provincial order asks. A unit without a figure takes a
place in the draws as in the targets' verdicts: the share of the others together, with a wide
doubt, so that a small province is not taken for a city. Chance is seeded by the figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bluezone.portal.campaign import stats
from bluezone.portal.campaign.figures.services import PARTS, Source
from bluezone.portal.campaign.targets.choices import Base, Measure
from bluezone.portal.campaign.targets.evidence import Evidence, Known, KnownBase
from bluezone.portal.units.models import Unit

BEST: Final = 10
"""The order asks for rank 10 or better."""
_DAYS_A_YEAR: Final = 365.25
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """One unit of a ranking.

    Attributes:
        known, base: count and denominator, None where nobody knows them.
        share: count over base, None where one is missing.
        rank, low, high: place by share and its 80 % interval; 0 without a share.
        number_rank: place by number; 0 without a figure.
        p_best, p_number_best: probability of rank 10 or better by share and by number.
        unclear: the units that cannot be told from it by share, the best first.
    """

    unit: Unit
    known: Known | None
    base: KnownBase | None
    share: float | None
    rank: int
    low: int
    high: int
    number_rank: int
    p_best: float | None
    p_number_best: float | None
    unclear: tuple[Unit, ...]


def places(units: Sequence[Unit], evidence: Evidence, base: Base) -> list[Place]:
    """Return the units, the best share first, those without a figure last in their order.

    Args:
        units: the field of the ranking.
        evidence: knows all of them.
        base: of whom the shares are.
    """
    if not units:
        return []
    known = [evidence.count(unit.path, Measure.USERS, evidence.day) for unit in units]
    bases = [evidence.base(unit.path, base) for unit in units]
    counts = np.array([np.nan if one is None else one.value for one in known], dtype=np.float64)
    sizes = np.array([np.nan if one is None else one.value for one in bases], dtype=np.float64)
    doubted = _doubted(known, counts)
    below = _bases(bases, sizes, base, evidence)
    filled = stats.unreported(doubted, sizes)
    by_share, by_number = _ranked(filled, below), _ranked(filled, None)
    shares = counts / sizes
    order = sorted(range(len(units)), key=lambda row: (np.isnan(shares[row]), -shares[row], row))
    best = min(BEST, len(units))
    ranks, number_ranks = _ranks(shares), _ranks(counts)
    return [
        Place(
            units[row],
            known[row],
            bases[row],
            None if np.isnan(shares[row]) else float(shares[row]),
            ranks[row],
            int(by_share.low_ranks[row]) if ranks[row] else 0,
            int(by_share.high_ranks[row]) if ranks[row] else 0,
            number_ranks[row],
            _chance(by_share, row, best, there=ranks[row] > 0),
            _chance(by_number, row, best, there=number_ranks[row] > 0),
            _unclear(by_share, row, units) if ranks[row] else (),
        )
        for row in order
    ]


def _unclear(ranking: stats.Ranking, row: int, units: Sequence[Unit]) -> tuple[Unit, ...]:
    return tuple(units[other] for other in ranking.cannot_tell(row).tolist())


def _doubted(known: Sequence[Known | None], counts: Floats) -> stats.Uncertain:
    kinds = [_kind(one.source if one else "") for one in known]
    press = stats.SourceKind.PRESS
    ways = [stats.Rounding.NEAREST if kind == press else stats.Rounding.EXACT for kind in kinds]
    return stats.counts(counts, kinds, rounding=ways)


def _kind(source: str) -> stats.SourceKind:
    if source in {"", PARTS}:
        return stats.SourceKind.REPORT
    return stats.SourceKind(Source(source))


def _bases(
    bases: Sequence[KnownBase | None], sizes: Floats, base: Base, evidence: Evidence
) -> stats.Uncertain | None:
    days = [one.day for one in bases if one is not None]
    if not days:
        return None
    years = (evidence.day - min(days)).days / _DAYS_A_YEAR
    return stats.denominators(sizes, stats.Base(base), age_years=max(years, 0.0))


def _ranked(numerators: stats.Uncertain, bases: stats.Uncertain | None) -> stats.Ranking:
    seed = crc32(np.nan_to_num(numerators.values).tobytes())
    return stats.rank_units(numerators, bases, rng=np.random.default_rng(seed))


def _ranks(values: Floats) -> list[int]:
    """Return the place of each value among the known ones, 0 where there is none."""
    return [
        0 if np.isnan(value) else 1 + int(np.nansum(values > value)) for value in values.tolist()
    ]


def _chance(ranking: stats.Ranking, row: int, best: int, *, there: bool) -> float | None:
    chance = float(ranking.p_rank(best)[row])
    return chance if there and np.isfinite(chance) else None
