"""A story without phones and servers, for tests of the page alone: pictures by hand."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bluezone.demo.board import (
    Board,
    Link,
    Outgoing,
    Phase,
    Screen,
    Signal,
    Step,
    VerdictView,
    WarningView,
)
from bluezone.demo.cast import PEOPLE
from bluezone.demo.choreography import END_S, MORNING_S, choreograph
from bluezone.demo.hosting import HOST, Hosting, free_port
from bluezone.demo.page.app import create_page
from bluezone.demo.page.visitor import Login
from bluezone.demo.paths import near_s
from bluezone.keyserver.serve import Site


class Rehearsal:
    """What the page asks of a story, answered from memory; actions are noted."""

    def __init__(self) -> None:
        self.board = Board()
        self.choreography = choreograph(0)
        self.login = Login("demo", "ban-cua-can-bo-y-te")
        self.asked: list[tuple[str, ...]] = []
        self.street(32)

    def control(self, do: str, speed: str) -> bool:
        self.asked.append(("control", do, speed))
        if do in {"play", "pause"}:
            self.board.picture.playing = do == "play"
            self.board.publish()
        return do in {"play", "pause", "step", "speed"}

    def enter_code(self, person, code) -> None:
        self.asked.append(("code", str(person), code))
        self.preview(person)

    def confirm(self, person, *, agreed) -> None:
        self.asked.append(("confirm", str(person), str(agreed)))

    def help_visitor(self) -> None:
        self.asked.append(("help",))

    def wait_for_visitor(self) -> None:
        self.asked.append(("wait",))

    def again(self) -> None:
        self.asked.append(("again",))

    def what_servers_know(self) -> dict[str, object]:
        return {
            "keys": [{"key": "6f0c…91ab", "day": "14/08/2020", "scheme": "en"}],
            "moreKeys": 1_024,
            "realKeys": 1,
            "files": [{"name": "en/hourly/1597456800-1597460400-00001.zip", "keys": 1_025}],
            "cases": [{"pseudonym": "HD-0001", "onset": "15/08/2020", "codes": ["USED"]}],
        }

    def desk_entry(self, host: str) -> tuple[str, dict[str, str]]:
        return f"http://{host}:1/", {}

    def street(self, minutes: float) -> None:
        """Show the street so many minutes after eight."""
        picture = self.board.picture
        now = MORNING_S + 60 * minutes
        paths = self.choreography.paths
        picture.phase, picture.clock_s, picture.pace = Phase.STREET, now, 0.0
        picture.links = []
        for a in PEOPLE:
            phone = picture.phones[a]
            phone.advertising, phone.scanning = a % 3 != 0, a % 4 == 0
            phone.own_id, phone.heard, phone.numbers = "3F 9A 77 21 …", 120 + a, 9
            phone.recent = [Signal(f"{a:02X} 9C 4{n} D1 …", -60 - 8 * n) for n in range(4)]
            for b in PEOPLE[a + 1 :]:
                near = near_s(paths[a], paths[b], start_s=MORNING_S, end_s=now, within_m=2)
                if near > 60:
                    here = near_s(paths[a], paths[b], start_s=now - 60, end_s=now, within_m=2) > 0
                    link = Link(a, b, near / 60, now if here else now - 900, near=True)
                    picture.links.append(link)
        self.board.publish()

    def ill(self) -> None:
        """Show the next morning, when somebody waits for a code."""
        picture = self.board.picture
        picture.phase, picture.ill, picture.clock_s = Phase.ILL, 0, END_S + 24 * 3600
        picture.helper_in_s = 20
        self.board.publish()

    def preview(self, person: int) -> None:
        """Show what would leave a phone."""
        phone = self.board.picture.phones[person]
        phone.screen = Screen.PREVIEW
        days = ["14/08/2020", "15/08/2020"]
        phone.outgoing = Outgoing(days, 2, 2, "15/08/2020")
        self.board.publish()

    def window(self) -> None:
        """Show the keys waiting at the key server."""
        picture = self.board.picture
        picture.phase, picture.sharer = Phase.WINDOW, 0
        picture.phones[0].screen = Screen.RECEIPT
        picture.phones[0].outgoing = Outgoing(["14/08/2020"], 1, 1, "15/08/2020", 2, 1597453260)
        self.board.step(Step.PHONE, "done", 1, count=4)
        self.board.step(Step.CERTIFICATE, "done", 1)
        self.board.step(Step.KEY_SERVER, "active", 1, count=4)
        self.board.publish()

    def end(self) -> None:
        """Show everybody who must be warned, warned."""
        picture = self.board.picture
        picture.phase, picture.ill, picture.sharer = Phase.END, 0, 0
        for step in Step:
            self.board.step(step, "done", 1, count=3, real=1)
        for phone in picture.phones:
            phone.fetched, phone.fetched_keys = True, 1_025
        for person in (1, 2, 8):
            parts = [["You were near."], ["It means."], ["Do this."], ["Call."], ["Unknown."]]
            title = {"vi": "Cảnh báo", "en": "Warning"}
            warning = WarningView("high", title, {"vi": parts, "en": parts})
            picture.phones[person].warning = warning
        picture.verdict = VerdictView(0, [1, 2, 8], [1, 2, 8], right=True)
        self.board.publish()


@dataclass(frozen=True)
class Shown:
    """A rehearsal and the page that shows it."""

    story: Rehearsal
    url: str


@pytest.fixture
def shown() -> Iterator[Shown]:
    """Return a rehearsal on a real page at a loopback address."""
    story, port = Rehearsal(), free_port(0)
    site = Site("the page", create_page(story, language="vi", repeatable=True), HOST, port)
    with Hosting([site]):
        yield Shown(story, site.url)
        story.board.close()
