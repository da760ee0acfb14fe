"""The reference client of Exposure Notifications Express: classes over daily summaries.

Source: `spec/exposure.md` section 3.5. The surprising decision: a class says nothing of
levels; here the most severe class warns and the others are a quiet note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from bluezone.phone.risk.model import DayRisk, RiskLevel, day_date, flags_of
from bluezone.phone.risk.policy_types import DailySummaryConfig, require
from bluezone.phone.risk.summaries import DailySummary, summarise_days
from bluezone.phone.risk.windows import ExposureWindow
from bluezone.protocol.diagnosis_key import ReportType


class WarningClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds of one class, whole seconds; 0 disables one (3.5).

    Attributes:
        test_score_sum: of the day's score sum of type test.
        clinical_score_sum: of type clinical diagnosis.
        self_score_sum: of type self report.
        recursive_score_sum: of type recursive.
        score_sum: of all types.
        maximum_score: of the day's largest window.
        weighted_duration: of the day's weighted duration.
    """

    test_score_sum: int = 0
    clinical_score_sum: int = 0
    self_score_sum: int = 0
    recursive_score_sum: int = 0
    score_sum: int = 0
    maximum_score: int = 0
    weighted_duration: int = 0

    def __post_init__(self) -> None:
        require(all(t >= 0 for t in msgspec.structs.astuple(self)), "thresholds must not be < 0")

    def applies(self, day: DailySummary) -> bool:
        """Return whether any enabled threshold is reached on that day."""
        pairs = (
            (self.test_score_sum, day.of_type(ReportType.CONFIRMED_TEST).score_sum),
            (
                self.clinical_score_sum,
                day.of_type(ReportType.CONFIRMED_CLINICAL_DIAGNOSIS).score_sum,
            ),
            (self.self_score_sum, day.of_type(ReportType.SELF_REPORT).score_sum),
            (self.recursive_score_sum, day.of_type(ReportType.RECURSIVE).score_sum),
            (self.score_sum, day.total.score_sum),
            (self.maximum_score, day.total.maximum_score),
            (self.weighted_duration, day.total.weighted_duration_sum),
        )
        return any(0 < threshold <= value for threshold, value in pairs)


_SUMMARIES: Final = DailySummaryConfig(
    attenuation_bucket_threshold_db=(55, 63, 73),
    attenuation_bucket_weights=(1.0, 0.5, 0.0, 0.0),
    report_type_weights={1: 1.0, 2: 1.0, 3: 0.5},
    infectiousness_weights={1: 0.4, 2: 1.0},
    days_since_exposure_threshold=14,
    drop_infectiousness_none=True,
)
"""Bounds and weights of the first set of the Corona-Warn-App (4.6, A0), with ours for keys."""


class EnxConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Daily summaries and up to 4 classes, the most severe first.

    Attributes:
        summaries: weights and thresholds.
        classes: default 15 and 5 weighted minutes a day.
    """

    summaries: DailySummaryConfig = _SUMMARIES
    classes: tuple[WarningClass, ...] = (
        WarningClass(score_sum=900),
        WarningClass(score_sum=300),
    )

    def __post_init__(self) -> None:
        require(1 <= len(self.classes) <= 4, "there must be 1 to 4 classes")


def classify(
    days: Sequence[DailySummary], classes: Sequence[WarningClass]
) -> tuple[int, int] | None:
    """Return (class from 1, latest day number on which it applies), None without exposure."""
    for number, warning_class in enumerate(classes, start=1):
        hits = [day.day for day in days if warning_class.applies(day)]
        if hits:
            return number, max(hits)
    return None


@dataclass(frozen=True, slots=True)
class EnxModel:
    """Daily summaries and classes behind our interface."""

    config: EnxConfig
    name: str = "enx"
    unit: str = "weighted seconds"

    def judge(self, windows: Sequence[ExposureWindow], *, today: int) -> tuple[DayRisk, ...]:
        """Return the days with any score, ascending (see `RiskModel.judge`)."""
        days = summarise_days(windows, self.config.summaries, today=today)
        return tuple(self._day(day, windows) for day in days if day.total.score_sum > 0)

    def _day(self, day: DailySummary, windows: Sequence[ExposureWindow]) -> DayRisk:
        found = classify([day], self.config.classes)
        level = RiskLevel.NONE
        if found is not None:
            level = RiskLevel.HIGH if found[0] == 1 else RiskLevel.LOW
        of_day = [window for window in windows if window.day == day.day]
        return DayRisk(
            day=day_date(day.day),
            level=level,
            score=day.total.score_sum,
            minutes=int(day.total.weighted_duration_sum // 60),
            windows=len(of_day),
            flags=flags_of(of_day),
        )
