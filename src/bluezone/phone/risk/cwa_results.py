"""What the calculation of the Corona-Warn-App results in: windows, days, and their sum.

Source: `spec/exposure.md` section 4.4.
"""

from dataclasses import dataclass

from bluezone.phone.risk.windows import ExposureWindow


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
