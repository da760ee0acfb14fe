"""Play, pause, step and speed: how the story's clock follows a visitor, or nobody.

One thread plays the story; others leave their wishes here. Without a visitor (`hurry`)
nothing waits at all.
"""

from collections import deque
from collections.abc import Callable
from threading import Condition, Event
from typing import Final

from bluezone.demo.errors import LeftError

SPEEDS: Final = {"slow": 40.0, "normal": 150.0, "fast": 500.0}
"""Simulated seconds in a real one while people are on the street."""
STEP_S: Final = 300.0
"""Simulated seconds of one step on the street."""
TURN_S: Final = 0.1
"""Real seconds between two pictures."""
HURRY_TURN_S: Final = 60.0
"""Simulated seconds of one turn when nobody watches."""

Wish = Callable[[], None]


class Player:
    """Who decides when the story goes on."""

    def __init__(self, *, hurry: bool, until: Event) -> None:
        """Start playing at normal speed.

        Args:
            hurry: never wait for anything; there is nobody to watch.
            until: set when the demo is to end, wherever its story is.
        """
        self.hurry = hurry
        self.until = until
        self.playing = True
        self.speed = "normal"
        self._changed = Condition()
        self._wishes: deque[Wish] = deque()
        self._steps = 0

    def control(self, do: str, speed: str) -> bool:
        """Play, pause, step or change the speed; False if there is no such thing."""
        with self._changed:
            if do in {"play", "pause"}:
                self.playing = do == "play"
            elif do == "step":
                self.playing = False
                self._steps += 1
            elif do == "speed" and speed in SPEEDS:
                self.speed = speed
            else:
                return False
            self._changed.notify_all()
        return True

    def wish(self, wish: Wish) -> None:
        """Have something done in the story's own thread, at its next turn."""
        with self._changed:
            self._wishes.append(wish)
            self._changed.notify_all()

    def take_step(self) -> bool:
        """Return whether a step was asked for, and take it."""
        with self._changed:
            if not self._steps:
                return False
            self._steps -= 1
            return True

    def do_wishes(self) -> None:
        """Do what others asked for; called by the story's thread alone, at every turn.

        Raises:
            LeftError: the demo is to end.
        """
        if self.until.is_set():
            raise LeftError("the demo was ended before its story was told")
        while self._wishes:
            self._wishes.popleft()()

    def rest(self, seconds: float) -> None:
        """Wait, at most that long, until somebody wants something."""
        if self.hurry:
            return
        with self._changed:
            if not self._wishes and not self._steps:
                self._changed.wait(seconds)
