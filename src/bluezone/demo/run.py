"""Put a street together: folder, clock, both halves, page, story; play it; clean up."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

from bluezone.demo.audience import Audience
from bluezone.demo.board import Board
from bluezone.demo.campaign import Campaign
from bluezone.demo.cast import NAMES
from bluezone.demo.choreography import PARTS, Part, choreograph
from bluezone.demo.errors import FolderError
from bluezone.demo.halves import Halves, prepare_halves
from bluezone.demo.hosting import HOST, Hosting, free_port
from bluezone.demo.observer import Observer
from bluezone.demo.page.app import create_page
from bluezone.demo.phones import Street
from bluezone.demo.player import Player
from bluezone.demo.stage import Stage
from bluezone.demo.story import FIRST_S, Story
from bluezone.demo.telling import Tell
from bluezone.demo.truth import Verdict
from bluezone.keyserver.serve import Site

PORTAL_PORT: Final = 8000
KEYSERVER_PORT: Final = 8080
PAGE_PORT: Final = 8700
_ROLES: Final = ("portal", "keyserver", "page")


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How to show the street.

    Attributes:
        seed: 0 and more; the same seed gives the same story.
        auto: without hands and without a page.
        port: of the page.
        language: `vi` or `en`.
        home: folder for everything; None for a temporary one that is removed at the end.
        parts: who does what on the street.
    """

    seed: int = 0
    auto: bool = False
    port: int = PAGE_PORT
    language: str = "vi"
    home: Path | None = None
    parts: tuple[Part, ...] = PARTS


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended.

    Attributes:
        verdict: the warnings beside the truth.
        again: a visitor wants to see it once more.
    """

    verdict: Verdict
    again: bool


@contextmanager
def _folder(home: Path | None) -> Iterator[Path]:
    """Yield the folder; a temporary one is removed, one that was asked for stays."""
    if home is None:
        path = Path(tempfile.mkdtemp(prefix="bluezone-demo-"))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
        return
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(home.iterdir()):
            raise FolderError(f"{home} is not empty; choose a new folder for the street")
    except OSError as error:
        raise FolderError(f"{home} cannot be used: {error.strerror}") from error
    yield home


def run_demo(options: DemoOptions, tell: Tell, *, until: Event) -> Outcome:
    """Show the street and return how it ended; with a page, stay until `until` is set.

    Args:
        options: how.
        tell: told of every turn: a name and facts.
        until: set to end, wherever the story is.

    Raises:
        LeftError: `until` was set before the story was told.
        BluezoneError: it could not be set up, or something on the way failed.
    """
    with ExitStack() as stack:
        home = stack.enter_context(_folder(options.home))
        tell("folder", path=str(home), kept=options.home is not None)
        story, halves = _set_up(options, home, Player(hurry=options.auto, until=until), tell, stack)
        sites = list(halves.sites)
        if not options.auto:
            sites.append(_page(options, story, halves, home, tell, stack))
        stack.enter_context(Hosting(sites))
        stack.callback(story.stage.board.close)
        tell("ready", **dict(zip(_ROLES, [site.url for site in sites], strict=False)))
        verdict = story.play()
        _tell_verdict(tell, story, verdict)
        if not options.auto:
            story.stay()
        return Outcome(verdict, story.again)


def _set_up(
    options: DemoOptions, home: Path, player: Player, tell: Tell, stack: ExitStack
) -> tuple[Story, Halves]:
    """Return the story and both halves, nothing hosted yet."""
    board, choreography = Board(), choreograph(options.seed, options.parts)
    observer = Observer(board)
    street = Street(
        home / "phones",
        choreography.paths,
        seed=options.seed,
        start_s=FIRST_S,
        on_event=observer.on_event,
    )
    stack.callback(street.close)
    observer.street = street
    wanted = (0, 0) if options.auto else (PORTAL_PORT, KEYSERVER_PORT)
    portal_port = _port(wanted[0], (options.port,), tell)
    keyserver_port = _port(wanted[1], (options.port, portal_port), tell)
    halves = prepare_halves(
        home,
        clock=lambda: int(street.now),
        portal_port=portal_port,
        keyserver_port=keyserver_port,
        language=options.language,
    )
    stack.callback(halves.store.close)
    stage = Stage(street, board, observer, player)
    story = Story(stage, choreography, halves, tell=tell)
    stack.callback(story.sharing.close)
    return story, halves


def _page(
    options: DemoOptions,
    story: Story,
    halves: Halves,
    home: Path,
    tell: Tell,
    stack: ExitStack,
) -> Site:
    """Return the page, with the campaign behind its link: started when a visitor asks for it."""
    ports = [site.port for site in halves.sites]
    port = _port(options.port, ports, tell)
    campaign = Campaign(home / "campaign", taken=(*ports, port))
    stack.callback(campaign.close)
    page = create_page(
        Audience(story, halves),
        language=options.language,
        repeatable=options.home is None,
        campaign=campaign,
    )
    return Site("the page", page, HOST, port)


def _port(wanted: int, taken: Sequence[int], tell: Tell) -> int:
    """Return the wanted port, or another one, and say so."""
    port = free_port(wanted, taken=taken)
    if wanted not in {0, port}:
        tell("port", wanted=wanted, port=port)
    return port


def _tell_verdict(tell: Tell, story: Story, verdict: Verdict) -> None:
    sharer = story.sharing.sharer
    tell(
        "verdict",
        ill="" if sharer is None else NAMES[sharer],
        expected=[NAMES[person] for person in sorted(verdict.expected)],
        warned=[NAMES[person] for person in sorted(verdict.warned)],
        missed=[NAMES[person] for person in sorted(verdict.missed)],
        needless=[NAMES[person] for person in sorted(verdict.needless)],
        right=verdict.right,
    )
