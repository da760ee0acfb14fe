"""Decide whether the wall clock may be believed when old rows are to be deleted.

Answers weakness W28 of the published app (clock trust). A clock that jumps forward must
not wipe a log, and a phone that was switched off for three weeks must still forget. So a
forward step of more than two days starts a probation: for the next 24 hours of the new
clock nothing is deleted because of its date; if the clock goes back in that time, it was
wrong and nothing was lost. A backward step deletes nothing by itself. Rows dated by a
wrong clock still go: `lived_s` counts the time that the device has seen pass in small
steps, and no row is kept longer than its time to live plus a day of it.
"""

from dataclasses import dataclass
from typing import Final

MAX_STEP_S: Final = 2 * 86_400
"""A forward step up to this long is believed at once (ours: a weekend in a drawer)."""
MAX_LIVED_STEP_S: Final = 2 * 3_600
"""A longer step counts as this much lived time: the device slept, or the clock was set."""
MAX_DISORDER_S: Final = 3_600
"""Instants that arrive this late are late news, not a clock set back."""
PROBATION_S: Final = 86_400
"""How long a clock that jumped must run steadily before it is believed (ours)."""


@dataclass(frozen=True, slots=True)
class ClockGuard:
    """What a store knows about its clock; immutable, kept in the store's own database.

    Attributes:
        last_s: the latest wall clock seen since it was last set, Unix seconds; None at first.
        jumped_from_s: the clock before the jump that is on probation; None without one.
        jumped_to_s: the clock right after that jump.
        lived_s: seconds that passed while the store looked on, never decreasing.
    """

    last_s: int | None = None
    jumped_from_s: int | None = None
    jumped_to_s: int = 0
    lived_s: int = 0

    @property
    def trusted(self) -> bool:
        """Say whether rows may be deleted because of their date."""
        return self.jumped_from_s is None

    def see(self, now: int) -> "ClockGuard":
        """Return the guard after the wall clock has shown `now` (Unix seconds)."""
        if self.last_s is None:
            return ClockGuard(last_s=now)
        step = now - self.last_s
        if -MAX_DISORDER_S <= step <= 0:
            return self
        lived_s = self.lived_s + min(max(step, 0), MAX_LIVED_STEP_S)
        if step > MAX_STEP_S:
            return ClockGuard(now, self._before_jump(), now, lived_s)
        if self.jumped_from_s is None or self._is_over(now, self.jumped_from_s):
            return ClockGuard(now, lived_s=lived_s)
        return ClockGuard(now, self.jumped_from_s, min(self.jumped_to_s, now), lived_s)

    def trust(self, now: int) -> "ClockGuard":
        """Return the guard when `now` is known to be right (checked against a server)."""
        seen = self.see(now)
        return ClockGuard(now, lived_s=seen.lived_s)

    def _before_jump(self) -> int | None:
        return self.last_s if self.jumped_from_s is None else self.jumped_from_s

    def _is_over(self, now: int, jumped_from_s: int) -> bool:
        went_back = now <= jumped_from_s + MAX_STEP_S
        return went_back or now - self.jumped_to_s >= PROBATION_S
