"""The story itself: a morning, a night, a test, a code, a share, a file, a warning.

One thread plays it from `play`; the page's requests become wishes that are done at the
next turn. The decision that surprises: the story does not know who should be warned. It
asks `truth` at the end, as anybody could who had watched the street from above.
"""

from collections.abc import Sequence
from typing import Final

from bluezone.demo.asking import Asking
from bluezone.demo.board import Phase, Step, VerdictView
from bluezone.demo.cast import NAMES, PersonId
from bluezone.demo.choreography import END_S, START_S, Choreography
from bluezone.demo.errors import StoryError
from bluezone.demo.halves import Halves
from bluezone.demo.helper import Helper
from bluezone.demo.ledger import real_keys
from bluezone.demo.phones import STAGGER_S
from bluezone.demo.player import SPEEDS, TURN_S
from bluezone.demo.sharing import LOOK_S, Sharing
from bluezone.demo.stage import Stage
from bluezone.demo.telling import Tell
from bluezone.demo.truth import DAY_S, Verdict, judge, near_long_enough
from bluezone.keyserver.export.loop import run_once
from bluezone.keyserver.export.worker import Published

FIRST_S: Final = START_S - int(STAGGER_S)
"""When the first phone is switched on; all are before anybody leaves home."""
TEST_S: Final = START_S + 60 + 24 * 3600
"""15/08/2020 08:00 in Vietnam: the test is positive."""
LAST_S: Final = TEST_S + 12 * 3600
"""By then a file must be out, or something is wrong."""
_CALM_S: Final = 60
_WORKER_S: Final = 300
"""The reference deployment looks for due windows every five minutes (server rules 1.6)."""
_NIGHT_REAL_S: Final = 4.0
_WORKER_REAL_S: Final = 0.1
"""Real seconds in which the audience sees the hours go by: the night, and five minutes."""
_CALM_PACE: Final = 45.0
"""Simulated seconds in a real one while everybody is at home."""


class Story:
    """One street from the first number sent to the last warning."""

    def __init__(
        self, stage: Stage, choreography: Choreography, halves: Halves, *, tell: Tell
    ) -> None:
        """Make a story that has not begun.

        Args:
            stage: the street with its phones switched off, and what shows it.
            choreography: who is where.
            halves: both servers, hosted already.
            tell: told of every turn of the story: a name and facts.
        """
        self.stage = stage
        self.choreography = choreography
        self.helper = Helper(halves)
        self.sharing = Sharing(stage, halves)
        self.asking = Asking(stage, self.sharing, self.helper, ill=choreography.ill, tell=tell)
        self.again = False
        self._halves = halves
        self._tell = tell

    def play(self) -> Verdict:
        """Play everything and return how the warnings compare with the truth.

        Raises:
            BluezoneError: something on the way failed.
        """
        self._morning()
        self._night()
        sharer = self._test()
        self._window()
        self._fetch()
        return self._end(sharer)

    def begin_anew(self) -> None:
        """Let `stay` end, because a visitor wants to see everything again."""
        self.again = self.stage.board.picture.phase is Phase.END

    def stay(self) -> None:
        """Keep the page as it is at the end, until told to go or to begin anew."""
        player = self.stage.player
        while not self.again and not player.until.wait(TURN_S):
            player.do_wishes()

    def _morning(self) -> None:
        """Day 1: people meet."""
        stage = self.stage
        self._begin(Phase.STREET)
        stage.street.switch_on(lambda _: None, spread=True)
        stage.advance(END_S, lambda: SPEEDS[stage.player.speed])

    def _night(self) -> None:
        """The radios rest; the clock jumps to the next morning."""
        self._begin(Phase.NIGHT)
        self.stage.street.switch_off()
        self.stage.observer.show_links()
        self.stage.jump(TEST_S - _CALM_S, real_s=_NIGHT_REAL_S)

    def _test(self) -> PersonId:
        """Day 2: a positive test; the keys leave when a code is typed and a person agrees."""
        stage, ill = self.stage, self.choreography.ill
        stage.observer.new_day()
        stage.street.switch_on(self.sharing.check_of, spread=False)
        stage.board.picture.ill = ill
        self._begin(Phase.ILL, person=NAMES[ill])
        stage.advance(TEST_S, lambda: _CALM_PACE)
        sharer = self.asking.wait_for_share()
        self._tell("shared", person=NAMES[sharer], keys=self.sharing.accepted)
        return sharer

    def _window(self) -> None:
        """The keys wait for their window and its two hours."""
        stage, board = self.stage, self.stage.board
        self._begin(Phase.WINDOW)
        stage.street.switch_off()
        files = self._wait_for_files()
        now, keys = int(stage.street.now), sum(file.keys for file in files)
        windows = [(file.window_start, file.window_end) for file in files]
        real = real_keys(self._halves.store, windows)
        board.step(Step.KEY_SERVER, "done", now)
        board.step(Step.FILE, "active", now, count=keys, real=real)
        self._tell("exported", files=sum(file.files for file in files), keys=keys, real=real)
        stage.look(LOOK_S)
        board.step(Step.FILE, "done", now)

    def _wait_for_files(self) -> Sequence[Published]:
        """Let the export worker look every five minutes until it has written files."""
        while self.stage.street.now < LAST_S:
            self.stage.jump(self.stage.street.now + _WORKER_S, real_s=_WORKER_REAL_S)
            if files := run_once(self._halves.worker, now=int(self.stage.street.now)):
                return files
        raise StoryError("the key server published no file")

    def _fetch(self) -> None:
        """Every phone is on again, fetches when its turn comes, compares, warns."""
        stage = self.stage
        stage.board.step(Step.PHONES, "active", int(stage.street.now), count=0)
        self._begin(Phase.FETCH)
        stage.street.switch_on(self.sharing.check_of, spread=True)
        told: set[PersonId] = set()

        def tell_new() -> None:
            for person in sorted(stage.observer.warned - told):
                self._tell("warned", person=NAMES[person])
                told.add(person)
            count = len(stage.observer.checked)
            stage.board.step(Step.PHONES, "active", int(stage.street.now), count=count)

        end_s = stage.street.now + STAGGER_S + 5
        stage.advance(end_s, lambda: _CALM_PACE, each_turn=tell_new)
        stage.street.switch_off()
        tell_new()

    def _end(self, sharer: PersonId) -> Verdict:
        """Compare with the true positions."""
        stage = self.stage
        end_s = FIRST_S // DAY_S * DAY_S + 2 * DAY_S
        paths = self.choreography.paths
        expected = near_long_enough(paths, sharer, start_s=FIRST_S, end_s=end_s)
        verdict = judge(expected, stage.observer.warned)
        stage.board.step(Step.PHONES, "done", int(stage.street.now), count=len(verdict.warned))
        stage.board.picture.verdict = VerdictView(
            ill=sharer,
            expected=sorted(verdict.expected),
            warned=sorted(verdict.warned),
            right=verdict.right,
        )
        self._begin(Phase.END)
        return verdict

    def _begin(self, phase: Phase, **facts: object) -> None:
        self.stage.board.picture.phase = phase
        self.stage.publish()
        self._tell("phase", phase=phase.value, **facts)
