"""Whatever goes wrong in whatever order: in the end every living phone got every bundle.

Random stories of workers that are killed, answers of every kind, phones that register, die,
come back, and time that passes; then the way is good again until nothing is left to do.
"""

import json
from random import Random

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.portal.appgateway.phones.models import Phone
from bluezone.portal.appgateway.pushes import outbox, ranges, returned, services
from bluezone.portal.appgateway.pushes.find_guid import find_guid_key, read_find_guid
from bluezone.portal.appgateway.pushes.message import Message
from bluezone.portal.appgateway.pushes.models import Bundle, Lane, Push, Range, Returned, Round
from bluezone.portal.appgateway.pushes.provider import Outcome, Result

from .conftest import NOW, KilledError, Way, entry, register

HOUR = 3_600
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("work"), st.integers(0, 12)),
        st.tuples(st.just("trouble"), st.integers(0, 1_000)),
        st.tuples(st.just("fault"), st.just(0)),
        st.tuples(st.just("register"), st.integers(1, 4)),
        st.tuples(st.just("open"), st.integers(1, 30)),
        st.tuples(st.just("return"), st.integers(0, 20)),
        st.tuples(st.just("wait"), st.integers(1, HOUR)),
    ),
    max_size=14,
)


class Story:
    """One history of the outbox."""

    def __init__(self) -> None:
        for table in (Push, Range, Bundle, Round, Lane, Returned, Phone):
            table.objects.all().delete()
        self.now = NOW
        self.registered = 0
        self.way = Way()
        self.rng = Random(7)

    def step(self, what: str, number: int) -> None:
        match what:
            case "work":
                self.work(killed_after=len(self.way.sent) + number)
            case "trouble":
                self.trouble(Random(number))
            case "fault":
                self.way.fault = "fcm_forbidden"
                self.work()
                self.way.fault = ""
            case "register":
                register(number, first=self.registered + 1)
                self.registered += number
            case "open":
                services.open_round([entry(each) for each in range(number)], now=self.now)
            case "return":
                self.come_back(number)
            case _:
                self.now += number

    def work(self, killed_after: int | None = None) -> None:
        self.way.killed_after = killed_after
        try:
            outbox.send_due(self.way, now=self.now, rng=self.rng)
        except KilledError:
            pass
        finally:
            self.way.killed_after = None

    def trouble(self, rng: Random) -> None:
        kinds = [Result.SENT, Result.RETRY, Result.DEAD]

        def answer(_message: Message) -> Outcome:
            return Outcome(rng.choice(kinds), "trouble", rng.randrange(100))

        before, self.way.answers = self.way.answers, answer
        self.work()
        self.way.answers = before

    def come_back(self, number: int) -> None:
        for phone in Phone.objects.exclude(dead_at=None).order_by("pk")[number : number + 2]:
            Phone.objects.filter(pk=phone.pk).update(dead_at=None)
            returned.note(phone.pk, now=self.now)

    def finish(self) -> None:
        for phone in Phone.objects.exclude(dead_at=None):
            Phone.objects.filter(pk=phone.pk).update(dead_at=None)
            returned.note(phone.pk, now=self.now)
        for _ in range(6):
            self.now += 2 * HOUR
            self.work()


@pytest.mark.django_db
@given(STEPS)
@settings(max_examples=12)
def test_every_living_phone_gets_every_bundle(steps: list[tuple[str, int]]) -> None:
    before, ranges.PHONES = ranges.PHONES, 3
    try:
        story = Story()
        story.step("register", 3)
        story.step("open", 5)
        for what, number in steps:
            story.step(what, number)
        story.finish()
    finally:
        ranges.PHONES = before
    wanted = {(b, p) for b in ids(Bundle) for p in ids(Phone)}
    assert {bundle_of(message) for message in story.way.sent} == wanted
    assert not Range.objects.exists()
    assert not Push.objects.exclude(phone_id=None).exists()
    assert not connection.needs_rollback


def ids(table: type[Bundle] | type[Phone]) -> list[int]:
    return list(table.objects.values_list("pk", flat=True))


def bundle_of(message: Message) -> tuple[int, int]:
    guid = json.loads(message.push.fields["DataContent"])["FindGUID"]
    return read_find_guid(guid, message.phone_id, key=find_guid_key()), message.phone_id
