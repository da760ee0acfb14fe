"""Figures that end in noughts far too often.

Source: a binomial test, `docs/statistics.md`, "Suspicion". The surprising decision: sources that
round by habit (the press) must not be fed in: they would be found, rightly and to no use.
"""

from collections.abc import Iterator

import numpy as np
from scipy import stats

from bluezone.portal.campaign.stats.suspicion.findings import Finding, Kind, finding
from bluezone.portal.campaign.stats.suspicion.reports import Reports, SuspicionSettings


def rounds(reports: Reports, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield units whose figures are multiples of 5, 10, 50, ... far too often.

    A repeated figure is asked once, and only figures of five steps and more: of 30 people the
    tens are no sign.
    """
    steps = (5, 10, 50, 100, 500, 1000)
    history = reports.histories
    for unit, row in enumerate(history.counts):
        columns = np.flatnonzero(np.isfinite(row))
        changed = columns[np.flatnonzero(np.diff(row[columns], prepend=-1.0) != 0)]
        best = (settings.round_strength, 0, 0, 0)
        for step in steps:
            large = changed[row[changed] >= 5 * step]
            rounded = int((row[large] % step == 0).sum())
            rare = -float(stats.binom.logsf(rounded - 1, max(large.size, 1), 1 / step))
            best = max(best, (rare / np.log(10) - np.log10(len(steps)), step, rounded, large.size))
        strength, step, rounded, figures = best
        if rounded >= 3:
            large = changed[row[changed] >= 5 * step]
            facts = {
                "rounded": rounded,
                "figures": figures,
                "step": step,
                "expected": figures / step,
            }
            yield finding(Kind.ROUND, unit, history.days[large], strength, "suspicion.round", facts)
