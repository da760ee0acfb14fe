"""Rank with doubt: 63 provinces on four bases, and 707 districts."""

import time
from collections.abc import Iterator

import numpy as np

from bluezone.portal.campaign.stats.doubt import Base, SourceKind, counts, denominators
from bluezone.portal.campaign.stats.rank import rank_units


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
