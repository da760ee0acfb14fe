"""What a page needs of a running story, and what a visitor may send to it."""

from typing import Protocol

import msgspec
from starlette.requests import Request

from bluezone.demo.board import Board
from bluezone.demo.cast import PersonId
from bluezone.demo.choreography import Choreography
from bluezone.look.i18n import pick_language


def page_language(request: Request) -> str:
    """Return the language that a visitor chose, or the demo's."""
    return pick_language(
        query=request.query_params.get("lang"),
        cookie=request.cookies.get("language"),
        accepted=None,
        default=request.app.state.language,
    )


class Login(msgspec.Struct, frozen=True):
    """The demo health worker's name and password, shown on the page."""

    user: str
    password: str


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a visitor does; each route looks at the field it needs."""

    do: str = ""
    speed: str = ""
    code: str = ""


class Story(Protocol):
    """What the page needs of the running story; every method may be called from any thread."""

    @property
    def board(self) -> Board:
        """What is shown."""

    @property
    def choreography(self) -> Choreography:
        """Who is where."""

    @property
    def login(self) -> Login:
        """The demo health worker."""

    def control(self, do: str, speed: str) -> bool:
        """Play, pause, step or change the speed; False if there is no such action."""

    def enter_code(self, person: PersonId, code: str) -> None:
        """Type a code into a phone."""

    def confirm(self, person: PersonId, *, agreed: bool) -> None:
        """Agree to send what the preview shows, or do not."""

    def help_visitor(self) -> None:
        """Do the desk's and the phone's part for the visitor."""

    def wait_for_visitor(self) -> None:
        """Stop the countdown after which the story helps itself."""

    def again(self) -> None:
        """Begin anew, once the story is told."""

    def what_servers_know(self) -> dict[str, object]:
        """Return the rows of both servers, ready for JSON."""

    def desk_entry(self, host: str) -> tuple[str, dict[str, str]]:
        """Return the desk's address and the cookies that sign the visitor in there."""
