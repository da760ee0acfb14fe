"""What a forecast answers: fans, finishing days, and one sentence a unit.

Source: `docs/statistics.md`, "Outcomes".
The surprising decision: a target above the curve's ceiling gets no date. "Not reached" with
the ceiling beside it is an answer that an official can act on; a date in 2031 is not.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from bluezone.portal.campaign.stats.arrays import Days, Floats, as_date
from bluezone.portal.campaign.stats.reached import Reached
from bluezone.portal.campaign.stats.words import Message, Parameter

LEVELS: Final = (0.1, 0.5, 0.9)
"""The quantiles of every fan: 8 of 10 times the later figure lies between the outer two."""


class Outcome(StrEnum):
    """What the forecast says of a unit's target."""

    REACHED = "reached"
    LATE = "late"
    MISSED = "missed"
    EXPECTED = "expected"
    UNCERTAIN = "uncertain"
    NOT_REACHED = "not_reached"
    ABOVE_PHONES = "above_phones"
    FALLING = "falling"
    ONE_FIGURE = "one_figure"
    NO_FIGURE = "no_figure"
    NO_TARGET = "no_target"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Futures of n units over H days after the last figure.

    Attributes:
        days: shape (H,), the days forecast.
        fan: shape (3, n, H), quantiles 10, 50 and 90 of the count; NaN for a unit that
            never reported.
        finish: shape (3, n), `datetime64[D]`, quantiles of the first day at or above the
            target; NaT where that share of futures does not get there within `days`. Three
            times the day itself where the target is reached.
        p_by_target_day: shape (n,), probability that the target is reached by its day.
        p_within: shape (n,), the same for the last day of `days`.
        ceiling: shape (3, n), quantiles of the count that the curve never passes.
        outcomes: one a unit.
        targets: shape (n,), NaN where there is none.
        phones: shape (n,), NaN where unknown.
        last: shape (n,), the last figures, NaN without any.
        target_day: the day of the targets, NaT without one.
    """

    days: Days
    fan: Floats
    finish: Days
    p_by_target_day: Floats
    p_within: Floats
    ceiling: Floats
    outcomes: tuple[Outcome, ...]
    targets: Floats
    phones: Floats
    last: Floats
    target_day: np.datetime64

    def message(self, unit: int) -> Message:
        """Return the sentence of one unit, ready for `words.phrase`."""
        facts = self._facts(unit)
        first, _, latest = np.isnat(self.finish[:, unit])
        outcome = self.outcomes[unit]
        ending = ""
        if outcome is Outcome.EXPECTED and latest:
            ending = "_open"
        if outcome in {Outcome.UNCERTAIN, Outcome.MISSED} and not first:
            ending = "_not_before"
        return Message(f"forecast.{outcome}{ending}", facts)

    def _facts(self, unit: int) -> dict[str, Parameter]:
        days = dict(zip(("first", "likely", "latest"), self.finish[:, unit], strict=True))
        days["by"] = self.target_day
        numbers = {
            "target": self.targets[unit],
            "value": self.last[unit],
            "low": self.ceiling[0, unit],
            "middle": self.ceiling[1, unit],
            "high": self.ceiling[2, unit],
            "phones": self.phones[unit],
            "chance": self.p_within[unit],
        }
        return {
            **{name: float(number) for name, number in numbers.items()},
            **{name: as_date(day) for name, day in days.items() if not np.isnat(day)},
            "last_day": as_date(self.days[-1]),
        }


def outcomes(
    targets: Floats, reached: Reached, within: Floats, phones: Floats, sure: float
) -> tuple[Outcome, ...]:
    """Return one outcome a unit.

    Args:
        targets: shape (n,), NaN where there is none.
        reached: what the figures themselves say.
        within: shape (n,), probability of reaching the target within the horizon.
        phones: shape (n,), NaN where unknown.
        sure: from which probability on it is expected.
    """
    return tuple(
        _outcome(unit, float(target), reached, float(within[unit]), float(phones[unit]), sure)
        for unit, target in enumerate(targets)
    )


def _outcome(
    unit: int, target: float, reached: Reached, chance: float, phones: float, sure: float
) -> Outcome:
    for outcome, holds in (
        (Outcome.NO_TARGET, np.isnan(target)),
        (Outcome.NO_FIGURE, np.isnan(reached.last[unit])),
        (Outcome.LATE, reached.done[unit] and reached.too_late[unit]),
        (Outcome.REACHED, reached.done[unit]),
        (Outcome.MISSED, reached.too_late[unit]),
        (Outcome.ABOVE_PHONES, target > phones),
        (Outcome.FALLING, reached.falling[unit]),
        (Outcome.ONE_FIGURE, reached.no_growth[unit]),
        (Outcome.EXPECTED, chance >= sure),
        (Outcome.NOT_REACHED, chance <= 1 - sure),
    ):
        if holds:
            return outcome
    return Outcome.UNCERTAIN
