"""Parameters of the Corona-Warn-App's risk calculation, and its published sets.

Source: `spec/exposure.md` sections 4.1 to 4.6. Member names are those of the app's own
configuration files, so that they can be read as they are; three switches of ours, with
defaults that do not change a result, follow at the end. The surprising decision: rounding
a day's sum differs between platforms and releases, so it is data.
"""

from typing import Final

import msgspec

from bluezone.phone.risk.policy_types import require

_LARGEST_WEIGHT: Final = 10
"""Published weights and values are at most 1.6."""


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Numbers from `min` to `max`, inclusive unless flagged."""

    min: float
    max: float
    min_exclusive: bool = False
    max_exclusive: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.min if self.min_exclusive else value >= self.min
        below = value < self.max if self.max_exclusive else value <= self.max
        return above and below


class MinutesFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Drop a window whose minutes in an attenuation range lie in another range."""

    attenuation_range: Range
    drop_if_minutes_in_range: Range


class TrlFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Drop a window whose transmission risk level lies in a range."""

    drop_if_trl_in_range: Range


class AttenuationWeight(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Weight of seconds at an attenuation."""

    attenuation_range: Range
    weight: float

    def __post_init__(self) -> None:
        require(0 <= self.weight <= _LARGEST_WEIGHT, "a weight must be 0 to 10")


class LevelOfTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Risk level, 1 low or 2 high, of a normalised time in minutes."""

    normalized_time_range: Range
    risk_level: int

    def __post_init__(self) -> None:
        require(self.risk_level in (1, 2), "a risk level is 1 low or 2 high")


class TrlEncoding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """How report type and infectiousness carry the transmission risk level 1 to 8 (4.5)."""

    infectiousness_offset_standard: int = 1
    infectiousness_offset_high: int = 2
    report_type_offset_recursive: int = 0
    report_type_offset_self_report: int = 2
    report_type_offset_confirmed_clinical_diagnosis: int = 4
    report_type_offset_confirmed_test: int = 6


class TrvOfTrl(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Transmission risk value of a transmission risk level."""

    transmission_risk_level: int
    transmission_risk_value: float

    def __post_init__(self) -> None:
        require(0 <= self.transmission_risk_value <= _LARGEST_WEIGHT, "a value must be 0 to 10")


_TRV: Final = tuple(
    TrvOfTrl(level, value)
    for level, value in enumerate((0.0, 0.0, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6), start=1)
)
"""Values of TRL 1 to 8 in every published set (4.6)."""


def _below(low: float, high: float) -> Range:
    return Range(low, high, max_exclusive=True)


_WEIGHTS_A0: Final = (AttenuationWeight(_below(0, 55), 1.0), AttenuationWeight(_below(55, 63), 0.5))
_WEIGHTS_A2: Final = (
    AttenuationWeight(_below(0, 63), 0.8),
    AttenuationWeight(_below(63, 73), 1.0),
    AttenuationWeight(_below(73, 79), 0.1),
)
_WEIGHTS_B0: Final = (*_WEIGHTS_A0, AttenuationWeight(_below(63, 73), 0.3))


def _levels(low: float, high: float, last: float) -> tuple[LevelOfTime, ...]:
    return LevelOfTime(_below(low, high), 1), LevelOfTime(Range(high, last), 2)


class CwaConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """All parameters; the default is set B2, in production from 15 April 2021 (4.6).

    Attributes:
        minutes_at_attenuation_filters: drop windows by minutes at attenuation.
        trl_filters: drop windows by transmission risk level.
        minutes_at_attenuation_weights: weight of seconds; the first match wins.
        normalized_time_per_window: level of a window; no match drops it.
        normalized_time_per_day: level of a day; no match drops the day.
        trl_encoding: offsets of report types and infectiousness.
        transmission_risk_value_mapping: value of a level; 0 where absent.
        max_encounter_age_in_days: older windows are left out; 0 means 14.
        round_day_sum: round a day's sum half up to one decimal before the look-up, as
            later Android releases do (4.3).
        whole_minutes_in_filters: divide seconds as integers in filters, as iOS does (4.2).
        keep_encounters_of_dropped_days: count the encounters of days without a level, as
            iOS does (4.3).
    """

    minutes_at_attenuation_filters: tuple[MinutesFilter, ...] = ()
    trl_filters: tuple[TrlFilter, ...] = ()
    minutes_at_attenuation_weights: tuple[AttenuationWeight, ...] = _WEIGHTS_A2
    normalized_time_per_window: tuple[LevelOfTime, ...] = msgspec.field(
        default=_levels(0, 9, 9999), name="normalizedTimePerEWToRiskLevelMapping"
    )
    normalized_time_per_day: tuple[LevelOfTime, ...] = msgspec.field(
        default=(LevelOfTime(_below(5, 9), 1), LevelOfTime(Range(9, 99999), 2)),
        name="normalizedTimePerDayToRiskLevelMapping",
    )
    trl_encoding: TrlEncoding = TrlEncoding()
    transmission_risk_value_mapping: tuple[TrvOfTrl, ...] = _TRV
    max_encounter_age_in_days: int = 14
    round_day_sum: bool = False
    whole_minutes_in_filters: bool = False
    keep_encounters_of_dropped_days: bool = False


def _old_client(
    dropped_minutes: float,
    filter_db: float,
    weights: tuple[AttenuationWeight, ...],
    high: float,
    *,
    day_last: float,
) -> CwaConfig:
    """Return a set of the A clients: TRV is 0.2 * TRL and the filters are on."""
    return CwaConfig(
        minutes_at_attenuation_filters=(
            MinutesFilter(_below(0, filter_db), _below(0, dropped_minutes)),
        ),
        trl_filters=(TrlFilter(Range(1, 2)),),
        minutes_at_attenuation_weights=weights,
        normalized_time_per_window=_levels(0, high, 9999),
        normalized_time_per_day=_levels(0, high, day_last),
        transmission_risk_value_mapping=tuple(
            TrvOfTrl(level, 0.2 * level) for level in range(1, 9)
        ),
    )


CWA_SETS: Final = {
    "A0": _old_client(10, 73, _WEIGHTS_A0, 15, day_last=9999),
    "A1": _old_client(5, 73, _WEIGHTS_A0, 15, day_last=99999),
    "A2": _old_client(5, 79, _WEIGHTS_A2, 13, day_last=99999),
    "B0": CwaConfig(
        minutes_at_attenuation_weights=_WEIGHTS_B0,
        normalized_time_per_window=_levels(0, 15, 9999),
        normalized_time_per_day=_levels(5, 15, 99999),
    ),
    "B1": CwaConfig(
        normalized_time_per_window=_levels(0, 13, 9999),
        normalized_time_per_day=_levels(5, 13, 99999),
    ),
    "B2": CwaConfig(),
    "T28": CwaConfig(
        minutes_at_attenuation_weights=_WEIGHTS_B0,
        normalized_time_per_window=_levels(5, 15, 9999),
        normalized_time_per_day=_levels(5, 15, 9999),
    ),
}
"""Published parameter sets by the names of `spec/exposure.md` 4.6."""
