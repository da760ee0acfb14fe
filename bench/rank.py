"""Rank with doubt: 63 provinces on four bases, 707 districts; do probabilities come true?"""

import time
from collections.abc import Iterator
from itertools import islice

import numpy as np

from bluezone.portal.campaign.stats.doubt import counts, denominators
from bluezone.portal.campaign.stats.error_model import Base, SourceKind
from bluezone.portal.campaign.stats.rank import rank_units
from bluezone.portal.campaign.stats.reliability import reliability, trials

_EVENINGS = 300
_PROVINCES = 63


def _rank(units: int, base: Base) -> float:
    rng = np.random.default_rng(63)
    people = rng.lognormal(14.0, 0.6, units)
    installs = np.rint(people * rng.beta(6, 20, units))
    started = time.perf_counter()
    rank_units(
        counts(installs, SourceKind.PRESS, growth_per_day=0.04),
        None if base is Base.COUNT else denominators(people, base, age_years=1.4),
        rng=rng,
    )
    return time.perf_counter() - started


def main() -> Iterator[dict[str, object]]:
    for units in (63, 707):
        for base in (Base.COUNT, Base.PEOPLE, Base.ADULTS, Base.SMARTPHONES):
            seconds = min(_rank(units, base) for _ in range(3 if units == 63 else 1))
            yield {"units": units, "base": str(base), "draws": 4000, "seconds": round(seconds, 3)}
    yield from _reliability()


def _reliability() -> Iterator[dict[str, object]]:
    """Yield stated against true: a third known by a rounded rate, a tenth not at all."""
    made = islice(trials(np.random.default_rng(77), units=_PROVINCES, best=10), _EVENINGS)
    evenings = list(made)
    for what, part in (
        ("rank_10_or_better", slice(None, _PROVINCES)),
        ("really_ahead", slice(_PROVINCES, None)),
    ):
        stated = np.concatenate([evening.stated[part] for evening in evenings])
        true = np.concatenate([evening.true[part] for evening in evenings])
        for row in reliability(stated, true):
            yield {
                "what": what,
                "stated": round(row.stated, 3),
                "came_true": round(row.true, 3),
                "statements": row.statements,
            }
