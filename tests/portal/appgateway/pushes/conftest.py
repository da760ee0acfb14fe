"""Registered phones, entries to push, and a way to the phones that does what a test says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import pytest

from bluezone.portal.appgateway.phones.models import Phone
from bluezone.portal.appgateway.phones.tokens import hash_of
from bluezone.portal.appgateway.pushes import provider
from bluezone.portal.appgateway.pushes.message import Message
from bluezone.portal.appgateway.pushes.provider import Delivery, Outcome, Result
from bluezone.protocol.bluezone.day_key import DayKey
from bluezone.protocol.bluezone.f0 import F0Entry

NOW = 1_597_472_640
MIDNIGHT = NOW - NOW % 86_400


def token_of(number: int) -> str:
    return f"fcmTokenExample{number:06d}:APA91b_EXAMPLE_EXAMPLE"


def register(count: int, *, first: int = 1) -> list[int]:
    """Register phones by their rows; return their numbers."""
    rows = [
        Phone(
            registered_at=MIDNIGHT,
            seen_at=MIDNIGHT,
            token=token_of(number),
            token_hash=hash_of(token_of(number)),
            platform="android",
        )
        for number in range(first, first + count)
    ]
    Phone.objects.bulk_create(rows)
    return list(
        Phone.objects.filter(token__in=[row.token for row in rows])
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def entry(number: int = 0, *, days: int = 1, slots: int = 96) -> F0Entry:
    key = DayKey(Random(number).randbytes(32))
    return F0Entry(key, MIDNIGHT, slots, MIDNIGHT + days * 86_400 - 1)


class KilledError(BaseException):
    """The process is gone."""


@dataclass
class Way:
    """A way to the phones in a test's hands; remembers what went out."""

    name: str = "fcm"
    answers: Callable[[Message], Outcome] = field(default=lambda _message: provider.SENT)
    fault: str = ""
    wait_s: int = 0
    killed_after: int | None = None
    sent: list[Message] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)

    def send(self, messages: Sequence[Message]) -> Delivery:
        outcomes = []
        self.batches.append(len(messages))
        for message in messages:
            if self.killed_after is not None and len(self.sent) >= self.killed_after:
                raise KilledError
            outcome = self.answers(message)
            outcomes.append(outcome)
            if outcome.result is Result.SENT:
                self.sent.append(message)
        return Delivery(outcomes, fault=self.fault, wait_s=self.wait_s)

    @property
    def reached(self) -> list[int]:
        return [message.phone_id for message in self.sent]


@pytest.fixture
def way() -> Way:
    return Way()
