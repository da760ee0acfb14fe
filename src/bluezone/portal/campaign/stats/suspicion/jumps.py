"""A day on which far more was reported than the unit and its siblings usually do.

Source: `docs/statistics.md`, "Suspicion". The surprising decision: catching up after silent or
copied days is no jump; what those days left owing is added to the usual first (`usual`).
"""

from collections.abc import Iterator

import numpy as np
from scipy import stats

from bluezone.portal.campaign.stats.suspicion.findings import Finding, Kind, finding
from bluezone.portal.campaign.stats.suspicion.reports import Reports, SuspicionSettings
from bluezone.portal.campaign.stats.suspicion.usual import Usual


def jumps(reports: Reports, usual: Usual, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield steps far over what the unit's own pace and its siblings' would give."""
    history = reports.histories
    excess = usual.growth - usual.upper
    least = np.maximum(
        settings.jump_people, settings.jump_share * np.nan_to_num(history.phones)[:, None]
    )
    room = np.where(history.phones > 0, history.phones, np.inf)[:, None]
    large = excess / np.maximum(usual.gap_days, 1.0) > settings.large_share * room
    asked = np.where(large, settings.large_sd, settings.jump_sd)
    for unit, column in np.argwhere((usual.score > asked) & (excess >= least)):
        yield finding(
            Kind.JUMP,
            unit,
            history.days[column : column + 1],
            -float(stats.norm.logsf(usual.score[unit, column])) / np.log(10),
            "suspicion.jump",
            {
                "value": float(history.counts[unit, column]),
                "rise": float(usual.growth[unit, column]),
                "expected": float(usual.upper[unit, column]),
            },
        )
