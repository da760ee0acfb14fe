"""Which reports an inspector should look at first, and why.

Source: `docs/statistics.md`, "Suspicion"; five ways in which counts go wrong where ranks and
gifts are at stake: sudden jumps, round numbers, copies, more installs than phones, and
installing, counting and deleting after gifts. The surprising decision: one pattern is asked
about once; a figure rounded to the hundred that stands still for days is one question, not two.
"""

from bluezone.portal.campaign.stats.suspicion.above import above
from bluezone.portal.campaign.stats.suspicion.borrowed import same_series, twins
from bluezone.portal.campaign.stats.suspicion.copies import copies
from bluezone.portal.campaign.stats.suspicion.findings import Finding
from bluezone.portal.campaign.stats.suspicion.gifts import gifts
from bluezone.portal.campaign.stats.suspicion.jumps import jumps
from bluezone.portal.campaign.stats.suspicion.reports import Reports, SuspicionSettings
from bluezone.portal.campaign.stats.suspicion.rounds import rounds
from bluezone.portal.campaign.stats.suspicion.same_rises import same_rises
from bluezone.portal.campaign.stats.suspicion.usual import usual_growth


def find_suspicious(
    reports: Reports, *, settings: SuspicionSettings | None = None
) -> list[Finding]:
    """Return all findings, the strongest first, then by unit and day."""
    settings = settings or SuspicionSettings()
    usual = usual_growth(reports.histories)
    rounded = list(rounds(reports, settings))
    once = {one.unit for one in rounded}
    found = [
        *rounded,
        *jumps(reports, usual, settings),
        *(copy for copy in copies(reports, usual, settings) if copy.unit not in once),
        *(rise for rise in same_rises(reports, usual, settings) if rise.unit not in once),
        *twins(reports, usual, settings),
        *same_series(reports, usual, settings),
        *above(reports, settings),
        *gifts(reports, settings),
    ]
    return sorted(found, key=lambda one: (-one.strength, one.unit, one.day))
