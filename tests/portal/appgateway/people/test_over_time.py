"""What is forgotten of people, and when."""

from typing import Any

import pytest

from bluezone.portal import clock
from bluezone.portal.appgateway import retention, worker
from bluezone.portal.appgateway.people.declaring import Warned, declare
from bluezone.portal.appgateway.people.forgetting import CODE_KEPT_S
from bluezone.portal.appgateway.people.informing import information_of
from bluezone.portal.appgateway.people.models import (
    ConfirmedNumber,
    Declaration,
    Information,
    OneTimeCode,
)
from bluezone.portal.appgateway.people.one_time_codes import LIFE_S
from bluezone.portal.appgateway.people.sealing import Person

pytestmark = pytest.mark.django_db

DAY_S = 86_400
E164 = "+84912345678"


def there(hands: Any, table: Any, seconds: int) -> bool:
    """Go on and tell whether the worker left anything."""
    hands.advance(seconds)
    worker.run_due(now=clock.now())
    return bool(table.objects.exists())


def test_codes_go_a_day_after_their_end(owner: Any, hands: Any) -> None:
    owner.ask()
    assert there(hands, OneTimeCode, LIFE_S + CODE_KEPT_S)
    assert not there(hands, OneTimeCode, 1)


def test_name_and_address_go_after_ninety_days_and_are_not_shown_from_then_on(
    owner: Any, hands: Any
) -> None:
    owner.confirmed()
    owner.declare()
    assert there(hands, Information, 90 * DAY_S - 1)
    hands.advance(1)
    assert information_of(E164, now=clock.now()) is None
    assert not there(hands, Information, 0)
    assert ConfirmedNumber.objects.exists()


def test_saying_it_again_begins_the_ninety_days_anew(owner: Any, hands: Any) -> None:
    owner.confirmed()
    owner.declare()
    hands.advance(80 * DAY_S)
    owner.declare()
    assert there(hands, Information, 89 * DAY_S)


def test_a_number_goes_a_year_after_it_was_confirmed_last(owner: Any, hands: Any) -> None:
    owner.confirmed()
    hands.advance(300 * DAY_S)
    owner.confirmed()
    assert there(hands, ConfirmedNumber, 365 * DAY_S - clock.now() % DAY_S)
    assert not there(hands, ConfirmedNumber, 1)


def test_a_declaration_goes_after_three_weeks_in_whatever_state(rng: Any, hands: Any) -> None:
    declare(Warned(1, 1), Person("A", "B", E164), now=clock.now(), rng=rng)
    Declaration.objects.update(state="called")
    assert there(hands, Declaration, 21 * DAY_S - 1)
    assert not there(hands, Declaration, 1)


def test_the_settings_decide(owner: Any, hands: Any, settings: Any) -> None:
    settings.BLUEZONE_GATEWAY_INFORMATION_S = DAY_S
    settings.BLUEZONE_GATEWAY_NUMBER_S = 2 * DAY_S
    owner.confirmed()
    owner.declare()
    assert not there(hands, Information, DAY_S)
    assert not there(hands, ConfirmedNumber, 3 * DAY_S)


def test_forgetting_may_be_done_twice() -> None:
    for _ in range(2):
        retention.purge(now=clock.now())
