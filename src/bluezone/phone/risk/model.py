"""What every risk model offers: windows in, one judged day after the other out.

Source: ours; the three models behind it are described in `docs/risk.md`. The surprising
decision: a model sees windows of all keys together and never the keys, as an app of
Exposure Notification does, so that models can be compared on the same recording.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum
from typing import Protocol

from bluezone.phone.risk.system import DAY_S
from bluezone.phone.risk.windows import ExposureWindow
from bluezone.phone.sighting import Scheme


class RiskLevel(IntEnum):
    """What a person is told: nothing, a quiet note, or a warning."""

    NONE = 0
    LOW = 1
    HIGH = 2


class RiskFlag(StrEnum):
    """What weakens a judgement and should be said with it.

    TOLERATED: some of it was matched only by the tolerance for stale ids and clocks (W12).
    DEFAULT_TX_POWER: some of it was heard in the scheme that sends no transmit power.
    """

    TOLERATED = "tolerated"
    DEFAULT_TX_POWER = "default_tx_power"


@dataclass(frozen=True, slots=True)
class DayRisk:
    """One UTC day with any window that a model did not drop.

    Attributes:
        day: the UTC day.
        level: nothing, low or high.
        score: in the model's own unit (see `RiskModel.unit`).
        minutes: whole minutes near an infected person, as the model counts near.
        windows: how many windows were counted.
        flags: what weakens the judgement.
    """

    day: date
    level: RiskLevel
    score: float
    minutes: int
    windows: int
    flags: frozenset[RiskFlag] = frozenset()


class RiskModel(Protocol):
    """A way to judge exposure windows; frozen, knows no clock."""

    @property
    def name(self) -> str:
        """Short name, as in policies and recordings."""
        ...

    @property
    def unit(self) -> str:
        """Unit of `DayRisk.score`."""
        ...

    def judge(self, windows: Sequence[ExposureWindow], *, today: int) -> tuple[DayRisk, ...]:
        """Return the judged days, ascending.

        Args:
            windows: of all keys, in any order.
            today: current day, days since 1970-01-01 UTC.
        """
        ...


def day_date(day: int) -> date:
    """Return the UTC date of a day number."""
    return datetime.fromtimestamp(day * DAY_S, UTC).date()


def total_level(days: Iterable[DayRisk]) -> RiskLevel:
    """Return the highest level of any day, NONE if there is no day."""
    return max((day.level for day in days), default=RiskLevel.NONE)


def flags_of(windows: Iterable[ExposureWindow]) -> frozenset[RiskFlag]:
    """Return what weakens a judgement that rests on `windows`."""
    flags = set()
    for window in windows:
        if window.tolerated:
            flags.add(RiskFlag.TOLERATED)
        if window.scheme is Scheme.BLUEZONE:
            flags.add(RiskFlag.DEFAULT_TX_POWER)
    return frozenset(flags)
