"""A month of published phones against the gateway, on a clock that runs as fast as it can.

In the end every token is known, every F0's contacts got exactly one warning, nobody else got
any, and nothing that nobody agreed to is kept. BLUEZONE_LONG=1 makes the town larger.
"""

import asyncio
import base64
import os
from collections import Counter, defaultdict
from typing import Any

import pytest
from tests.portal.appgateway.bridge.conftest import fresh_key_server, key_server_scene
from tests.portal.appgateway.simulator.new_phone import NewPhone
from tests.portal.appgateway.simulator.tables import forms_of, found
from tests.portal.appgateway.simulator.town import DAY_S, Person, Town, contact_of
from tests.portal.appgateway.simulator.wire import Trouble
from tests.portal.appgateway.simulator.world import no_loop, run_world

from bluezone.phone.radio.virtual_time import VirtualTimeLoop
from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway import limits
from bluezone.portal.appgateway import worker as gateway_worker
from bluezone.portal.appgateway.phones.models import EarlierToken, Phone
from bluezone.portal.appgateway.phones.services import live_tokens, phone_id_of
from bluezone.portal.appgateway.pushes import warnings
from bluezone.portal.appgateway.pushes.models import Bundle
from bluezone.protocol.bluezone.day_key import walk_day_key

__all__ = ["fresh_key_server", "key_server_scene"]  # fixtures

pytestmark = pytest.mark.django_db

LONG = bool(os.environ.get("BLUEZONE_LONG"))
PEOPLE = 200 if LONG else 60
DAYS = 30
QUIET_S = warnings.QUIET_S
F0_DAYS = tuple(range(12, 29, 2))
NEW_F0_DAYS = (15, 21)
ALLOWED = {"KiemTraLichSuTiepXuc", "GuiThongBao", "urlnews", "bznews", "MOBILE"}
TITLES = {"vi": warnings.VIETNAMESE.title, "en": warnings.ENGLISH.title}


async def month(town: Town) -> None:
    """Live through the month."""
    town.network.trouble = Trouble(request_lost=0.03, answer_lost=0.03, twice=0.02)
    town.firebase.trouble = 0.02
    for person in town.people:
        town.spawn(join(town, person))
    town.spawn(town.work_on())
    for day in range(DAYS):
        if day in F0_DAYS:
            town.spawn(fall_ill(town, day))
        if day in NEW_F0_DAYS:
            new = town.new_phones[NEW_F0_DAYS.index(day)]
            town.spawn(publish(town, new, day))
        if day == 17:
            town.spawn(outage(town, day * DAY_S + 6 * 3600))
        await town.live_day(day)
    await town.settle()


async def join(town: Town, person: Person) -> None:
    await town.at(town.rng.uniform(0.1, 0.9) * DAY_S)
    town.run(person, town.install(person))


async def publish(town: Town, new: NewPhone, day: int) -> None:
    await town.at(day * DAY_S + 5 * 3600)
    await town.new_phone_helps(new, 4)


async def fall_ill(town: Town, day: int) -> None:
    await town.at(day * DAY_S + 5 * 3600)
    known = {helped.who for helped in town.helped}
    choice = [each for each in town.people if each.handset.is_on and each.number not in known]
    person = town.rng.choice(choice)
    person.handset.clock_error_s = 0.0
    assert await town.help_out(person, town.rng.randrange(1, 6)) == "thanks"


async def outage(town: Town, at_s: float) -> None:
    await town.at(at_s)
    town.network.down = True
    await asyncio.sleep(2 * 3600)
    town.network.down = False


def accepted_answers(town: Town) -> dict[int, list[tuple[float, int]]]:
    """Return by phone when its first answer to each round was taken."""
    rounds = dict(Bundle.objects.values_list("pk", "round_id"))
    answers: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for at_s, token, guid in sorted(town.network.accepted):
        phone_id = phone_id_of(token)
        assert phone_id is not None
        bundle = int.from_bytes(base64.urlsafe_b64decode(guid)[:8], "big")
        if rounds[bundle] not in {number for _, number in answers[phone_id]}:
            answers[phone_id].append((at_s, rounds[bundle]))
    return answers


def expected_warnings(answers: list[tuple[float, int]]) -> int:
    """Return how many warnings these answers are worth: one a round, none within a quiet day."""
    count, quiet_until = 0, -1.0
    for at_s, _ in answers:
        if at_s >= quiet_until:
            count, quiet_until = count + 1, at_s + QUIET_S
    return count


def warnings_shown(person: Person) -> Counter[str]:
    title = TITLES[person.handset.language]
    shown = person.app.screen.notifications
    return Counter(number for _, number, each in shown if each == title)


