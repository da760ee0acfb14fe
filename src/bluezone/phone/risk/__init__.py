"""Risk: matched sightings become exposure windows, daily scores, and a level.

`assess` is the door for the node; `replay` runs several models on recorded encounters.
"""

from bluezone.phone.risk.assess import Assessment, assess
from bluezone.phone.risk.engine import ExposureEngine
from bluezone.phone.risk.engine_state import EngineState
from bluezone.phone.risk.matched_key import MatchedKey
from bluezone.phone.risk.model import DayRisk, RiskFlag, RiskLevel, RiskModel
from bluezone.phone.risk.policy import RiskConfig, RiskPolicy

__all__ = [
    "Assessment",
    "DayRisk",
    "EngineState",
    "ExposureEngine",
    "MatchedKey",
    "RiskConfig",
    "RiskFlag",
    "RiskLevel",
    "RiskModel",
    "RiskPolicy",
    "assess",
]
