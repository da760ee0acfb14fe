"""The street in front of an audience: how fast the clock goes, and what is shown meanwhile.

The decision that surprises: the phones never feel the pace. They live in slices, each as
fast as the machine can, and the waiting lies between the slices; so a slow machine or a
visitor who pauses changes nothing of what is heard.
"""

import time
from collections.abc import Callable

from bluezone.demo.board import Board, Phase
from bluezone.demo.observer import Observer
from bluezone.demo.phones import Street
from bluezone.demo.player import HURRY_TURN_S, STEP_S, TURN_S, Player


class Stage:
    """Moves the street's clock and keeps the board true; used by the story's thread."""

    def __init__(self, street: Street, board: Board, observer: Observer, player: Player) -> None:
        """Take the parts together; nothing moves yet."""
        self.street = street
        self.board = board
        self.observer = observer
        self.player = player

    def publish(self, *, pace: float = 0.0) -> None:
        """Show the board as it is; `pace` is how many simulated seconds pass in a real one."""
        picture = self.board.picture
        picture.clock_s = round(self.street.now, 2)
        picture.pace = round(pace, 1)
        picture.playing = self.player.playing
        picture.speed = self.player.speed
        if picture.phase is Phase.STREET:
            self.observer.show_links()
        self.board.publish()

    def look(self, seconds: float, *, pace: float = 0.0) -> None:
        """Show the board for so many real seconds, paused ones not counted.

        Args:
            seconds: a step asked for ends it sooner.
            pace: as for `publish`, while not paused.
        """
        left_s = seconds
        self.player.do_wishes()
        self.publish(pace=pace if self.player.playing else 0.0)
        while left_s > 0 and not self.player.hurry:
            before = time.monotonic()
            self.player.rest(min(left_s, TURN_S))
            self.player.do_wishes()
            if self.player.take_step():
                return
            if self.player.playing:
                left_s -= time.monotonic() - before
            self.publish(pace=pace if self.player.playing else 0.0)

    def advance(
        self,
        until_s: float,
        pace: Callable[[], float],
        *,
        each_turn: Callable[[], None] = lambda: None,
    ) -> None:
        """Let the street live until an instant, with pauses and steps.

        Args:
            until_s: Unix seconds on the street's clock.
            pace: asked anew for each slice.
            each_turn: called after each slice.
        """
        step_until_s = 0.0
        while self.street.now < until_s:
            self.player.do_wishes()
            if self.player.take_step():
                step_until_s = self.street.now + STEP_S
            if self.player.playing or self.street.now < step_until_s:
                self._slice(until_s, pace(), each_turn)
            else:
                self.publish()
                self.player.rest(2 * TURN_S)

    def jump(self, until_s: float, *, real_s: float) -> None:
        """Let hours in which no radio is on go by in so many real seconds."""
        turns = max(1, round(real_s / TURN_S))
        step_s = (until_s - self.street.now) / turns
        for _ in range(turns):
            self.street.run_until(self.street.now + step_s)
            self.look(TURN_S, pace=step_s / TURN_S)

    def _slice(self, until_s: float, pace: float, each_turn: Callable[[], None]) -> None:
        slice_s = HURRY_TURN_S if self.player.hurry else pace * TURN_S
        before, started = self.street.now, time.monotonic()
        self.street.run_until(min(self.street.now + slice_s, until_s))
        each_turn()
        took_s = max(time.monotonic() - started, TURN_S)
        self.publish(pace=(self.street.now - before) / took_s)
        self.player.rest(TURN_S - (time.monotonic() - started))
