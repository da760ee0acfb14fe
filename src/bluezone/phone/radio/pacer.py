"""The virtual clock itself, and the selector that waits by it.

The decision that surprises: without a pace the clock moves only by jumps to the next timer,
so reading it costs no look at the real clock.
"""

import selectors
import threading
import time
from typing import Final

_LONGEST_WAIT_S: Final = 3600.0


class Pacer:
    """The virtual clock itself; every method may be called from any thread."""

    def __init__(self, pace: float | None) -> None:
        """Make a clock that shows 0 and moves at `pace`; None is only by jumps."""
        self._lock = threading.Lock()
        self._virtual_s = 0.0
        self._since = time.monotonic()
        self._holds = 0
        self.paused = False
        self.pace = _checked(pace)

    def now(self) -> float:
        """Return virtual seconds since the start."""
        if self.pace is None:  # moves only by jumps: no lock needed to read it
            return self._virtual_s
        with self._lock:
            self._settle()
            return self._virtual_s

    def change(self, **changes: float | bool | None) -> None:
        """Set `pace` or `paused` from now on."""
        with self._lock:
            self._settle()
            if "pace" in changes:
                self.pace = _checked(changes["pace"])
            if "paused" in changes:
                self.paused = bool(changes["paused"])

    def hold(self, step: int) -> None:
        """Count one more (1) or one less (-1) reason to stand still."""
        with self._lock:
            self._settle()
            self._holds += step

    def standing(self) -> bool:
        """Whether the clock stands still."""
        return self.paused or self._holds > 0

    def jump(self, seconds: float) -> None:
        """Move on at once, unless the clock has a pace or stands still."""
        with self._lock:
            if self.pace is None and not self.standing():
                self._virtual_s += seconds

    def _settle(self) -> None:
        """Bring the virtual clock up to the real one; the lock is held."""
        real = time.monotonic()
        if self.pace is not None and not self.standing():
            self._virtual_s += (real - self._since) * self.pace
        self._since = real


class PacedSelector(selectors.DefaultSelector):
    """The loop's selector: it turns a virtual time limit into a real wait or a jump."""

    def __init__(self, pacer: Pacer) -> None:
        """Make a selector that waits by a clock."""
        super().__init__()
        self._pacer = pacer

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for sockets at most `timeout` virtual seconds."""
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if timeout is None or self._pacer.standing():
            return super().select(_LONGEST_WAIT_S)
        pace = self._pacer.pace
        if pace is not None:
            return super().select(min(timeout / pace, _LONGEST_WAIT_S))
        ready = super().select(0)
        if not ready:
            self._pacer.jump(timeout)
        return ready


def _checked(pace: float | None) -> float | None:
    if pace is not None and not pace > 0:
        raise ValueError(f"a pace of {pace}; it is virtual seconds in a real one, above 0")
    return pace
