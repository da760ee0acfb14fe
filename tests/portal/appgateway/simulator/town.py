"""Sixty people with published phones, a health worker, and the real gateway, for a month.

Everything follows from one seed: who meets whom, who removes the app, whose clock jumps, what
the network loses. The gateway is the real ASGI application with its real worker; only Firebase
and the network are the town's.
"""

import asyncio
import datetime as dt
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.portal.appgateway.simulator import commands
from tests.portal.appgateway.simulator.app import HISTORY, PublishedApp
from tests.portal.appgateway.simulator.firebase import Firebase, Kept
from tests.portal.appgateway.simulator.handset import Handset, Install, meet
from tests.portal.appgateway.simulator.new_phone import KeysInOrder, NewPhone, pass_by
from tests.portal.appgateway.simulator.tracing import finds_contact
from tests.portal.appgateway.simulator.wire import Network, Response, Trouble, check_envelope
from tests.portal.appgateway.simulator.world import no_loop

from bluezone.phone.radio.virtual_time import VirtualTimeLoop
from bluezone.portal import asgi, worker
from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway import worker as gateway_worker
from bluezone.portal.appgateway.consent.issuing import issue_help_code
from bluezone.portal.appgateway.consent.models import Mode
from bluezone.portal.appgateway.pushes.models import Bundle
from bluezone.portal.cases.services import CaseRequest, open_case
from bluezone.portal.verification.models import SmsMessage
from bluezone.portal.verification.sms.outbox import body_of
from bluezone.protocol.bluezone.day_key import walk_day_key
from bluezone.protocol.bluezone.f0 import F0Entry, encode_f0_list
from bluezone.protocol.bluezone.trace import Heard

HOUR_S = 3600
DAY_S = 86_400
MORNING_S = 30 * 60
"""After midnight UTC: half past seven in Hanoi."""
EVENING_S = 14 * HOUR_S
FIND = "KiemTraLichSuTiepXuc"
CONTACT = re.compile(rf"{HISTORY}ReportHistory_ConfirmContact(_NoFile)?")
NEWS = re.compile("Report|Update|OTP")
"""Requests after which a worker has something to do."""
_PART = rb'name="%b"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)\r\n'
_CODE = re.compile(r"\b[0-9]{6}\b")


@dataclass
class Person:
    """Somebody with a phone."""

    handset: Handset
    app: PublishedApp
    number: str
    gives_number: bool
    mailbox: list[Kept] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    installs: list[Install] = field(default_factory=list)
    looked: list[tuple[float, Install]] = field(default_factory=list)
    """When which install took an F0 list."""


@dataclass(frozen=True)
class Helped:
    """An F0 who helped: what phones had to find, worked out by the test.

    Attributes:
        who: number of the person with a published phone; "" for one with our own app.
        at_s: when, Unix seconds.
    """

    who: str
    at_s: float
    entries: tuple[F0Entry, ...]
    round_id: int


class ListeningNetwork(Network):
    """Also notes which answers to a bundle the server has accepted, whoever heard of it."""

    clock: Callable[[], float]
    accepted: list[tuple[float, str, str]]
    news: asyncio.Event

    def _judge(self, method: str, path: str, body: bytes, response: Response) -> None:
        super()._judge(method, path, body, response)
        if method != "POST" or not check_envelope(response.body)["isOk"]:
            return
        if NEWS.search(path):
            self.news.set()
        if CONTACT.fullmatch(path):
            told = _part(b"TokenFirebase", body), _part(b"FindGUID", body)
            self.accepted.append((self.clock(), *told))


def _part(name: bytes, body: bytes) -> str:
    found = re.search(_PART % name, body)
    assert found is not None
    return found[1].decode()


