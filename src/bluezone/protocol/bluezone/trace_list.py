"""What a published Android phone makes of a whole pushed list.

Source: wire specification section 1.6 points 6 and 7. The phone asks two questions with the
same loop: is there any match (it stops at the first), and which keys match. Both end at the
entry that aborts the list, crashes the app or never ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bluezone.protocol.bluezone.published_f0 import read_published_list
from bluezone.protocol.bluezone.trace import Heard, Outcome, trace_android
from bluezone.protocol.errors import InvalidF0ListError


class Fault(StrEnum):
    """Why a published phone decides nothing about an entry."""

    ABORT = "abort"
    """The entry lacks a member or has one of the wrong type: the list ends here."""
    CRASH = "crash"
    """The entry crashes the app."""
    HANG = "hang"
    """The entry keeps the app busy for ever."""
    NOT_REACHED = "not_reached"
    """An earlier entry ended the list."""


@dataclass(frozen=True, slots=True)
class EntryDecision:
    """What a published phone decides about one entry of a list.

    Attributes:
        entry: index in the list, from 0.
        daily_key: the text of the key as it came, secret before it is published.
        rows: matching rows, 0-based and ascending; empty when there is no match.
        fault: why nothing was decided; None if something was.
    """

    entry: int
    daily_key: str = field(repr=False)
    rows: tuple[int, ...] = ()
    fault: Fault | None = None

    @property
    def match(self) -> bool:
        """Whether the entry matches."""
        return bool(self.rows)


_FAULTS = {Outcome.CRASH: Fault.CRASH, Outcome.HANG: Fault.HANG}


def decide_published(text: str, heard: Sequence[Heard]) -> Iterator[EntryDecision]:
    """Yield what a published Android phone decides about each entry of a pushed list.

    A match does not end the list here (the phone, asked only whether there is a match,
    stops at the first): each entry is decided as if the phone came to it. An entry with a
    fault does, and those behind it are `not_reached`.

    Raises:
        InvalidF0ListError: the phone finds no list in the text and so no match.
        WorkLimitError: the text is longer than 1,048,576 characters.
    """
    ended = False
    for number, entry in enumerate(read_published_list(text)):
        if ended:
            yield EntryDecision(number, "", fault=Fault.NOT_REACHED)
            continue
        if entry is None:
            decision = EntryDecision(number, "", fault=Fault.ABORT)
        else:
            trace = trace_android(entry, heard)
            fault = _FAULTS.get(trace.outcome)
            decision = EntryDecision(number, entry.daily_key, trace.rows, fault)
        yield decision
        ended = decision.fault is not None


def published_contact(text: str, heard: Sequence[Heard]) -> bool:
    """Return whether a published Android phone says "contact" to a pushed list.

    A crash or an endless loop before the first match says nothing, so it counts as no.
    """
    try:
        return any(decision.match for decision in decide_published(text, heard))
    except InvalidF0ListError:
        return False


def published_matching_keys(text: str, heard: Sequence[Heard]) -> list[str]:
    """Return the texts of the keys that a published Android phone lists as matching."""
    try:
        return [found.daily_key for found in decide_published(text, heard) if found.match]
    except InvalidF0ListError:
        return []
