"""A merger loses nothing: a new unit reads on from what it was made of."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from tests.portal.figures.conftest import CITY, HD, PHA_LAI, SAO_DO, make_unit

from bluezone.portal.campaign.figures.services import (
    current,
    denominator,
    denominators,
    histories,
    history,
    record_denominator,
)
from bluezone.portal.units.models import Edition, Successor

MERGED = dt.date(2025, 7, 1)
QN = "vn2020.22"
HP, NORTH, SOUTH = "vn2025.31", "vn2025.31.10525", "vn2025.31.10546"
DAYS = [dt.date(2020, 8, 10) + dt.timedelta(days=at) for at in range(0, 300, 30)]
NOW_DAY = dt.date(2025, 7, 10)


@pytest.fixture
def merged(country: Any) -> None:
    """Hải Dương and Quảng Ninh become one province; Phả Lại is split, Sao Đỏ goes whole."""
    Edition.objects.filter(pk="vn2020").update(valid_to=MERGED)
    Edition.objects.create(id="vn2025", country="vn", name="2025", valid_from=MERGED)
    for path, name in {
        "vn2025": "Việt Nam",
        HP: "Thành phố Hải Phòng",
        NORTH: "Phường Bắc",
        SOUTH: "Phường Nam",
    }.items():
        make_unit(path, name, "vn2025")
    whole = {"vn2020": "vn2025", HD: HP, QN: HP, SAO_DO: SOUTH}
    for old, new in whole.items():
        Successor.objects.create(old_id=old, new_id=new, kind="whole")
    Successor.objects.create(old_id=PHA_LAI, new_id=NORTH, kind="part", share="0.3")
    Successor.objects.create(old_id=PHA_LAI, new_id=SOUTH, kind="default")


def test_the_history_of_a_merged_province_is_the_sum_of_its_parts_day_by_day(
    merged: None, report: Any
) -> None:
    for at, day in enumerate(DAYS):
        report(HD if at % 2 else QN, 1000 * (at + 1), day=day, today=DAYS[-1])

    found = history(HP, "users", until=NOW_DAY)

    assert found.days.tolist() == DAYS
    assert found.values.tolist() == [
        1000 * (at + 1) + (1000 * at if at else 0) for at in range(len(DAYS))
    ]
    before = [histories([HD, QN], "users", until=day) for day in DAYS]
    sums = [sum(int(one.values[-1]) for one in both.values() if one.values.size) for both in before]
    assert found.values.tolist() == sums


def test_nothing_is_lost_where_a_commune_was_split(merged: None, report: Any) -> None:
    for at, day in enumerate(DAYS):
        report(PHA_LAI, 101 * (at + 1), day=day, today=DAYS[-1])
        report(SAO_DO, 7 * (at + 1), day=day, today=DAYS[-1])

    found = histories([NORTH, SOUTH], "users", until=NOW_DAY)

    totals = found[NORTH].values + found[SOUTH].values
    assert totals.tolist() == [108 * (at + 1) for at in range(len(DAYS))]
    assert np.abs(found[NORTH].values - 30.3 * np.arange(1, len(DAYS) + 1)).max() < 1


def test_the_carried_value_stands_until_the_new_unit_knows_better(
    merged: None, report: Any
) -> None:
    report(HD, 300, day=DAYS[0])
    report(QN, 200, day=DAYS[0])
    first = current([HP], "users", NOW_DAY)[HP]
    assert (first.value, first.day, first.figure, first.is_complete) == (500, DAYS[0], None, True)

    report(SOUTH, 40, day=dt.date(2025, 7, 3), today=NOW_DAY)  # one commune is not the province
    assert current([HP], "users", NOW_DAY)[HP].value == 500

    report(HP, 620, day=dt.date(2025, 7, 5), today=NOW_DAY)
    assert current([HP], "users", NOW_DAY)[HP].value == 620
    assert history(HP, "users", until=NOW_DAY).values.tolist()[-1] == 620


def test_nothing_after_the_day_is_seen(merged: None, report: Any) -> None:
    report(HD, 300, day=DAYS[0], today=DAYS[-1])
    report(HD, 900, day=DAYS[5], today=DAYS[-1])

    assert current([HP], "users", DAYS[2])[HP].value == 300
    assert history(HP, "users", until=DAYS[2]).values.tolist() == [300]


def test_denominators_are_added_up_where_all_parts_have_one(merged: None, country: Any) -> None:
    def know(path: str, value: int) -> None:
        record_denominator(path, "people", value, day=DAYS[0], source="census", actor="binh", now=1)

    know(HD, 1_892_254)
    assert denominator(HP, "people", NOW_DAY) is None

    know(QN, 1_320_324)
    know(PHA_LAI, 10)
    found = denominators([HP, NORTH], "people", NOW_DAY)

    assert (found[HP].value, found[HP].estimated) == (3_212_578, False)
    assert (found[NORTH].value, found[NORTH].estimated) == (3, True)
    assert "census" in found[HP].source


def test_a_first_edition_costs_one_question_more(
    country: Any, report: Any, django_assert_num_queries: Any
) -> None:
    report(HD, 300)
    with django_assert_num_queries(3):
        histories([HD, CITY], "users", until=NOW_DAY)
    with django_assert_num_queries(2):
        current([HD], "users", NOW_DAY)  # it has a value of its own
