"""From what the nodes tell to what the page shows.

The observer alone knows whose number is whose: it asks every phone for the number that it
sends, as only somebody who owns all twelve can. No phone and no server learns it here.
"""

from dataclasses import dataclass, field
from typing import Final

from bluezone.demo.board import Board, Link, Signal, WarningView
from bluezone.demo.cast import PersonId
from bluezone.demo.phones import SCAN, TX_POWER_DBM, Street, shown_id
from bluezone.phone.node.events import (
    AdvertisingStarted,
    AdvertisingStopped,
    Checked,
    Event,
    Heard,
    Rotated,
    ScanStarted,
    ScanStopped,
    Stopped,
    Warned,
)
from bluezone.phone.risk import Assessment, RiskConfig
from bluezone.phone.sighting import Scheme
from bluezone.phone.warning import WarningText, warning_text

NEAR_DBM: Final = TX_POWER_DBM - RiskConfig().policy.ours.buckets[0].max_attenuation_db
"""Signals at least as strong count as near in the risk model of the phones."""
_CYCLE_MIN: Final = (SCAN.run_s + SCAN.pause_s) / 60
_RECENT: Final = 4
_SHOWN_BYTES: Final = 5
_LANGUAGES: Final = ("vi", "en")


@dataclass(slots=True)
class _Pair:
    """What one phone heard of another."""

    minutes: float = 0.0
    heard_at_s: float = 0.0
    strengths_dbm: list[int] = field(default_factory=list)
    near: bool = False


class Observer:
    """Keeps the board's phones and links up to date; used by the story's thread."""

    def __init__(self, board: Board) -> None:
        """Start with silent phones."""
        self._board = board
        self._owner: dict[bytes, PersonId] = {}
        self._pairs: dict[tuple[PersonId, PersonId], _Pair] = {}
        self._numbers: dict[PersonId, set[bytes]] = {}
        self.street: Street | None = None
        self.judged: dict[PersonId, Assessment] = {}
        self.warned: set[PersonId] = set()
        self.checked: dict[PersonId, int] = {}

    def on_event(self, person: PersonId, event: Event) -> None:
        """Take one event of one phone."""
        view = self._board.picture.phones[person]
        match event:
            case Rotated(time_s, scheme):
                self._note_number(person, scheme, int(time_s))
            case AdvertisingStarted():
                view.advertising = True
            case AdvertisingStopped():
                view.advertising = False
            case ScanStarted():
                view.scanning = True
            case ScanStopped():
                view.scanning = False
                self._credit(person)
            case Heard():
                self._hear(person, event)
            case Checked(_, files, keys) if files:
                view.fetched, view.fetched_keys = True, view.fetched_keys + keys
                self.checked[person] = view.fetched_keys
            case Warned():
                self._warn(person, event)
            case Stopped():
                view.advertising = view.scanning = False
            case _:
                pass

    def new_day(self) -> None:
        """Start counting what the phones heard anew."""
        self._numbers.clear()
        for view in self._board.picture.phones:
            view.heard, view.numbers, view.recent = 0, 0, []

    def show_links(self) -> None:
        """Put every pair that has heard one another on the board."""
        pairs = {(min(a, b), max(a, b)) for a, b in self._pairs}
        self._board.picture.links = [self._link(a, b) for a, b in sorted(pairs)]

    def _link(self, a: PersonId, b: PersonId) -> Link:
        there = self._pairs.get((a, b), _Pair())
        back = self._pairs.get((b, a), _Pair())
        latest = there if there.heard_at_s >= back.heard_at_s else back
        minutes = max(there.minutes, back.minutes)
        return Link(a, b, round(minutes, 1), round(latest.heard_at_s), latest.near)

    def _note_number(self, person: PersonId, scheme: Scheme, now: int) -> None:
        if self.street is None:
            return
        number = shown_id(self.street.phones[person], scheme, now)
        self._owner[number] = person
        if scheme is Scheme.BLUEZONE:
            self._board.picture.phones[person].own_id = _hex(number)

    def _hear(self, person: PersonId, event: Heard) -> None:
        view = self._board.picture.phones[person]
        numbers = self._numbers.setdefault(person, set())
        numbers.add(event.id)
        view.heard, view.numbers = view.heard + 1, len(numbers)
        shown = Signal(_hex(event.id), event.rssi_dbm)
        others = [signal for signal in view.recent if signal.id != shown.id]
        view.recent = [shown, *others][:_RECENT]
        other = self._owner.get(event.id)
        if other is not None:
            pair = self._pairs.setdefault((person, other), _Pair())
            pair.heard_at_s = event.time_s
            pair.strengths_dbm.append(event.rssi_dbm)
            pair.near = _is_near(pair.strengths_dbm)

    def _credit(self, person: PersonId) -> None:
        """At the end of a scan, credit its cycle to everybody who was heard near in it."""
        for (hearer, _), pair in self._pairs.items():
            if hearer == person and pair.strengths_dbm:
                pair.minutes += _CYCLE_MIN if _is_near(pair.strengths_dbm) else 0.0
                pair.strengths_dbm = []

    def _warn(self, person: PersonId, event: Warned) -> None:
        assessment = self.judged.get(person)
        if assessment is None:
            return
        texts = {language: warning_text(assessment, language) for language in _LANGUAGES}
        self._board.picture.phones[person].warning = WarningView(
            level=event.level,
            title={language: text.title for language, text in texts.items()},
            parts={language: _parts(text) for language, text in texts.items()},
        )
        if event.level == "high":
            self.warned.add(person)


def _is_near(strengths_dbm: list[int]) -> bool:
    return sum(strengths_dbm) / len(strengths_dbm) >= NEAR_DBM


def _hex(number: bytes) -> str:
    return number[:_SHOWN_BYTES].hex(" ").upper() + " …"


def _parts(text: WarningText) -> list[list[str]]:
    """Return what happened, what it means, what to do, whom to call, what is unknown."""
    parts = ([text.happened], [text.means], [*text.do_now], [text.call], [*text.unknown])
    return [[line for line in part if line] for part in parts]
