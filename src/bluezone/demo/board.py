"""What the page shows of the running story: one small picture, replaced several times a second.

Every change goes through the `Board`, which any thread may read as ready JSON. The decision
that surprises: the whole picture is sent each time, never a difference, so a page that
loses its connection or opens late is right again with the next picture.
"""

from enum import StrEnum
from threading import Lock

import msgspec

from bluezone.demo.cast import PEOPLE


class Phase(StrEnum):
    """Where the story is."""

    STREET = "street"
    NIGHT = "night"
    ILL = "ill"
    WINDOW = "window"
    FETCH = "fetch"
    END = "end"


class Step(StrEnum):
    """The stations on the path of the keys."""

    PHONE = "phone"
    CERTIFICATE = "certificate"
    KEY_SERVER = "key_server"
    FILE = "file"
    PHONES = "phones"


class Screen(StrEnum):
    """What a phone shows to its owner."""

    HOME = "home"
    PREVIEW = "preview"
    RECEIPT = "receipt"


class Outgoing(msgspec.Struct, rename="camel"):
    """What would leave, or has left, a phone, as its owner reads it.

    Attributes:
        days: whose keys, as people write days.
        en: number of Exposure Notification keys.
        bluezone: number of Bluezone day keys.
        onset: first day of symptoms; empty if unknown.
        accepted: keys that the key server took; 0 before.
        sent_at_s: when it took them, Unix seconds; 0 before.
    """

    days: list[str]
    en: int
    bluezone: int
    onset: str = ""
    accepted: int = 0
    sent_at_s: int = 0


class Signal(msgspec.Struct, rename="camel"):
    """One number that a phone has just heard: all that it knows of the other."""

    id: str
    rssi_dbm: int


class WarningView(msgspec.Struct, rename="camel"):
    """What a phone tells its owner, in both languages.

    Attributes:
        level: `low` or `high`; only `high` is a warning, `low` a quiet note.
        title: by language.
        parts: by language: what happened, what it means, what to do now, whom to call, what
            is unknown; each a list of sentences.
    """

    level: str
    title: dict[str, str]
    parts: dict[str, list[list[str]]]


class PhoneView(msgspec.Struct, rename="camel"):
    """One phone, as its owner sees it."""

    advertising: bool = False
    scanning: bool = False
    own_id: str = ""
    heard: int = 0
    numbers: int = 0
    recent: list[Signal] = []
    fetched: bool = False
    fetched_keys: int = 0
    screen: Screen = Screen.HOME
    outgoing: Outgoing | None = None
    error: str = ""
    warning: WarningView | None = None


class Link(msgspec.Struct, rename="camel"):
    """Two phones that heard one another.

    Attributes:
        a: the smaller person id.
        b: the other.
        minutes: credited minutes with a signal as strong as within some 2 m.
        heard_at_s: when one last heard the other, Unix seconds.
        near: whether the last signal was that strong.
    """

    a: int
    b: int
    minutes: float
    heard_at_s: float
    near: bool


class StepView(msgspec.Struct, rename="camel"):
    """One station of the keys' path: idle, active or done, with what passed through it."""

    step: Step
    state: str = "idle"
    at_s: int = 0
    facts: dict[str, int] = {}


class VerdictView(msgspec.Struct, rename="camel"):
    """The phones' warnings beside the truth of the positions."""

    ill: int
    expected: list[int]
    warned: list[int]
    right: bool


class Picture(msgspec.Struct, rename="camel"):
    """Everything that the page shows at an instant."""

    phase: Phase = Phase.STREET
    clock_s: float = 0.0
    pace: float = 0.0
    speed: str = "normal"
    playing: bool = True
    ill: int | None = None
    sharer: int | None = None
    code: str = ""
    helper_in_s: int | None = None
    helping: bool = False
    phones: list[PhoneView] = []
    links: list[Link] = []
    steps: list[StepView] = []
    verdict: VerdictView | None = None
    fault: str = ""


def empty_picture() -> Picture:
    """Return the picture before anything has happened."""
    return Picture(phones=[PhoneView() for _ in PEOPLE], steps=[StepView(step) for step in Step])


class Board:
    """The picture of the moment; one thread changes it, any thread reads it."""

    def __init__(self) -> None:
        """Start with an empty street."""
        self.picture = empty_picture()
        self._lock = Lock()
        self._json = msgspec.json.encode(self.picture)
        self._revision = 0
        self.closed = False

    def publish(self) -> None:
        """Make the changes of the picture visible to readers."""
        encoded = msgspec.json.encode(self.picture)
        with self._lock:
            if encoded != self._json:
                self._json, self._revision = encoded, self._revision + 1

    def read(self) -> tuple[int, bytes]:
        """Return the revision and the JSON of the last published picture."""
        with self._lock:
            return self._revision, self._json

    def close(self) -> None:
        """Let every reader that waits for the next picture go."""
        self.closed = True

    def step(self, step: Step, state: str, at_s: int, **facts: int) -> None:
        """Set a station of the keys' path: `active` or `done`, since when, with what."""
        view = next(view for view in self.picture.steps if view.step is step)
        view.state, view.at_s, view.facts = state, at_s, {**view.facts, **facts}
