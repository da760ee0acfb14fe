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

from bluezone.phone.risk.cwa_config import CwaConfig
from bluezone.phone.risk.cwa_results import CwaDay, CwaResult, CwaWindow
from bluezone.phone.risk.cwa_window import judged_window, level_of, weighted_seconds
from bluezone.phone.risk.model import DayRisk, RiskLevel, day_date, flags_of
from bluezone.phone.risk.windows import ExposureWindow

_DEFAULT_AGE_DAYS: Final = 14


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
                minutes=int(
                    sum(weighted_seconds(self.config, w.window) for w in day.windows) // 60
                ),
                windows=len(day.windows),
                flags=flags_of(w.window for w in day.windows),
            )
            for day in self.calculate(windows, today=today).days
        )

    def _minutes(self, day: CwaDay) -> int:
        return int(sum(weighted_seconds(self.config, w.window) for w in day.windows) // 60)

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
        return judged_window(self.config, window)

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
            level=level_of(total, self.config.normalized_time_per_day) or 0,
            normalized_time=total,
            low_encounters=_encounters(windows, 1),
            high_encounters=_encounters(windows, 2),
            windows=tuple(windows),
        )


def _encounters(windows: Iterable[CwaWindow], level: int) -> int:
    return len({(w.trl, w.window.confidence) for w in windows if w.level == level})
