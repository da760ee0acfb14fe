"""Figures that were another's: those of another unit, or those of another series.

Source: `docs/statistics.md`, "Suspicion". The surprising decision: both units of a pair are
named; which of them counted and which copied, the figures do not say.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import numpy as np

from bluezone.portal.campaign.stats.coincidence import same_figures
from bluezone.portal.campaign.stats.suspicion.findings import Finding, Kind, finding
from bluezone.portal.campaign.stats.suspicion.reports import Reports, SuspicionSettings
from bluezone.portal.campaign.stats.suspicion.usual import Usual

_LEAST: Final = 30.0
_ALL_STAY: Final = 0.98


def twins(reports: Reports, usual: Usual, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield both units of each pair that reported the same rising figures on several days."""
    history = reports.histories
    rose = np.where(usual.step & (usual.growth != 0), history.counts, np.nan)
    shared: defaultdict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    for column in range(history.days.size):
        for same in same_figures(rose[:, column]):
            shared[same.first, same.second].append((column, same.pair_chance))
    pairs = len(rose) * (len(rose) - 1) / 2
    for (first, second), days in shared.items():
        strength = sum(-np.log10(chance) for _, chance in days) - np.log10(pairs)
        if len(days) < settings.repeats or strength < settings.copy_strength:
            continue
        columns = np.array([column for column, _ in days])
        for unit, other in ((first, second), (second, first)):
            facts = {
                "repeats": len(days),
                "value": float(history.counts[unit, columns[-1]]),
                "other": other,
            }
            yield finding(Kind.COPY, unit, history.days[columns], strength, "suspicion.twin", facts)


def same_series(reports: Reports, usual: Usual, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield units whose active phones equal their installs day after day, unlike the others'."""
    history = reports.histories
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(history.counts >= _LEAST, reports.active / history.counts, np.nan)
    if not np.isfinite(share).any() or np.nanmedian(share) > _ALL_STAY:
        return
    equal = usual.step & (usual.growth != 0) & (share == 1)
    for unit in np.flatnonzero(equal.sum(axis=1) >= settings.repeats):
        columns = np.flatnonzero(equal[unit])
        # That nobody left, of all who were won, is as likely as for each of them to stay.
        left = -np.log10(np.nanmedian(share)) * float(history.counts[unit, columns[-1]])
        if left >= settings.copy_strength:
            facts = {
                "repeats": columns.size,
                "value": float(history.counts[unit, columns[-1]]),
                "share": float(np.nanmedian(share)),
            }
            yield finding(
                Kind.COPY, unit, history.days[columns], left, "suspicion.same_series", facts
            )
