"""Which reports an inspector should look at first, and why (`search`)."""

from bluezone.portal.campaign.stats.suspicion.findings import Finding, Kind
from bluezone.portal.campaign.stats.suspicion.reports import Reports, SuspicionSettings
from bluezone.portal.campaign.stats.suspicion.search import find_suspicious

__all__ = ["Finding", "Kind", "Reports", "SuspicionSettings", "find_suspicious"]
