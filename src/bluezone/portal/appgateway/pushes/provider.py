"""The interface of every way to the phones, what comes back, and the choice among them.

`outbox`, the default, sends nothing: the pushes are shown in the portal. `fcm` sends through
Firebase Cloud Messaging.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from bluezone.portal.appgateway.pushes.message import Message


class Result(Enum):
    """What became of one message."""

    SENT = "sent"
    SHOWN = "shown"
    DEAD = "dead"
    """Nobody has this token any more."""
    RETRY = "retry"
    """Trouble that passes."""
    REFUSED = "refused"
    """This message will never be taken."""
    MISMATCH = "mismatch"
    """The token is not of our project: its fault, or, if nothing else goes out, ours."""
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message.

    Attributes:
        result: see there.
        code: our word for the reason, "" for none.
        retry_after_s: how long to wait at least, seconds.
    """

    result: Result
    code: str = ""
    retry_after_s: int = 0


SENT: Final = Outcome(Result.SENT)
SHOWN: Final = Outcome(Result.SHOWN)
UNTRIED: Final = Outcome(Result.UNTRIED)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a batch.

    Attributes:
        outcomes: one for each message, in order; the untried ones stand at the end.
        fault: why nothing can be sent at all; "" where it can.
        wait_s: seconds in which nothing should be tried.
    """

    outcomes: Sequence[Outcome]
    fault: str = ""
    wait_s: int = 0


class Provider(Protocol):
    """A way to the phones."""

    @property
    def name(self) -> str:
        """Return its short name, under which its state is kept."""

    def send(self, messages: Sequence[Message]) -> Delivery:
        """Try each message once, in order, or stop; never raise for a failure of the way."""


@dataclass(frozen=True, slots=True)
class ShownHere:
    """Sends nothing: people read in the portal what would have gone out."""

    name: str = "outbox"

    def send(self, messages: Sequence[Message]) -> Delivery:
        """Say that every message is shown."""
        return Delivery([SHOWN] * len(messages))
