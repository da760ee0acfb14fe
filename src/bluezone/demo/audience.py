"""What the page may ask of a running story; every call comes from the page's own thread."""

from urllib.parse import urlsplit

from bluezone.demo.board import Board
from bluezone.demo.cast import PersonId
from bluezone.demo.choreography import Choreography
from bluezone.demo.halves import Halves
from bluezone.demo.ledger import case_rows, file_rows, key_rows, real_keys
from bluezone.demo.page.visitor import Login
from bluezone.demo.story import Story


class Audience:
    """A story as the page sees it (`page.app.Story`)."""

    def __init__(self, story: Story, halves: Halves) -> None:
        """Watch a story."""
        self._story = story
        self._halves = halves

    @property
    def board(self) -> Board:
        """What is shown."""
        return self._story.stage.board

    @property
    def choreography(self) -> Choreography:
        """Who is where."""
        return self._story.choreography

    @property
    def login(self) -> Login:
        """The demo health worker."""
        return self._halves.login

    def control(self, do: str, speed: str) -> bool:
        """Play, pause, step or change the speed; False if there is no such action."""
        return self._story.stage.player.control(do, speed)

    def enter_code(self, person: PersonId, code: str) -> None:
        """Type a code into a phone."""
        self._story.stage.player.wish(lambda: self._story.sharing.enter_code(person, code))

    def confirm(self, person: PersonId, *, agreed: bool) -> None:
        """Agree to send what the preview shows, or do not."""
        self._story.stage.player.wish(lambda: self._story.sharing.confirm(person, agreed=agreed))

    def help_visitor(self) -> None:
        """Do the desk's and the phone's part for the visitor."""
        self._story.stage.player.wish(self._story.asking.help)

    def wait_for_visitor(self) -> None:
        """Stop the countdown after which the story helps itself."""
        self._story.stage.player.wish(self._story.asking.stop_countdown)

    def again(self) -> None:
        """Begin anew, once the story is told."""
        self._story.stage.player.wish(self._story.begin_anew)

    def what_servers_know(self) -> dict[str, object]:
        """Return the rows of both servers, ready for JSON."""
        keys, more = key_rows(self._halves.store)
        return {
            "keys": keys,
            "moreKeys": more,
            "realKeys": real_keys(self._halves.store),
            "files": file_rows(self._halves.store),
            "cases": case_rows(now=int(self._story.stage.street.now)),
        }

    def desk_entry(self, host: str) -> tuple[str, dict[str, str]]:
        """Return the desk's address and the cookies that sign the visitor in there."""
        port = urlsplit(self._halves.portal_url).port
        return f"http://{host}:{port}/cases/", self._story.helper.session()
