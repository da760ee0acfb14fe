"""The story itself: a morning, a night, a test, a code, a share, a file, a warning.

One thread plays it from `play`; the page's requests become wishes that are done at the
next turn. The decision that surprises: the phones' clock stands still while a person is
asked something, so a code cannot run out because somebody stopped to look.
"""

import datetime as dt
import time
from collections.abc import Callable
from threading import Event
from typing import Final

from bluezone.demo.board import Board, Phase, Screen, Step, VerdictView
from bluezone.demo.cast import NAMES, PersonId
from bluezone.demo.choreography import END_S, START_S, Choreography
from bluezone.demo.errors import StoryError
from bluezone.demo.halves import Halves
from bluezone.demo.helper import Helper
from bluezone.demo.ledger import real_keys
from bluezone.demo.observer import Observer
from bluezone.demo.phones import STAGGER_S, Street
from bluezone.demo.player import HURRY_TURN_S, SPEEDS, STEP_S, TURN_S, Player
from bluezone.demo.sharing import Sharing
from bluezone.demo.truth import DAY_S, Verdict, judge, near_long_enough
from bluezone.keyserver.export.loop import run_once
from bluezone.look.format import VIETNAM

FIRST_S: Final = START_S - int(STAGGER_S)
"""When the first phone is switched on; all are before anybody leaves home."""
TEST_S: Final = START_S + 60 + 24 * 3600
"""15/08/2020 08:00 in Vietnam: the test is positive."""
LAST_S: Final = TEST_S + 12 * 3600
"""By then a file must be out, or something is wrong."""
_WORKER_S: Final = 300
"""The reference deployment looks for due windows every five minutes (server rules 1.6)."""
_JUMP_REAL_S: Final = 4.0
"""Real seconds in which the audience sees hours go by."""
_FETCH_PACE: Final = 45.0
_CALM_S: Final = 60
_LOOK_S: Final = 1.2
"""Real seconds to look at a station of the keys' path lighting up."""

Tell = Callable[..., None]
"""Called with the name of a turn of the story and its facts as keyword arguments."""


