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
from bluezone.portal.campaign.stats.coincidence import SameFigure, same_figures
from bluezone.portal.campaign.stats.doubt import (
    Uncertain,
    counts,
    denominators,
    implied_base,
    printed_unit,
    published_shares,
    relative_sd_between,
)
from bluezone.portal.campaign.stats.effort import Effort, Feasibility, plan_effort
from bluezone.portal.campaign.stats.error_model import Base, ErrorModel, Rounding, SourceKind
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.fallbacks import (
    UNREPORTED_SD,
    first_known,
    half_step_of,
    rate_counts,
    unreported,
)
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
    "UNREPORTED_SD",
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
    "SameFigure",
    "SourceKind",
    "StatsInputError",
    "SuspicionSettings",
    "Uncertain",
    "backtest",
    "backtest_finish",
    "counts",
    "denominators",
    "find_suspicious",
    "first_known",
    "forecast",
    "half_step_of",
    "implied_base",
    "phrase",
    "plan_effort",
    "printed_unit",
    "published_shares",
    "rank_units",
    "rate_counts",
    "relative_sd_between",
    "same_figures",
    "unreported",
]
