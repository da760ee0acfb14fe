"""Day 2: somebody has a positive test, and the keys wait for a code and for a person's yes.

The clock stands still meanwhile, so a code cannot run out because a visitor stopped to
look. Whoever does not want to type lets the demo do it, through the same pages; whoever is
not there at all is not waited for.
"""

import datetime as dt
import time

from bluezone.demo.board import Phase, Screen
from bluezone.demo.cast import NAMES, PersonId
from bluezone.demo.errors import StoryError
from bluezone.demo.helper import Helper
from bluezone.demo.player import TURN_S
from bluezone.demo.sharing import LOOK_S, Sharing
from bluezone.demo.stage import Stage
from bluezone.demo.telling import Tell
from bluezone.look.format import VIETNAM


class Asking:
    """Waits for the share; used by the story's thread."""

    def __init__(
        self, stage: Stage, sharing: Sharing, helper: Helper, *, ill: PersonId, tell: Tell
    ) -> None:
        """Prepare to wait.

        Args:
            stage: where it happens.
            sharing: the phones' part.
            helper: the desk's part.
            ill: who has the test, and for whom the demo does it.
            tell: told of every turn.
        """
        self._stage = stage
        self._sharing = sharing
        self._helper = helper
        self._ill = ill
        self._tell = tell
        self._until = 0.0

    def wait_for_share(self) -> PersonId:
        """Return who shared their keys.

        Raises:
            BluezoneError: the demo did it itself and was refused.
        """
        picture = self._stage.board.picture
        hurry, patience_s = self._stage.player.hurry, self._helper.patience_s
        picture.helper_in_s = None if hurry else round(patience_s)
        self._until = time.monotonic() + patience_s
        while (sharer := self._sharing.sharer) is None:
            self._turn()
        picture.ill = picture.sharer = sharer
        picture.code, picture.helping, picture.helper_in_s = "", False, None
        return sharer

    def stop_countdown(self) -> None:
        """A visitor is there: wait as long as it takes."""
        self._stage.board.picture.helper_in_s = None

    def help(self) -> None:
        """Do the desk's and the owner's part, through the same pages and the same steps.

        Raises:
            BluezoneError: a page or a server refused.
        """
        picture = self._stage.board.picture
        busy = picture.helping or self._sharing.sharer is not None
        if picture.phase is not Phase.ILL or busy:
            return
        picture.helping, picture.helper_in_s = True, None
        if picture.phones[self._ill].screen is not Screen.PREVIEW:
            self._stage.publish()
            self._type_code()
        self._sharing.confirm(self._ill, agreed=True)
        self._check()

    def _turn(self) -> None:
        """Do what a visitor does; help when asked, on a step, or when nobody is there."""
        picture, player = self._stage.board.picture, self._stage.player
        self._stage.publish()
        before = time.monotonic()
        player.rest(TURN_S)
        player.do_wishes()
        if not player.playing:
            self._until += time.monotonic() - before
        if picture.helper_in_s is not None:
            picture.helper_in_s = max(0, round(self._until - time.monotonic()))
        if picture.helper_in_s == 0 or player.hurry or player.take_step():
            self.help()

    def _type_code(self) -> None:
        stage, ill = self._stage, self._ill
        onset = dt.datetime.fromtimestamp(stage.street.now, VIETNAM).date().isoformat()
        code = stage.board.picture.code = self._helper.code(onset)
        self._tell("code", case=self._helper.case, digits=len(code))
        stage.look(2 * LOOK_S)
        self._sharing.enter_code(ill, code)
        self._check()
        self._tell("preview", person=NAMES[ill], keys=self._sharing.shown(ill))
        stage.look(3 * LOOK_S)

    def _check(self) -> None:
        """Raise what the phone shows as refused: nobody is there to try again."""
        code = self._stage.board.picture.phones[self._ill].error
        if code:
            raise StoryError(f"the phone was refused: {code}")
