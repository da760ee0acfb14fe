"""Installing for a gift, being counted, and deleting: installs rise and phones do not stay.

Source: `docs/statistics.md`, "Suspicion"; gifts of 5 to 10 GB in August 2020. The surprising
decision: an honest rush on a gift day is left alone; only what does not stay is asked about.
"""

from collections.abc import Iterator

import numpy as np
from scipy import stats

from bluezone.portal.campaign.stats.arrays import Floats
from bluezone.portal.campaign.stats.suspicion.findings import Finding, Kind, finding
from bluezone.portal.campaign.stats.suspicion.reports import Reports, SuspicionSettings


def gifts(reports: Reports, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield units that rose at gifts while active phones, or the count itself, fell after."""
    history = reports.histories
    rise_days, watch_days = settings.gift_days
    gift_columns = np.flatnonzero(reports.gifts)
    firsts = gift_columns[np.diff(gift_columns, prepend=-rise_days) >= rise_days]
    for column in firsts:
        before, last = column - 1, min(column + watch_days, history.days.size - 1)
        if before < 1 or last < column + rise_days:
            continue
        for unit in range(len(history.counts)):
            yield from _gift(reports, settings, unit, before, last)


def _gift(
    reports: Reports, settings: SuspicionSettings, unit: int, before: int, last: int
) -> Iterator[Finding]:
    """Yield at most one finding for one unit and one gift."""
    history = reports.histories
    count, active = _filled(history.counts[unit]), _filled(reports.active[unit])
    top = before + settings.gift_days[0]
    earlier = max(before - 7, 0)
    pace = max((count[before] - count[earlier]) / (before - earlier), 0.0)
    rise = count[top] - count[before] - pace * (top - before)
    phones = history.phones[unit]
    if not rise >= max(settings.jump_people, 0.02 * np.nan_to_num(phones)):
        return
    days = history.days[before + 1 : last + 1]
    fall = count[top] - count[top : last + 1].min()
    gain = max(count[last] - count[before], 0.0)
    share = min(active[before] / count[before], 1.0) if count[before] > 0 else np.nan
    expected, kept = share * gain, active[last] - active[before]
    sd = np.sqrt(2.0 * max(gain, 1.0) + (settings.gift_doubt * gain) ** 2)
    if expected - kept > max(settings.gift_sd * sd, settings.gift_share * share * rise):
        strength = -float(stats.norm.logsf((expected - kept) / sd)) / np.log(10)
        facts = {"rise": float(rise), "kept": float(kept), "expected": float(expected)}
        yield finding(Kind.GIFT, unit, days, strength, "suspicion.gift", facts)
    elif fall > max(settings.gift_sd * np.sqrt(6.0 * max(pace, 1.0)), settings.gift_share * rise):
        facts = {"rise": float(rise), "fall": float(fall)}
        yield finding(Kind.GIFT, unit, days, 6.0, "suspicion.gift_fall", facts)


def _filled(row: Floats) -> Floats:
    """Return a row with missing days drawn straight between their neighbours; NaN where none."""
    known = np.isfinite(row)
    if not known.any():
        return row
    return np.interp(np.arange(row.size), np.flatnonzero(known), row[known])
