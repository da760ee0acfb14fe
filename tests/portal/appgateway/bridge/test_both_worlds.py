"""From end to end: an F0 with either app warns contacts with both.

Real: the key server, its export, the portal's bridge and rounds, the published tracers (Android
executed, iPhone modelled) and the matching of new phones. Radio is left out: phones simply
store what they hear. One process, one clock.
"""

import re
from random import Random
from typing import Any

import pytest
from tests.portal.appgateway.bridge.scene import DAY, HOUR, pushed
from tests.portal.appgateway.consent.people import Person, issue, some_case

from bluezone.phone.matching import DayKeyArrays, SightingArrays, match_day_keys
from bluezone.phone.sighting import Scheme
from bluezone.portal.appgateway.bridge import worker
from bluezone.portal.appgateway.consent import services
from bluezone.portal.appgateway.consent.services import Receipt
from bluezone.portal.appgateway.pushes.models import Push
from bluezone.protocol.bluezone.day_key import DayKey, own_id_at
from bluezone.protocol.bluezone.f0 import encode_f0_list
from bluezone.protocol.bluezone.trace import Heard
from bluezone.protocol.bluezone.trace_ios import published_contact_ios
from bluezone.protocol.bluezone.trace_list import published_contact

pytestmark = pytest.mark.django_db
NOW = 1_597_472_640
YESTERDAY = NOW - NOW % DAY - DAY
LUNCH = YESTERDAY + 5 * HOUR


def finds_out(heard_id: bytes, scene: Any) -> dict[str, bool]:
    """Return which phones, having heard `heard_id` at lunch, learn of it."""
    texts = [encode_f0_list(entries) for entries in pushed()]
    android = [Heard(heard_id, LUNCH * 1000)]
    iphone = [Heard(heard_id, LUNCH)]
    return {
        "published Android": any(published_contact(text, android) for text in texts),
        "published iPhone": any(published_contact_ios(text, iphone) for text in texts),
        "new phone": _new_phone_matches(heard_id, scene),
    }


def _new_phone_matches(heard_id: bytes, scene: Any) -> bool:
    sightings = SightingArrays.of_rows(Scheme.BLUEZONE, [(heard_id, LUNCH, -60, 0, b"")])
    keys = DayKeyArrays.of(list(scene.exported().values()))
    return len(match_day_keys(keys, sightings)) == 1


def an_hour_goes_by(scene: Any, hands: Any) -> None:
    hands.advance(HOUR)
    scene.export()
    worker.run_due(now=hands.now, rng=Random(hands.now))


def test_an_f0_with_the_published_app_warns_phones_of_both_kinds(
    key_server_scene: Any, hands: Any
) -> None:
    patient = Person(NOW)
    assert isinstance(patient.help(issue(some_case(NOW), NOW)), Receipt)

    an_hour_goes_by(key_server_scene, hands)
    an_hour_goes_by(key_server_scene, hands)

    assert set(finds_out(patient.id_at(LUNCH), key_server_scene).values()) == {True}
    somebody_else = Person(NOW, seed=6)
    assert set(finds_out(somebody_else.id_at(LUNCH), key_server_scene).values()) == {False}


def test_an_f0_with_a_new_phone_warns_phones_of_both_kinds(
    key_server_scene: Any, hands: Any
) -> None:
    keys = key_server_scene.new_phone_publishes(3)
    (yesterday,) = [key for key in keys if key.time_start == YESTERDAY]

    an_hour_goes_by(key_server_scene, hands)

    heard = own_id_at(DayKey(yesterday.key), LUNCH)
    assert set(finds_out(heard, key_server_scene).values()) == {True}


def test_an_f0_of_each_kind_is_one_round_and_nothing_is_pushed_again_for_two_weeks(
    key_server_scene: Any, hands: Any
) -> None:
    key_server_scene.new_phone_publishes(3)
    patient = Person(NOW)
    patient.help(issue(some_case(NOW), NOW))
    for _ in range(4):
        an_hour_goes_by(key_server_scene, hands)
    for _ in range(13):
        hands.advance(DAY - HOUR)
        an_hour_goes_by(key_server_scene, hands)
    assert [len(entries) for entries in pushed()] in ([4], [])


def test_whoever_takes_help_back_is_looked_for_by_nobody_new(
    key_server_scene: Any, hands: Any
) -> None:
    patient = Person(NOW)
    patient.help(issue(some_case(NOW), NOW))
    worker.run_due(now=hands.now, rng=Random(1))
    assert pushed() != []

    assert services.withdraw(_receipt_of(patient), now=hands.now)
    worker.run_due(now=hands.now, rng=Random(2))
    an_hour_goes_by(key_server_scene, hands)

    assert set(finds_out(patient.id_at(LUNCH), key_server_scene).values()) == {False}


def _receipt_of(person: Person) -> str:
    newest = Push.objects.filter(kind="urlnews", phone_id=person.phone_id).latest("pk")
    found = re.search(r"/help/([a-z2-7]{32})/", newest.data)
    assert found is not None
    return found[1]
