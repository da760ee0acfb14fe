"""Yesterday's rise copied: a unit that grows by exactly the same number day after day."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from bluezone.portal.campaign.stats.suspicion.findings import Finding, Kind, finding
from bluezone.portal.campaign.stats.suspicion.reports import Reports, SuspicionSettings
from bluezone.portal.campaign.stats.suspicion.usual import Usual


def same_rises(reports: Reports, usual: Usual, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield units that rose by exactly the same number day after day: yesterday's rise copied."""
    history = reports.histories
    for unit, growth in enumerate(usual.growth):
        columns = np.flatnonzero(usual.step[unit])
        edges = np.flatnonzero(np.diff(growth[columns], prepend=np.nan, append=np.nan) != 0)
        for start, end in pairwise(edges):
            run, rise = columns[start:end], float(growth[columns[start]])
            chance = min(1.0, 0.28 / np.sqrt(max(rise, 1.0)))
            strength = -(run.size - 1) * float(np.log10(chance))
            if rise > 0 and run.size > settings.repeats and strength > settings.copy_strength:
                facts = {"rise": rise, "repeats": run.size}
                yield finding(
                    Kind.COPY, unit, history.days[run], strength, "suspicion.same_rise", facts
                )
