"""The values a health authority sets, for windows, daily summaries and the old score.

Source: `spec/exposure.md` sections 2.5, 3.1, 3.5, 3.6 and the table of section 6
("policy"). These structures are also the wire form: an unknown member is refused (W14).
The surprising decision: member names are those of the vector files, so that a recorded
case is a policy, too.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bluezone.phone.risk.errors import InvalidPolicyError

MAPPING_LENGTH: Final = 29
"""Entries of the infectiousness table: days -14 to +14 from onset (2.5)."""

MAX_WEIGHT: Final = 2.5
"""Largest weight of a daily summary (3.1)."""

MAX_ATTENUATION_DB: Final = 255
"""Largest attenuation the interfaces document (1.3)."""


def require(condition: object, message: str) -> None:
    """Raise InvalidPolicyError with `message` unless `condition` holds."""
    if not condition:
        raise InvalidPolicyError(message)


class DataMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a key's own fields become infectiousness and report type (2.5).

    Attributes:
        days_since_onset_to_infectiousness: 29 values 0 none, 1 standard, 2 high, for days
            -14 to +14. A list of another length means the default for every day, as in the
            original; a signed policy must have 29.
        report_type_when_missing: 1 to 5, taken when a key has type 0.
        infectiousness_when_days_since_onset_missing: 0 to 2.
    """

    days_since_onset_to_infectiousness: tuple[int, ...] = (1,) * MAPPING_LENGTH
    report_type_when_missing: int = 1
    infectiousness_when_days_since_onset_missing: int = 1

    def __post_init__(self) -> None:
        levels = (
            *self.days_since_onset_to_infectiousness,
            self.infectiousness_when_days_since_onset_missing,
        )
        require(all(0 <= level <= 2 for level in levels), "infectiousness must be 0 to 2")
        require(0 <= self.report_type_when_missing <= 5, "a report type must be 0 to 5")

    def infectiousness(self, days_since_onset: int | None) -> int:
        """Return 0 none, 1 standard or 2 high for a key of that day from onset."""
        table = self.days_since_onset_to_infectiousness
        if days_since_onset is None or abs(days_since_onset) > 14 or len(table) != MAPPING_LENGTH:
            return self.infectiousness_when_days_since_onset_missing
        return table[days_since_onset + 14]

    def report_type(self, report_type: int) -> int:
        """Return the type a key counts as: its own, or the default if missing or unknown."""
        return report_type if 1 <= report_type <= 5 else self.report_type_when_missing


def _scores(name: str, table: Sequence[int]) -> None:
    require(len(table) == 8, f"{name} must have 8 values, not {len(table)}")
    require(all(0 <= score <= 8 for score in table), f"{name} must be 0 to 8")


