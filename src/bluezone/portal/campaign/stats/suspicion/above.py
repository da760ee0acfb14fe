"""More installs than there are phones, beyond what the number of phones is doubted by."""

from collections.abc import Iterator

import numpy as np
from scipy import stats

from bluezone.portal.campaign.stats.suspicion.findings import Finding, Kind, finding
from bluezone.portal.campaign.stats.suspicion.reports import Reports, SuspicionSettings


def above(reports: Reports, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield units that report more installs than phones, beyond the doubt of the phones."""
    history = reports.histories
    phones = np.where(history.phones > 0, history.phones, np.nan)
    doubt = np.hypot(settings.phones_sd, 0.38 / np.sqrt(phones))
    with np.errstate(divide="ignore"):
        score = np.log(history.counts / phones[:, None]) / doubt[:, None]
    over = np.nan_to_num(score, nan=-np.inf) > settings.above_sd
    for unit in np.flatnonzero(over.any(axis=1)):
        columns = np.flatnonzero(over[unit])
        highest = columns[np.argmax(history.counts[unit, columns])]
        strength = -float(stats.norm.logsf(score[unit, highest])) / np.log(10)
        facts = {"value": float(history.counts[unit, highest]), "phones": float(phones[unit])}
        days = (
            history.days[[highest, columns[-1]]]
            if highest < columns[-1]
            else (history.days[highest : highest + 1])
        )
        yield finding(Kind.ABOVE_PHONES, unit, days, strength, "suspicion.above_phones", facts)