def check_tokens(town: Town) -> None:
    alive = {token for _, token in live_tokens(0, 10_000)}
    for person in town.people:
        assert person.handset.install.registered_token == person.handset.install.token
        assert person.handset.install.token in alive
    known = {*Phone.objects.values_list("token", flat=True)}
    known |= {*EarlierToken.objects.values_list("token", flat=True)}
    assert known <= town.firebase.every_token
    current = {person.handset.install.token for person in town.people}
    living = {*Phone.objects.filter(dead_at=None).values_list("token", flat=True)}
    assert current <= living


def check_contacts(town: Town) -> tuple[int, int]:
    """Hold every phone to the published rule; return how many contacts there were, and not."""
    answers = accepted_answers(town)
    contacts = others = 0
    for helped in town.helped:
        number = helped.round_id
        for person in town.people:
            told = [
                phone_id
                for install in person.installs
                for phone_id in [phone_id_of(install.token)]
                if number in {each for _, each in answers.get(phone_id or 0, [])}
            ]
            near = [
                install
                for install in person.installs
                if contact_of(helped, person, install, until_s=helped.at_s)
                and any(at > helped.at_s for at, took in person.looked if took is install)
            ]
            if told and not near:
                assert any(
                    contact_of(helped, person, install, until_s=1e12, later_s=7200)
                    for install in person.installs
                ), "a phone that heard nobody answered"
            assert told or not near, "a contact did not answer"
            contacts, others = contacts + bool(told), others + (not told)
    return contacts, others


def check_warnings(town: Town) -> int:
    """Hold each phone to exactly one warning for each time it was told; return how many."""
    answers = accepted_answers(town)
    total = 0
    for person in town.people:
        phones = {phone_id_of(install.token) for install in person.installs}
        expected = sum(expected_warnings(answers.get(each or 0, [])) for each in phones)
        shown = warnings_shown(person)
        assert set(shown.values()) <= {1}, "a warning was shown twice"
        assert shown.total() == expected, person.handset.name
        total += expected
    return total


def check_new_phones_are_warned(town: Town) -> int:
    """Find each published F0's days that are over on the key server; return how many days."""
    today = int(town.loop.unix_time()) // DAY_S * DAY_S
    town.hands.now = today + 3600
    town.keys.export()
    exported = town.keys.exported()
    days = 0
    for helped in town.helped[-3:]:
        entry = helped.entries[0]
        for day in range((entry.time_end - entry.time_start) // DAY_S + 1):
            assert walk_day_key(entry.daily_key, day) in exported
            days += 1
    return days


def forbidden(town: Town) -> dict[bytes, str]:
    """Return everything that nobody agreed to hand over."""
    secrets: dict[bytes, str] = {}
    given = {entry.daily_key for helped in town.helped for entry in helped.entries}
    for person in town.people:
        name = person.handset.name
        for install in person.installs:
            base = install.base_id
            for day in range(DAYS + 2):
                key = walk_day_key(base, day)
                if key in given:
                    break  # later keys follow from a given one
                secrets[key] = f"key of day {day} of {name}"
            for row in install.rows:
                if row.contact_id is not None:
                    secrets[row.contact_id] = f"somebody that {name} met"
        for digits in (person.number, person.number[1:]):
            secrets[digits.encode()] = f"number of {name}"
    secrets["Nguyễn Văn Thử".encode()] = "a name"
    secrets["12 Phố Thử Nghiệm".encode()] = "an address"
    return {form: name for secret, name in secrets.items() for form in forms_of(secret)}


def test_a_month_of_published_phones(
    lan: User,
    key_server_scene: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits.forget()

    async def main(loop: VirtualTimeLoop) -> None:
        town = Town(loop, 20200908, people=PEOPLE, staff=lan, keys=key_server_scene)
        monkeypatch.setattr(gateway_worker, "current_provider", lambda: town.firebase)
        await month(town)
        assert town.faults == []
        with no_loop():
            check_tokens(town)
            contacts, others = check_contacts(town)
            warned = check_warnings(town)
            assert check_new_phones_are_warned(town) > 0
            assert contacts > len(town.helped)
            assert others > 0
            assert warned > 0
            assert set(town.firebase.types) <= ALLOWED
            assert town.firebase.results["dead"] > 0
            answered = {status for _, status in town.network.statuses}
            assert answered <= {0, 33}, "a phone was refused that did nothing wrong"
            assert sum(person.app.silent_uploads for person in town.people) == 0
            assert found(forbidden(town), log=caplog.text) == {}
            assert not any(token in caplog.text for token in town.firebase.every_token)

    run_world(main)