class V1Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tables of the old score (3.6); 8 values of 0 to 8 each, from weak to strong.

    Attributes:
        minimum_risk_score: 1 to 4096; smaller products become 0.
        attenuation_scores: by time-weighted attenuation, above 73 dB first.
        days_since_last_exposure_scores: by age of the key, 14 days or more first.
        duration_scores: by minutes, 0 first.
        transmission_risk_scores: by transmission risk level 1 to 8.
        duration_at_attenuation_thresholds: low and high, 0 to 255 dB.
    """

    minimum_risk_score: int = 4
    attenuation_scores: tuple[int, ...] = (4,) * 8
    days_since_last_exposure_scores: tuple[int, ...] = (4,) * 8
    duration_scores: tuple[int, ...] = (4,) * 8
    transmission_risk_scores: tuple[int, ...] = (4,) * 8
    duration_at_attenuation_thresholds: tuple[int, int] = (50, 74)

    def __post_init__(self) -> None:
        require(1 <= self.minimum_risk_score <= 4096, "the minimum risk score must be 1 to 4096")
        _scores("attenuation_scores", self.attenuation_scores)
        _scores("days_since_last_exposure_scores", self.days_since_last_exposure_scores)
        _scores("duration_scores", self.duration_scores)
        _scores("transmission_risk_scores", self.transmission_risk_scores)
        low, high = self.duration_at_attenuation_thresholds
        require(0 <= low <= high <= MAX_ATTENUATION_DB, "thresholds must rise within 0 to 255 dB")


class DailySummaryConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights and thresholds of daily summaries (3.1).

    Attributes:
        attenuation_bucket_threshold_db: upper bounds, inclusive, of the buckets immediate,
            near, medium; strictly rising, 0 to 255.
        attenuation_bucket_weights: of immediate, near, medium and other, 0 to 2.5.
        report_type_weights: by type 0 to 5; absent means 0.
        infectiousness_weights: by level 0 to 2; absent means 0.
        days_since_exposure_threshold: days older than this are left out; 0 leaves none out.
        minimum_window_score: windows below add nothing, seconds.
        drop_infectiousness_none: leave out windows of infectiousness 0, as releases since
            1.7 are said to do (3.4); off in the published code.
    """

    attenuation_bucket_threshold_db: tuple[int, ...]
    attenuation_bucket_weights: tuple[float, ...]
    report_type_weights: dict[int, float] = {}
    infectiousness_weights: dict[int, float] = {}
    days_since_exposure_threshold: int = 0
    minimum_window_score: float = 0.0
    drop_infectiousness_none: bool = False

    def __post_init__(self) -> None:
        edges = self.attenuation_bucket_threshold_db
        require(len(edges) == 3, "there must be 3 attenuation thresholds")
        require(
            0 <= edges[0] < edges[1] < edges[2] <= MAX_ATTENUATION_DB,
            "attenuation thresholds must rise strictly within 0 to 255 dB",
        )
        require(len(self.attenuation_bucket_weights) == 4, "there must be 4 bucket weights")
        check_weights(self.report_type_weights, 5)
        check_weights(self.infectiousness_weights, 2)
        require(
            all(0 <= weight <= MAX_WEIGHT for weight in self.attenuation_bucket_weights),
            "weights must be 0 to 2.5",
        )
        require(self.days_since_exposure_threshold >= 0, "the days threshold must not be negative")
        require(self.minimum_window_score >= 0, "the minimum score must not be negative")


def check_weights(weights: Mapping[int, float], last: int) -> None:
    """Raise InvalidPolicyError unless keys are 0 to `last` and weights 0 to 2.5."""
    require(all(0 <= key <= last for key in weights), f"weights are keyed 0 to {last}")
    require(all(0 <= weight <= MAX_WEIGHT for weight in weights.values()), "weights are 0 to 2.5")


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in for the transmit power that the 12-byte scheme does not send.

    An id does not say which phone sent it. With the bound of 55 dB at 2 m, hand to hand,
    recorded medians ask for -25 dBm of Android senders (Ng et al. 2020: -80 dBm at 2 m;
    both published calibration lists: median -26 dBm) and for -3 dBm of iPhones (MIT Lincoln
    Laboratory 2020: -58 dBm at 1.83 m). The default lies between them, at the nominal -15
    dBm of AOSP's level "low" that the app asks for (`spec/bluezone-wire.md` 2.2). The median
    correction of received strength is -3 dB in one list and +4 dB in the other, so an
    unknown receiver gets none. Numbers and method: `docs/risk.md`.

    Attributes:
        tx_power_dbm: as Exposure Notification metadata would say it, -50 to 20.
        rssi_correction_db: added to the strength of every row, -40 to 40.
    """

    tx_power_dbm: int = -15
    rssi_correction_db: int = 0

    def __post_init__(self) -> None:
        require(-50 <= self.tx_power_dbm <= 20, "the default transmit power must be -50 to 20 dBm")
        require(abs(self.rssi_correction_db) <= 40, "the correction must be -40 to 40 dB")