class Story:
    """One street from the first number sent to the last warning."""

    def __init__(
        self,
        street: Street,
        choreography: Choreography,
        halves: Halves,
        *,
        board: Board,
        observer: Observer,
        player: Player,
        tell: Tell,
    ) -> None:
        """Make a story that has not begun.

        Args:
            street: its phones, switched off.
            choreography: who is where.
            halves: both servers, hosted already.
            board: what the page reads.
            observer: whom the street's phones tell everything.
            player: decides about pace and pauses.
            tell: told of every turn of the story: a name and facts.
        """
        self.street = street
        self.choreography = choreography
        self.board = board
        self.player = player
        self.again = False
        self._halves = halves
        self._observer = observer
        self._tell = tell
        self.helper = Helper(halves)
        self.sharing = Sharing(street, halves, board, look=self._look)

    def play(self) -> Verdict:
        """Play everything and return how the warnings compare with the truth.

        Raises:
            BluezoneError: something on the way failed.
        """
        self._street()
        self._night()
        sharer = self._ill()
        self._window()
        self._fetch()
        return self._end(sharer)

    def _street(self) -> None:
        """Day 1: people meet."""
        self._begin(Phase.STREET)
        self.street.switch_on(lambda _: None, spread=True)
        self._advance(END_S, lambda: SPEEDS[self.player.speed])

    def _night(self) -> None:
        """The radios rest; the clock jumps to the next morning."""
        self._begin(Phase.NIGHT)
        self.street.switch_off()
        self._observer.show_links()
        self._jump(TEST_S - _CALM_S)

    def _ill(self) -> PersonId:
        """Day 2: a positive test; wait for a code to be typed and the keys to be sent."""
        picture = self.board.picture
        self._observer.new_day()
        self.street.switch_on(self.sharing.check_of(self._observer), spread=False)
        self._begin(Phase.ILL, person=NAMES[self.choreography.ill])
        picture.ill = self.choreography.ill
        self._advance(TEST_S, lambda: _FETCH_PACE)
        picture.helper_in_s = None if self.player.hurry else self.helper.patience_s
        until = time.monotonic() + self.helper.patience_s
        while (sharer := self.sharing.sharer) is None:
            until = self._wait_for_visitor(until)
        picture.ill = picture.sharer = sharer
        picture.code, picture.helping, picture.helper_in_s = "", False, None
        self._tell("shared", person=NAMES[sharer], keys=self.sharing.accepted)
        return sharer

    def wait(self) -> None:
        """Stop the countdown: a visitor is there."""
        self.board.picture.helper_in_s = None

    def help(self) -> None:
        """Do the desk's and the owner's part, through the same pages and the same steps.

        Raises:
            BluezoneError: a page or a server refused.
        """
        picture, ill = self.board.picture, self.choreography.ill
        if picture.phase is not Phase.ILL or self.sharing.sharer is not None or picture.helping:
            return
        picture.helping, picture.helper_in_s = True, None
        if picture.phones[ill].screen is not Screen.PREVIEW:
            self._publish(pace=0.0)
            self._type_code(ill)
        self.sharing.confirm(ill, agreed=True)
        _refuse_error(picture.phones[ill].error)

    def begin_anew(self) -> None:
        """Let `stay` end, because a visitor wants to see everything again."""
        self.again = self.board.picture.phase is Phase.END

    def stay(self, until: Event) -> None:
        """Keep the page as it is at the end, until told to go or to begin anew."""
        while not self.again and not until.wait(TURN_S):
            self.player.do_wishes()

    def _type_code(self, ill: PersonId) -> None:
        picture = self.board.picture
        onset = dt.datetime.fromtimestamp(self.street.now, VIETNAM).date().isoformat()
        picture.code = self.helper.code(onset)
        self._tell("code", case=self.helper.case, digits=len(picture.code))
        self._look(2 * _LOOK_S)
        self.sharing.enter_code(ill, picture.code)
        _refuse_error(picture.phones[ill].error)
        self._tell("preview", person=NAMES[ill], keys=self.sharing.shown(ill))
        self._look(3 * _LOOK_S)

    def _wait_for_visitor(self, until: float) -> float:
        """Do what the visitor does; help when asked, when stepping, or when nobody is there.

        Args:
            until: when patience ends, on the monotonic clock.

        Returns:
            The same, later by as long as the story was paused.
        """
        picture = self.board.picture
        self._publish(pace=0.0)
        before = time.monotonic()
        self.player.rest(TURN_S)
        self.player.do_wishes()
        if not self.player.playing:
            until += time.monotonic() - before
        if picture.helper_in_s is not None:
            picture.helper_in_s = max(0, round(until - time.monotonic()))
        if picture.helper_in_s == 0 or self.player.hurry or self.player.take_step():
            self.help()
        return until

    def _window(self) -> None:
        """The keys wait for their window and the two hours; the worker looks every 5 minutes."""
        self._begin(Phase.WINDOW)
        self.street.switch_off()
        steps = round(3.25 * 3600 / _WORKER_S)
        while True:
            if self.street.now >= LAST_S:
                raise StoryError("the key server published no file")
            self._jump(self.street.now + _WORKER_S, share=1 / steps)
            now = int(self.street.now)
            files = run_once(self._halves.worker, now=now)
            if files:
                break
        keys = sum(file.keys for file in files)
        real = real_keys(
            self._halves.store, [(file.window_start, file.window_end) for file in files]
        )
        self.board.step(Step.KEY_SERVER, "done", now)
        self.board.step(Step.FILE, "active", now, count=keys, real=real)
        self._tell("exported", files=sum(file.files for file in files), keys=keys, real=real)
        self._look(_LOOK_S)
        self.board.step(Step.FILE, "done", now)

    def _fetch(self) -> None:
        """Every phone is on again, fetches when its turn comes, compares, warns."""
        self._begin(Phase.FETCH)
        self.board.step(Step.PHONES, "active", int(self.street.now), count=0)
        self.street.switch_on(self.sharing.check_of(self._observer), spread=True)
        told: set[PersonId] = set()
        until_s = self.street.now + STAGGER_S + 5

        def tell_new() -> None:
            for person in sorted(self._observer.warned - told):
                self._tell("warned", person=NAMES[person])
                told.add(person)
            count = len(self._observer.checked)
            self.board.step(Step.PHONES, "active", int(self.street.now), count=count)

        self._advance(until_s, lambda: _FETCH_PACE, each_turn=tell_new)
        self.street.switch_off()
        tell_new()

    def _end(self, sharer: PersonId) -> Verdict:
        """Compare with the true positions."""
        paths = self.choreography.paths
        end_s = FIRST_S // DAY_S * DAY_S + 2 * DAY_S
        expected = near_long_enough(paths, sharer, start_s=FIRST_S, end_s=end_s)
        verdict = judge(expected, self._observer.warned)
        picture = self.board.picture
        self.board.step(Step.PHONES, "done", int(self.street.now), count=len(verdict.warned))
        picture.verdict = VerdictView(
            ill=sharer,
            expected=sorted(verdict.expected),
            warned=sorted(verdict.warned),
            right=verdict.right,
        )
        self._begin(Phase.END)
        return verdict

    def _begin(self, phase: Phase, **facts: object) -> None:
        self.board.picture.phase = phase
        self._publish(pace=0.0)
        self._tell("phase", phase=phase.value, **facts)

    def _look(self, seconds: float) -> None:
        """Show the board as it is for a moment."""
        self._publish(pace=0.0)
        self.player.pause_for(seconds)

    def _advance(
        self,
        until_s: float,
        pace: Callable[[], float],
        *,
        each_turn: Callable[[], None] = lambda: None,
    ) -> None:
        """Let the street live until an instant, at a pace that may change, with pauses."""
        step_until_s = 0.0
        while self.street.now < until_s:
            self.player.do_wishes()
            if self.player.take_step():
                step_until_s = self.street.now + STEP_S
            if not self.player.playing and self.street.now >= step_until_s:
                self._publish(pace=0.0)
                self.player.rest(2 * TURN_S)
                continue
            turn_s = HURRY_TURN_S if self.player.hurry else pace() * TURN_S
            before, started = self.street.now, time.monotonic()
            self.street.run_until(min(self.street.now + turn_s, until_s))
            each_turn()
            took = max(time.monotonic() - started, TURN_S)
            self._publish(pace=(self.street.now - before) / took)
            self.player.rest(TURN_S - (time.monotonic() - started))

    def _jump(self, until_s: float, *, share: float = 1.0) -> None:
        """Let hours go by in which no radio is on, in `share` of the time for a jump."""
        turns = max(1, round(share * _JUMP_REAL_S / TURN_S))
        step_s = (until_s - self.street.now) / turns
        for _ in range(turns):
            self.street.run_until(self.street.now + step_s)
            self._publish(pace=step_s / TURN_S)
            self.player.pause_for(TURN_S)

    def _publish(self, *, pace: float) -> None:
        picture = self.board.picture
        picture.clock_s = round(self.street.now, 2)
        picture.pace = round(pace, 1)
        picture.playing = self.player.playing
        picture.speed = self.player.speed
        if picture.phase is Phase.STREET:
            self._observer.show_links()
        self.board.publish()


def _refuse_error(code: str) -> None:
    """Raise what a phone shows as refused when no visitor is there to try again.

    Raises:
        StoryError: `code` is not empty.
    """
    if code:
        raise StoryError(f"the phone was refused: {code}")
