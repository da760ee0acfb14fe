"""The risk calculation of the Corona-Warn-App, on exposure windows.

Source: `spec/exposure.md` sections 4.2 to 4.4, held to the app's own published cases. The
surprising decision of the original, kept: a window or day whose time is in no range of the
mapping is dropped entirely, and the total is low even when there is nothing at all.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from bluezone.phone.risk.cwa_config import CwaConfig, LevelOfTime
from bluezone.phone.risk.model import DayRisk, RiskLevel, day_date, flags_of
from bluezone.phone.risk.windows import ExposureWindow, ScanInstance
from bluezone.protocol.diagnosis_key import ReportType

_HIGH_INFECTIOUSNESS: Final = 2
_DEFAULT_AGE_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class CwaWindow:
    """A window that no filter dropped.

    Attributes:
        window: the window.
        trl: transmission risk level, 1 to 8.
        normalized_time: weighted minutes times the transmission risk value.
        level: 1 low or 2 high.
    """

    window: ExposureWindow
    trl: int
    normalized_time: float
    level: int


@dataclass(frozen=True, slots=True)
class CwaDay:
    """One UTC day with a level.

    Attributes:
        day: days since 1970-01-01 UTC.
        level: 1 low or 2 high.
        normalized_time: sum over its windows.
        low_encounters: distinct pairs of level and confidence among its low windows.
        high_encounters: the same among its high windows.
        windows: what was counted.
    """

    day: int
    level: int
    normalized_time: float
    low_encounters: int
    high_encounters: int
    windows: tuple[CwaWindow, ...]


@dataclass(frozen=True, slots=True)
class CwaResult:
    """The aggregated result (4.4).

    Attributes:
        total_level: 2 if any day is high, else 1.
        days: days with a level, ascending.
        low_encounters: sum of distinct low encounters.
        high_encounters: sum of distinct high encounters.
    """

    total_level: int
    days: tuple[CwaDay, ...]
    low_encounters: int
    high_encounters: int

    def most_recent(self, level: int) -> int | None:
        """Return the latest day number of that level, None if there is none."""
        return max((day.day for day in self.days if day.level == level), default=None)

    def count(self, level: int) -> int:
        """Return the number of days of that level."""
        return sum(day.level == level for day in self.days)


@dataclass(frozen=True, slots=True)
class CwaModel:
    """The Corona-Warn-App's calculation behind our interface."""

    config: CwaConfig
    name: str = "cwa"
    unit: str = "normalised minutes"

    def judge(self, windows: Sequence[ExposureWindow], *, today: int) -> tuple[DayRisk, ...]:
        """Return the days with a level, ascending (see `RiskModel.judge`)."""
        return tuple(
            DayRisk(
                day=day_date(day.day),
                level=RiskLevel(day.level),
                score=day.normalized_time,
                minutes=int(sum(self._weighted_seconds(w.window) for w in day.windows) // 60),
                windows=len(day.windows),
                flags=flags_of(w.window for w in day.windows),
            )
            for day in self.calculate(windows, today=today).days
        )

    def calculate(self, windows: Sequence[ExposureWindow], *, today: int) -> CwaResult:
        """Return the app's own aggregated result.

        Args:
            windows: in the order in which their times are summed.
            today: current day, days since 1970-01-01 UTC.
        """
        age = self.config.max_encounter_age_in_days or _DEFAULT_AGE_DAYS
        counted = [
            judged
            for window in windows
            if window.day >= today - age and (judged := self.judge_window(window)) is not None
        ]
        days, left_out = self._days(counted)
        encounters = [*days, *left_out] if self.config.keep_encounters_of_dropped_days else days
        return CwaResult(
            total_level=2 if any(day.level == 2 for day in days) else 1,
            days=tuple(days),
            low_encounters=sum(day.low_encounters for day in encounters),
            high_encounters=sum(day.high_encounters for day in encounters),
        )

    def judge_window(self, window: ExposureWindow) -> CwaWindow | None:
        """Return the window with its level, or None where a filter drops it (4.2)."""
        trl = self._trl(window)
        if trl is None or self._is_filtered(window, trl):
            return None
        time = self._trv(trl) * (self._weighted_seconds(window) / 60)
        level = _level(time, self.config.normalized_time_per_window)
        return None if level is None else CwaWindow(window, trl, time, level)

    def _is_filtered(self, window: ExposureWindow, trl: int) -> bool:
        if any(trl in f.drop_if_trl_in_range for f in self.config.trl_filters):
            return True
        for f in self.config.minutes_at_attenuation_filters:
            inside = (s for s in window.scans if s.min_attenuation_db in f.attenuation_range)
            seconds = sum(_seconds(scan) for scan in inside)
            minutes = seconds // 60 if self.config.whole_minutes_in_filters else seconds / 60
            if minutes in f.drop_if_minutes_in_range:
                return True
        return False

    def _trl(self, window: ExposureWindow) -> int | None:
        """Return report type offset + infectiousness offset; None for a type without one."""
        encoding = self.config.trl_encoding
        offsets = {
            ReportType.RECURSIVE: encoding.report_type_offset_recursive,
            ReportType.SELF_REPORT: encoding.report_type_offset_self_report,
            ReportType.CONFIRMED_CLINICAL_DIAGNOSIS: (
                encoding.report_type_offset_confirmed_clinical_diagnosis
            ),
            ReportType.CONFIRMED_TEST: encoding.report_type_offset_confirmed_test,
        }
        offset = offsets.get(ReportType(window.report_type))
        if offset is None:
            return None
        if window.infectiousness == _HIGH_INFECTIOUSNESS:
            return offset + encoding.infectiousness_offset_high
        return offset + encoding.infectiousness_offset_standard

    def _trv(self, trl: int) -> float:
        for entry in self.config.transmission_risk_value_mapping:
            if entry.transmission_risk_level == trl:
                return entry.transmission_risk_value
        return 0.0

    def _weighted_seconds(self, window: ExposureWindow) -> float:
        return sum(_seconds(scan) * self._weight(scan.min_attenuation_db) for scan in window.scans)

    def _weight(self, attenuation_db: int) -> float:
        for entry in self.config.minutes_at_attenuation_weights:
            if attenuation_db in entry.attenuation_range:
                return entry.weight
        return 0.0

    def _days(self, counted: Iterable[CwaWindow]) -> tuple[list[CwaDay], list[CwaDay]]:
        """Return the days with a level and those without one (level 0), ascending."""
        by_day: defaultdict[int, list[CwaWindow]] = defaultdict(list)
        for window in counted:
            by_day[window.window.day].append(window)
        days = [self._day(day, windows) for day, windows in sorted(by_day.items())]
        return [d for d in days if d.level], [d for d in days if not d.level]

    def _day(self, day: int, windows: Sequence[CwaWindow]) -> CwaDay:
        total = sum(window.normalized_time for window in windows)
        if self.config.round_day_sum:
            total = float(Decimal(repr(total)).quantize(Decimal("0.1"), ROUND_HALF_UP))
        return CwaDay(
            day=day,
            level=_level(total, self.config.normalized_time_per_day) or 0,
            normalized_time=total,
            low_encounters=_encounters(windows, 1),
            high_encounters=_encounters(windows, 2),
            windows=tuple(windows),
        )


def _seconds(scan: ScanInstance) -> int:
    return max(scan.seconds_since_last_scan, 0)


def _level(time: float, levels: Iterable[LevelOfTime]) -> int | None:
    for entry in levels:
        if time in entry.normalized_time_range:
            return entry.risk_level
    return None


def _encounters(windows: Iterable[CwaWindow], level: int) -> int:
    return len({(w.trl, w.window.confidence) for w in windows if w.level == level})
