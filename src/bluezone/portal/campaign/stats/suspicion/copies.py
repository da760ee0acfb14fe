"""Yesterday's figure repeated on days on which somebody must have been won.

Source: `docs/statistics.md`, "Suspicion"; how likely an honest repeat is says `repeats`.
The surprising decision: what comes after a repeat counts as much as the repeat. Whoever copies
yesterday's figure catches up when they count again; whoever was idle does not.
"""

from collections.abc import Iterator

import numpy as np
from scipy import special

from bluezone.portal.campaign.stats.arrays import Floats, Ints
from bluezone.portal.campaign.stats.suspicion.findings import Finding, Kind, finding
from bluezone.portal.campaign.stats.suspicion.repeats import (
    caught_up,
    chance_of_nobody,
    harvest_size,
    pace_around,
)
from bluezone.portal.campaign.stats.suspicion.reports import Reports, SuspicionSettings
from bluezone.portal.campaign.stats.suspicion.usual import Usual


def copies(reports: Reports, usual: Usual, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield units that repeat a figure on days on which somebody must have been won."""
    history = reports.histories
    repeat = usual.known & (usual.growth == 0)
    pace = pace_around(usual)
    harvest = harvest_size(repeat, usual.known, pace)
    rare = np.where(repeat, -np.log10(chance_of_nobody(pace, harvest)), 0.0)
    for unit in np.flatnonzero(repeat.sum(axis=1) >= settings.repeats):
        columns, strength = _most_telling(rare[unit], int(usual.known[unit].sum()))
        strength += caught_up(repeat, usual, pace, columns, int(unit))
        if columns.size >= settings.repeats and strength >= settings.copy_strength:
            facts = {
                "repeats": columns.size,
                "value": float(history.counts[unit, columns[-1]]),
                "expected": float(pace[unit, columns].mean()),
            }
            yield finding(Kind.COPY, unit, history.days[columns], strength, "suspicion.copy", facts)


def _most_telling(rare: Floats, steps: int) -> tuple[Ints, float]:
    """Return the repeats that tell most, in order, and their strength.

    Any so many repeats may lie in many places, a run only in as many as there are steps: that
    many chances an honest unit had. So had it for each number of repeats that is looked at.
    """
    columns = np.flatnonzero(rare > 0)
    if columns.size == 0:
        return columns, 0.0
    order = columns[np.argsort(-rare[columns], kind="stable")]
    numbers = np.arange(1, columns.size + 1)
    told = np.cumsum(rare[order]) - np.log10(special.comb(steps, numbers))
    best = int(np.argmax(told))
    spread_out = float(told[best] - np.log10(columns.size))
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    run = max(runs, key=lambda part: float(rare[part].sum()))
    in_a_row = float(rare[run].sum() - np.log10(steps))
    chosen = np.sort(order[: best + 1])
    return (chosen, spread_out) if spread_out >= in_a_row else (run, in_a_row)
