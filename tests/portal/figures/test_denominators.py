"""Every percentage names its base; bases never mix; old denominators stay."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bluezone.portal.campaign.figures.errors import (
    FigureError,
    MixedBaseError,
    NotPeopleError,
)
from bluezone.portal.campaign.figures.models import Denominator
from bluezone.portal.campaign.figures.services import (
    denominator,
    denominators,
    percentage,
    record_denominator,
)

HD, BN = "vn2020.30", "vn2020.27"
TODAY = dt.date(2020, 8, 15)


def know(path: str, base: str, value: int, day: dt.date = TODAY) -> None:
    record_denominator(path, base, value, day=day, source="nguồn", actor="binh", now=1)


def test_the_newest_denominator_not_after_the_day_is_taken(country: Any) -> None:
    know(HD, "smartphones", 1_293_467, dt.date(2020, 9, 1))
    know(HD, "smartphones", 1_400_000, dt.date(2020, 8, 6))
    found = denominator(HD, "smartphones", TODAY)
    assert found is not None
    assert (found.value, found.day, found.source) == (1_400_000, dt.date(2020, 8, 6), "nguồn")
    later = denominator(HD, "smartphones", dt.date(2021, 1, 1))
    assert later is not None
    assert later.value == 1_293_467


def test_before_the_first_one_the_first_stands_in_with_its_own_day(country: Any) -> None:
    know(HD, "smartphones", 1_398_498, dt.date(2021, 6, 19))
    found = denominator(HD, "smartphones", TODAY)
    assert found is not None
    assert found.day == dt.date(2021, 6, 19)


def test_a_new_denominator_of_the_same_day_replaces_without_erasing(country: Any) -> None:
    know(HD, "people", 1_700_000)
    know(HD, "people", 1_892_254)
    found = denominator(HD, "people", TODAY)
    assert found is not None
    assert found.value == 1_892_254
    assert Denominator.objects.count() == 2


def test_a_percentage_refuses_a_denominator_of_another_base(country: Any) -> None:
    know(HD, "people", 1_892_254)
    people = denominator(HD, "people", TODAY)
    assert people is not None
    with pytest.raises(MixedBaseError):
        percentage(398_000, "users", people, base="smartphones")
    share = percentage(398_000, "users", people, base="people")
    assert share.base == "people"
    assert round(share.percent, 1) == 21.0


def test_percentages_of_different_bases_cannot_be_compared(country: Any) -> None:
    know(HD, "smartphones", 1_398_498)
    know(BN, "people", 1_368_840)
    phones, people = denominator(HD, "smartphones", TODAY), denominator(BN, "people", TODAY)
    assert phones is not None
    assert people is not None
    one = percentage(688_900, "users_with_phone", phones, base="smartphones")
    other = percentage(610_578, "users_with_phone", people, base="people")
    with pytest.raises(MixedBaseError):
        one.is_ahead_of(other)
    with pytest.raises(MixedBaseError):
        one.is_ahead_of(percentage(1, "active_phones", phones, base="smartphones"))


def test_downloads_have_no_percentage_because_they_are_not_people(country: Any) -> None:
    know("vn2020", "people", 96_208_984)
    people = denominator("vn2020", "people", TODAY)
    assert people is not None
    with pytest.raises(NotPeopleError):
        percentage(37_900_000, "downloads", people, base="people")


def test_an_estimate_takes_the_share_of_the_unit_above_and_says_so(country: Any) -> None:
    know("vn2020", "people", 96_208_984)
    know("vn2020", "adults", 83_333_333)
    know(HD, "people", 1_892_254)
    assert denominator(HD, "adults", TODAY) is None
    found = denominator(HD, "adults", TODAY, estimate=True)
    assert found is not None
    assert found.estimated
    assert found.value == round(1_892_254 * 83_333_333 / 96_208_984)
    assert "Việt Nam" in found.source
    assert "vn2020" not in found.source


def test_many_denominators_take_one_query_and_one_for_mergers(
    country: Any, django_assert_num_queries: Any
) -> None:
    for path in (HD, BN, "vn2020"):
        know(path, "people", 1000)
    with django_assert_num_queries(1):
        assert len(denominators([HD, BN, "vn2020"], "people", TODAY)) == 3
    with django_assert_num_queries(2):
        assert len(denominators([HD, BN, "vn2020", "vn2020.01"], "people", TODAY)) == 3


def test_nothing_is_divided_by_nothing(country: Any) -> None:
    with pytest.raises(FigureError):
        know(HD, "people", 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Denominator.objects.create(
            unit_path=HD,
            base="people",
            value=0,
            day=TODAY,
            source="s",
            recorded_by="x",
            recorded_at=1,
        )
