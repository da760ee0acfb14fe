"""All that a health authority sets, in one validated, versioned value.

Source: the table of `spec/exposure.md` section 6 ("policy"); what is not here cannot be
set from outside (W14). Signing and opening is in `policy_document.py`. The surprising
decision: the default policy is a value of the program with version 0, so that a phone
without any document still judges, and every signed document is newer.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

from bluezone.phone.risk.cwa import CwaModel
from bluezone.phone.risk.cwa_config import CwaConfig
from bluezone.phone.risk.enx import EnxConfig, EnxModel
from bluezone.phone.risk.model import RiskModel
from bluezone.phone.risk.nhs import NhsModel
from bluezone.phone.risk.nhs_config import NhsConfig
from bluezone.phone.risk.ours import OursConfig, OursModel
from bluezone.phone.risk.policy_types import (
    MAPPING_LENGTH,
    Calibration,
    DataMapping,
    V1Config,
    require,
)
from bluezone.phone.risk.system import SystemConstants

ModelName = Literal["ours", "cwa", "nhs", "enx"]

FORMAT: Final = "bluezone-risk-policy/1"
"""Names the form of the document; another form gets another number."""

DEFAULT_MAPPING: Final = DataMapping(
    (0,) * 9 + (1,) * 3 + (2,) * 13 + (1,) * 4,
    report_type_when_missing=1,
    infectiousness_when_days_since_onset_missing=2,
)
"""High from 2 days before onset to 10 after (US CDC and WHO: the time in which contacts are
traced), standard 5 to 3 days before (NHS table, `spec/exposure.md` 5.1) and 11 to 14 after
(WHO: to 14 days), none earlier; missing days count as high and missing types as a test,
as in the NHS app (5.1)."""


class RiskPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One version of everything an authority sets.

    Attributes:
        format: always `bluezone-risk-policy/1`.
        version: rises with every document; 0 is the program's own default.
        issued_at: Unix seconds from which it may be used.
        expires_at: Unix seconds from which it may no longer be used.
        model: the model that decides what the person is told.
        mapping: infectiousness and report types of keys.
        calibration: stand-ins for what the 12-byte scheme does not send.
        v1: tables of the old score.
        ours: parameters of our model.
        cwa: parameters of the Corona-Warn-App's model.
        nhs: parameters of the NHS model.
        enx: parameters of the reference client of Exposure Notifications Express.
    """

    format: Literal["bluezone-risk-policy/1"] = FORMAT
    version: int = 0
    issued_at: int = 0
    expires_at: int = 2**53
    model: ModelName = "ours"
    mapping: DataMapping = DEFAULT_MAPPING
    calibration: Calibration = Calibration()
    v1: V1Config = V1Config()
    ours: OursConfig = OursConfig()
    cwa: CwaConfig = CwaConfig()
    nhs: NhsConfig = NhsConfig()
    enx: EnxConfig = EnxConfig()

    def __post_init__(self) -> None:
        require(self.version >= 0, "a version must not be negative")
        require(self.issued_at < self.expires_at, "a policy must expire after it is issued")
        table = self.mapping.days_since_onset_to_infectiousness
        require(len(table) == MAPPING_LENGTH, f"the mapping must have {MAPPING_LENGTH} days")

    def build_model(self, name: ModelName | None = None) -> RiskModel:
        """Return the model of that name with this policy's parameters, or the deciding one."""
        match name or self.model:
            case "cwa":
                return CwaModel(self.cwa)
            case "nhs":
                return NhsModel(self.nhs)
            case "enx":
                return EnxModel(self.enx)
            case _:
                return OursModel(self.ours)


@dataclass(frozen=True, slots=True)
class RiskConfig:
    """Policy and system constants together: what `assess` needs to know.

    Attributes:
        policy: what an authority sets; the program's default if none was received.
        system: what only a new version of the program may change.
    """

    policy: RiskPolicy = field(default_factory=RiskPolicy)
    system: SystemConstants = field(default_factory=SystemConstants)