class Town:
    """The town and its clock."""

    def __init__(
        self, loop: VirtualTimeLoop, seed: int, *, people: int, staff: User, keys: Any
    ) -> None:
        self.loop, self.rng, self.staff = loop, Random(seed), staff
        self.keys, self.hands = keys, keys.hands
        self.new_phones = [NewPhone(loop.unix_time, Random(seed + number)) for number in (7, 8)]
        self.worked_at = 0
        self.network = ListeningNetwork(asgi.application, Random(seed + 1))
        self.network.accepted, self.network.news = [], asyncio.Event()
        self.network.clock = loop.unix_time
        self.firebase = Firebase(Random(seed + 2), self._arrives)
        self.people = [self._person(number) for number in range(people)]
        self.by_handset = {person.handset: person for person in self.people}
        self.tasks: set[asyncio.Task[None]] = set()
        self.faults: list[BaseException] = []
        self.helped: list[Helped] = []
        self.reinstalls: list[tuple[float, Person]] = []

    def _person(self, number: int) -> Person:
        platform = ("android", "ios")[number % 2]
        version = "2.0.4" if number % 10 == 4 else "3.0.3"
        handset = Handset(
            f"p{number}",
            platform,
            language="en" if number % 5 == 3 else "vi",
            clock=self.loop.unix_time,
            rng=Random(self.rng.getrandbits(60)),
            version=version,
        )
        app = PublishedApp(handset, self.network)
        gives = number % 3 == 0 and version == "3.0.3"
        return Person(handset, app, f"09{number:03d}{self.rng.randrange(10**6) // 10:05d}", gives)

    def spawn(self, doing: Coroutine[object, object, object]) -> None:
        """Let something happen in the town; what goes wrong is kept for the end."""
        self.tasks.add(task := self.loop.create_task(self._watched(doing)))
        task.add_done_callback(self.tasks.discard)

    async def _watched(self, doing: Coroutine[object, object, object]) -> None:
        try:
            await doing
        except Exception as error:  # noqa: BLE001 - a fault of the server, judged at the end
            self.faults.append(error)

    # A person's doings ------------------------------------------------------------------

    def run(self, person: Person, doing: Coroutine[object, object, object]) -> None:
        """Let something happen on a phone; what crashes it is kept for the end."""
        task = self.loop.create_task(self._watched(doing))
        person.tasks.add(task)
        task.add_done_callback(person.tasks.discard)

    async def install(self, person: Person) -> None:
        """Install the app, anew or for the first time, and go through its first screens."""
        await self.idle(person)
        person.handset.reinstall(self.firebase.new_token(person.handset))
        person.installs.append(person.handset.install)
        person.mailbox.clear()
        await person.app.start()
        if person.gives_number and person.app.offers_phone_number:
            await self._give_number(person)

    async def _give_number(self, person: Person) -> None:
        asked = await person.app.ask_for_otp(person.number)
        if not asked.is_ok:
            return
        await asyncio.sleep(20)
        with no_loop():
            message = SmsMessage.objects.order_by("-pk").first()
            found = _CODE.search(body_of(message)) if message is not None else None
        if found is not None:
            confirmed = await person.app.confirm_otp(person.number, found[0])
            if confirmed.is_ok:
                await person.app.tell_name("Nguyễn Văn Thử", "12 Phố Thử Nghiệm, Hà Nội")

    async def new_token(self, person: Person) -> None:
        """Let Firebase change the token; the app tells at once, or at its next start."""
        person.handset.install.token = self.firebase.new_token(person.handset)
        if self.rng.random() < 0.5:
            self.run(person, person.app.sync_token())

    async def idle(self, person: Person) -> None:
        """Wait until nothing runs on the phone."""
        while True:
            others = {task for task in person.tasks if task is not asyncio.current_task()}
            if not others:
                return
            await asyncio.wait(others)

    async def switch_off(self, person: Person) -> None:
        await self.idle(person)
        person.handset.is_on = False

    async def switch_on(self, person: Person) -> None:
        person.handset.is_on = True
        waiting, person.mailbox = person.mailbox, []
        for kept in waiting:
            self._take(person, kept)

    # Pushes ------------------------------------------------------------------------------

    def _arrives(self, handset: Handset, kept: Kept) -> None:
        person = self.by_handset[handset]
        if handset.is_on:
            self._take(person, kept)
        else:
            person.mailbox.append(kept)

    def _take(self, person: Person, kept: Kept) -> None:
        if self.loop.unix_time() < kept.useless_at and kept.token == person.handset.install.token:
            self.run(person, self._look(person, kept))

    async def _look(self, person: Person, kept: Kept) -> None:
        if kept.data["Type"] == FIND:
            person.looked.append((self.loop.unix_time(), person.handset.install))
        await commands.take(person.app, kept.data)

    # The health worker -------------------------------------------------------------------

    async def help_out(self, person: Person, onset_days_ago: int) -> str:
        """Confirm a case, give out a code, let the person type it."""
        now = int(self.loop.unix_time())
        onset = dt.datetime.fromtimestamp(now, dt.UTC).date() - dt.timedelta(onset_days_ago)
        mode = Mode(self.rng.randrange(3))
        with no_loop():
            case = open_case(CaseRequest("confirmed", onset, None), self.staff, now=now)
            issued = issue_help_code(case, self.staff, mode, now=now, rng=self.rng)
        await asyncio.sleep(60)
        said = await person.app.help_with_code(issued.digits)
        while said == "[-1]":  # no answer: the person tries again
            await asyncio.sleep(30)
            said = await person.app.help_with_code(issued.digits)
        if said == "thanks":
            at_s, entry = self.loop.unix_time(), self._entry(person, onset)
            await self.rounds()
            self.helped.append(Helped(person.number, at_s, (entry,), _round_of(entry)))
        return said

    async def new_phone_helps(self, new: NewPhone, days: int) -> None:
        """Let somebody with our own app publish the last days; the key server writes its files."""
        at_s, entries, before = self.loop.unix_time(), new.entries(days), self.keys.rng
        self.hands.now = int(at_s)
        self.keys.rng = KeysInOrder(new.keys_of(days), before)
        with no_loop():
            self.keys.new_phone_publishes(days)
        self.keys.rng = before
        await asyncio.sleep(HOUR_S)
        self.hands.now = int(self.loop.unix_time())
        with no_loop():
            self.keys.export()
        await self.rounds()
        self.helped.append(Helped("", at_s, entries, _round_of(entries[0])))

    async def rounds(self) -> None:
        """Let an hour pass, in which a round is opened."""
        await asyncio.sleep(HOUR_S)
        self.network.news.set()
        await asyncio.sleep(HOUR_S)

    def _entry(self, person: Person, onset: dt.date) -> F0Entry:
        """Work out what phones must find, from the phone's own root and the case alone."""
        install, now = person.handset.install, int(self.loop.unix_time())
        onset_s = int(dt.datetime.combine(onset, dt.time(), tzinfo=dt.UTC).timestamp())
        base_s = install.generator._base_midnight_ms // 1000
        today = now - now % DAY_S
        first = max(onset_s - 2 * DAY_S, base_s, today - 14 * DAY_S)
        last = min(onset_s + 9 * DAY_S, today)
        key = walk_day_key(install.base_id, (first - base_s) // DAY_S)
        end = min(last + DAY_S - 1, now)
        return F0Entry(key, first, 96, end)

    def work(self) -> None:
        """Let the gateway's worker do one round; once a day the whole portal's."""
        now = int(self.loop.unix_time())
        self.hands.now = now
        whole = now // DAY_S > self.worked_at // DAY_S
        self.worked_at = now
        with no_loop():
            if whole:
                worker.run_due(now=now)
            else:
                gateway_worker.run_due(now=now)

    # A month -------------------------------------------------------------------------------

    async def at(self, at_s: float) -> None:
        await asyncio.sleep(max(0.0, at_s - self.loop.time()))

    async def work_on(self) -> None:
        """Do a round a minute after something came in, and every six hours.

        A real worker does one every few seconds; what it would find nothing in is left out.
        """
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.network.news.wait(), 6 * HOUR_S)
            await asyncio.sleep(60)
            self.network.news.clear()
            self.work()

    async def live_day(self, day: int) -> None:
        """Let everybody live through one day."""
        start = day * DAY_S
        for person in self.people:
            self._plan_starts(person, start)
            self._plan_trouble(person, start)
        for _ in range(len(self.people)):
            one, other = self.rng.sample(self.people, 2)
            at_s = start + self.rng.uniform(MORNING_S, EVENING_S - HOUR_S)
            self.spawn(self._meet(one, other, at_s))
        for new in self.new_phones:
            for person in self.rng.sample(self.people, 2):
                self.spawn(
                    self._pass_by(person, new, start + self.rng.uniform(MORNING_S, EVENING_S))
                )
        await self.at(start + DAY_S)

    async def _pass_by(self, person: Person, new: NewPhone, at_s: float) -> None:
        await self.at(at_s)
        await pass_by(person.handset, new, rng=self.rng)

    async def _meet(self, one: Person, other: Person, at_s: float) -> None:
        minutes = self.rng.choice((4, 8, 15, 25))
        await self.at(at_s)
        await meet(one.handset, other.handset, minutes=minutes, rng=self.rng)

    def _plan_starts(self, person: Person, start_s: float) -> None:
        for _ in range(self.rng.choice((0, 1, 1, 2))):
            at_s = start_s + self.rng.uniform(MORNING_S, EVENING_S)
            self.spawn(self._start_at(person, at_s))

    async def _start_at(self, person: Person, at_s: float) -> None:
        await self.at(at_s)
        if person.handset.is_on and person.installs:
            self.run(person, person.app.start())

    def _plan_trouble(self, person: Person, start_s: float) -> None:
        fate, at_s = self.rng.random(), start_s + self.rng.uniform(MORNING_S, EVENING_S)
        if fate < 0.01:
            self.spawn(self._reinstall_at(person, at_s))
        elif fate < 0.03:
            self.spawn(self._change_token_at(person, at_s))
        elif fate < 0.05:
            self.spawn(self._be_off(person, at_s))
        elif fate < 0.07:
            self.spawn(self._wrong_clock(person, at_s))

    async def _reinstall_at(self, person: Person, at_s: float) -> None:
        await self.at(at_s)
        if person.handset.is_on:
            self.reinstalls.append((self.loop.time(), person))
            self.run(person, self.install(person))

    async def _change_token_at(self, person: Person, at_s: float) -> None:
        await self.at(at_s)
        await self.new_token(person)

    async def _be_off(self, person: Person, at_s: float) -> None:
        await self.at(at_s)
        await self.switch_off(person)
        await asyncio.sleep(self.rng.uniform(0.1, 3.0) * DAY_S)
        await self.switch_on(person)

    async def _wrong_clock(self, person: Person, at_s: float) -> None:
        await self.at(at_s)
        handset = person.handset
        handset.clock_error_s = self.rng.choice((-50, -3, -1, 1, 3, 50)) * HOUR_S
        await asyncio.sleep(self.rng.uniform(0.5, 20) * HOUR_S)
        handset.clock_error_s = 0.0

    async def settle(self) -> None:
        """Let two calm days pass: everything on, nothing lost, everybody opens the app."""
        self.network.trouble, self.firebase.trouble = Trouble(), 0.0
        for person in self.people:
            person.handset.clock_error_s = 0.0
            await self.switch_on(person)
        for _ in range(2):
            for person in self.people:
                self.run(person, person.app.start())
            await asyncio.sleep(DAY_S)
        for person in self.people:
            await self.idle(person)


def _round_of(entry: F0Entry) -> int:
    with no_loop():
        bundle = Bundle.objects.get(entries__contains=entry.daily_key.hex().upper())
    return int(bundle.round_id)


def contact_of(
    helped: Helped, person: Person, install: Install, *, until_s: float, later_s: int = 0
) -> bool:
    """Return whether a published phone's own rule finds the F0 among what an install stored.

    Args:
        helped: the F0.
        person: whose phone.
        install: one of its installs.
        until_s: only what was stored before this instant, Unix seconds.
        later_s: how much later the entries end than the moment of the upload.
    """
    rows = zip(install.rows, install.stored_at, strict=True)
    heard = [Heard(row.contact_id, row.stored_time) for row, at in rows if at <= until_s]
    entries = [replace(each, time_end=each.time_end + later_s) for each in helped.entries]
    return finds_contact(person.handset.platform, encode_f0_list(entries), heard)
