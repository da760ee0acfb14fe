"""Confirmed numbers in the campaign's figures: each once."""

import datetime as dt
from typing import Any

import pytest

from bluezone.portal import clock
from bluezone.portal.appgateway import worker
from bluezone.portal.appgateway.people.counting import publish_due
from bluezone.portal.appgateway.people.models import NumberCount
from bluezone.portal.campaign.figures.models import Figure
from bluezone.portal.units.models import Edition, Unit

pytestmark = pytest.mark.django_db

DAY = dt.date(2020, 8, 15)
HOUR_S = 3600


@pytest.fixture
def nation(db: None) -> None:
    Edition.objects.create(id="vn2020", country="vn", valid_from=dt.date(2020, 1, 1))
    Unit.objects.create(path="vn2020", edition_id="vn2020", level="nation", name="Việt Nam")


def figures() -> list[tuple[dt.date, int]]:
    rows = Figure.objects.standing().filter(
        unit_path="vn2020", series="users_with_phone", source="registrations"
    )
    return list(rows.order_by("day").values_list("day", "value"))


def confirm(owner: Any, *numbers: str) -> None:
    for number in numbers:
        owner.number, owner.token = number, f"token-of-the-phone-{number}"
        owner.confirmed()


def test_a_number_counts_once_on_however_many_phones(owner: Any, other: Any) -> None:
    owner.confirmed()
    owner.confirmed()
    other.confirmed()
    other.number = "+84 912 345 678"
    other.confirmed()
    assert list(NumberCount.objects.values_list("day", "count")) == [(DAY, 1)]


@pytest.mark.usefixtures("nation")
def test_the_evening_publishes_the_day_and_the_night_puts_it_right(owner: Any, hands: Any) -> None:
    confirm(owner, "0912345671", "0912345672")
    publish_due(now=clock.now())
    assert figures() == []  # 13:24
    hands.advance(5 * HOUR_S)
    assert publish_due(now=clock.now()) == 1
    confirm(owner, "0912345673")
    assert publish_due(now=clock.now()) == 0
    assert figures() == [(DAY, 2)]
    hands.advance(6 * HOUR_S)
    for _ in range(3):
        worker.run_due(now=clock.now())
    assert figures() == [(DAY, 3)]


@pytest.mark.usefixtures("nation")
def test_days_add_up_to_totals_that_never_fall(owner: Any, hands: Any) -> None:
    for number in range(4):
        confirm(owner, f"091234567{number}")
        hands.advance(24 * HOUR_S)
        publish_due(now=clock.now())
    assert [value for _, value in figures()] == [1, 2, 3, 4]
    assert Figure.objects.filter(series="users_with_phone").count() == 4


def test_without_an_edition_of_the_units_the_counts_wait(
    owner: Any, hands: Any, request: pytest.FixtureRequest
) -> None:
    confirm(owner, "0912345671")
    hands.advance(24 * HOUR_S)
    assert publish_due(now=clock.now()) == 0
    request.getfixturevalue("nation")
    assert publish_due(now=clock.now()) == 1
    assert figures() == [(DAY, 1)]
