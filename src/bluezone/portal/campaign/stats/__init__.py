"""Statistics of the campaign: rank with doubt, forecast, effort, suspicion.

Source: `docs/statistics.md`. Arrays in and out; no Django, no SQL, no clock, and chance comes
in as a numpy Generator. What is exported here is what other parts may rely on.
"""

from bluezone.portal.campaign.stats.answers import LEVELS, Forecast, Outcome
from bluezone.portal.campaign.stats.backtest import (
    Coverage,
    FinishCoverage,
    backtest,
    backtest_finish,
)
from bluezone.portal.campaign.stats.doubt import (
    Base,
    ErrorModel,
    Rounding,
    SourceKind,
    Uncertain,
    counts,
    denominators,
    implied_base,
    published_shares,
    relative_sd_between,
)
from bluezone.portal.campaign.stats.effort import Effort, Feasibility, plan_effort
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.forecast import TABLE, ForecastSettings, forecast
from bluezone.portal.campaign.stats.histories import Histories
from bluezone.portal.campaign.stats.rank import Ranking, rank_units
from bluezone.portal.campaign.stats.suspicion import (
    Finding,
    Kind,
    Reports,
    SuspicionSettings,
    find_suspicious,
)
from bluezone.portal.campaign.stats.words import Message, phrase

__all__ = [
    "LEVELS",
    "TABLE",
    "Base",
    "Coverage",
    "Effort",
    "ErrorModel",
    "Feasibility",
    "Finding",
    "FinishCoverage",
    "Forecast",
    "ForecastSettings",
    "Histories",
    "Kind",
    "Message",
    "Outcome",
    "Ranking",
    "Reports",
    "Rounding",
    "SourceKind",
    "StatsInputError",
    "SuspicionSettings",
    "Uncertain",
    "backtest",
    "backtest_finish",
    "counts",
    "denominators",
    "find_suspicious",
    "forecast",
    "implied_base",
    "phrase",
    "plan_effort",
    "published_shares",
    "rank_units",
    "relative_sd_between",
]
