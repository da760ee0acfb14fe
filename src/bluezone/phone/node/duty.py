"""Duty cycles: on for a while, off for a while, and what is sent while on.

Sources: `spec/bluezone-wire.md` 2.8 (advertise 15 s of 30, scan 40 s of 300) and 2.11
(identifiers change at the borders of their slots and intervals). Pure functions of time.
The decision that surprises: the sender falls silent for a tenth of a second before each
border, so that a slow controller never sends an expired identifier.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from bluezone.phone.node.errors import InvalidNodeConfigError
from bluezone.phone.sighting import Scheme

BORDER_SILENCE_S: Final = 0.1
"""Silence before a border; a stop command takes a few ms on USB, some 20 on a slow UART."""
_LONGEST_S: Final = 3600.0
_SHORTEST_RUN_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class DutyCycle:
    """On for `run_s` seconds, off for `pause_s`, for ever.

    Attributes:
        run_s: 1 to 3600 s.
        pause_s: 0 to 3600 s; 0 is always on, every `run_s` counting as one run.
    """

    run_s: float
    pause_s: float

    def __post_init__(self) -> None:
        """Check the bounds.

        Raises:
            InvalidNodeConfigError: one of the two is out of them.
        """
        if not _SHORTEST_RUN_S <= self.run_s <= _LONGEST_S:
            raise InvalidNodeConfigError(
                f"a duty cycle that runs {self.run_s} s; 1 to 3600 s are possible"
            )
        if not 0 <= self.pause_s <= _LONGEST_S:
            raise InvalidNodeConfigError(
                f"a duty cycle that pauses {self.pause_s} s; 0 to 3600 s are possible"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the cycle written as `RUN/PAUSE` in seconds, e.g. `15/15`.

        Raises:
            InvalidNodeConfigError: it is not two numbers, or out of bounds.
        """
        run, slash, pause = text.partition("/")
        try:
            return cls(float(run), float(pause if slash else "-"))
        except ValueError as error:
            raise InvalidNodeConfigError(
                f"{text!r} is not a duty cycle; write seconds on and off, e.g. 15/15"
            ) from error

    def run_at(self, elapsed_s: float) -> tuple[float, float, bool]:
        """Return start and end of the run or pause under way, and whether it is a run.

        Args:
            elapsed_s: seconds since the first run began, 0 or more.
        """
        period_s = self.run_s + self.pause_s
        start_s = elapsed_s // period_s * period_s
        if elapsed_s - start_s < self.run_s:
            return start_s, start_s + self.run_s, True
        return start_s + self.run_s, start_s + period_s, False

    def __str__(self) -> str:
        return f"{self.run_s:g}/{self.pause_s:g}"


@dataclass(frozen=True, slots=True)
class Segment:
    """What the sender does until an instant.

    Attributes:
        scheme: whose identifier it sends; None is silence.
        until_s: Unix seconds.
    """

    scheme: Scheme | None
    until_s: float


@dataclass(frozen=True, slots=True)
class BroadcastPlan:
    """Who is on the air when: the schemes take turns while the duty cycle is on.

    Attributes:
        duty: when to send at all.
        dwell_s: seconds of one scheme before the other's turn.
        schemes: in their order; one or two.
        next_border_s: first border of a scheme's identifiers after an instant.
        start_s: when the first run began, Unix seconds.
    """

    duty: DutyCycle
    dwell_s: float
    schemes: tuple[Scheme, ...]
    next_border_s: Callable[[Scheme, float], float]
    start_s: float

    def segment_at(self, now: float) -> Segment:
        """Return what to do at `now` and until when; `until_s` is always later."""
        elapsed_s = max(now - self.start_s, 0.0)
        run_start_s, run_end_s, on = self.duty.run_at(elapsed_s)
        until_s = self.start_s + run_end_s
        if not on or not self.schemes:
            return Segment(None, until_s)
        turn = int((elapsed_s - run_start_s) / self.dwell_s)
        scheme = self.schemes[turn % len(self.schemes)]
        if len(self.schemes) > 1:
            until_s = min(until_s, self.start_s + run_start_s + (turn + 1) * self.dwell_s)
        return _before_border(Segment(scheme, until_s), now, self.next_border_s(scheme, now))


def _before_border(segment: Segment, now: float, border_s: float) -> Segment:
    silence_s = border_s - BORDER_SILENCE_S
    if now >= silence_s:
        return Segment(None, border_s)
    return Segment(segment.scheme, min(segment.until_s, silence_s))
