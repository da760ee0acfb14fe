"""Sums from villages to the nation, and the histories that are read from them."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluezone.portal.campaign.figures.models import DailyValue, RollUp
from bluezone.portal.campaign.figures.services import (
    PARTS,
    correct,
    current,
    histories,
    history,
    roll_up,
)

TODAY = dt.date(2020, 8, 15)
HD = "vn2020.30"
CITY, CHI_LINH = f"{HD}.288", f"{HD}.290"
WARDS = [f"{CITY}.{code}" for code in ("10507", "10510", "10513")]
CHI_LINH_WARDS = [f"{CHI_LINH}.{code}" for code in ("10546", "10549")]


def day(number: int) -> dt.date:
    return dt.date(2020, 8, number)


def test_communes_sum_up_to_district_province_and_nation(report: Any) -> None:
    for count, path in enumerate([*WARDS, *CHI_LINH_WARDS], 1):
        report(path, 1000 * count)
    found = current([CITY, CHI_LINH, HD, "vn2020"], "users", TODAY)
    assert {path: row.value for path, row in found.items()} == {
        CITY: 6000,
        CHI_LINH: 9000,
        HD: 15000,
        "vn2020": 15000,
    }
    assert found[HD].source == PARTS
    assert found[HD].is_complete
    assert (found["vn2020"].counted, found["vn2020"].parts) == (1, 6)
    assert not found["vn2020"].is_complete


def test_a_missing_report_does_not_make_the_sum_fall(report: Any) -> None:
    for path in WARDS:
        report(path, 1000, day=day(10))
    report(WARDS[0], 1500, day=day(11))
    assert history(CITY, "users", until=TODAY).values.tolist() == [3000, 3500]


def test_a_late_report_moves_every_later_sum(report: Any) -> None:
    report(WARDS[0], 1000, day=day(10))
    report(WARDS[0], 3000, day=day(12))
    report(WARDS[1], 500, day=day(9))
    told = history(CITY, "users", until=TODAY)
    assert told.days.astype(str).tolist() == ["2020-08-09", "2020-08-10", "2020-08-12"]
    assert told.values.tolist() == [500, 1500, 3500]


def test_a_correction_moves_the_sums(report: Any) -> None:
    (figure,) = report(WARDS[0], 1000).accepted
    correct(figure, 700, reason="x", actor="minh", now=1)
    assert current(["vn2020"], "users", TODAY)["vn2020"].value == 700


def test_a_units_own_figure_counts_before_an_incomplete_sum(report: Any) -> None:
    report(CITY, 50_000, day=day(10))
    report(WARDS[0], 1000, day=day(12))
    assert current([CITY], "users", TODAY)[CITY].value == 50_000


def test_a_newer_complete_sum_counts_before_an_older_own_figure(report: Any) -> None:
    report(CITY, 50_000, day=day(10))
    for path in WARDS:
        report(path, 20_000, day=day(12))
    assert current([CITY], "users", day(11))[CITY].value == 50_000
    assert current([CITY], "users", TODAY)[CITY].value == 60_000
    assert current([HD], "users", TODAY)[HD].value == 60_000
    assert history(CITY, "users", until=TODAY).values.tolist() == [50_000, 60_000]


def test_a_history_never_looks_behind_the_day_it_is_asked_for(report: Any) -> None:
    report(HD, 1000, day=day(10))
    report(HD, 2000, day=day(12))
    told = history(HD, "users", until=day(11))
    assert told.values.tolist() == [1000]
    assert (told.days.dtype, told.values.dtype) == (np.dtype("datetime64[D]"), np.dtype("int64"))
    empty = history(CITY, "users", until=day(11))
    assert (empty.days.shape, empty.values.shape) == ((0,), (0,))


def test_histories_of_many_units_take_three_queries(
    report: Any, django_assert_num_queries: Any
) -> None:
    for path in WARDS:
        report(path, 1000)
    with django_assert_num_queries(3):
        told = histories([*WARDS, CITY, HD, "vn2020"], "users", until=TODAY)
    assert told["vn2020"].values.tolist() == [3000]
    with django_assert_num_queries(3):
        assert len(current([*WARDS, CITY, HD], "users", TODAY)) == 5


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(
        st.tuples(st.sampled_from([*WARDS, *CHI_LINH_WARDS, CITY]), st.integers(1, 8)),
        min_size=1,
        max_size=10,
        unique=True,
    )
)
def test_step_by_step_and_all_at_once_give_the_same_sums(
    report: Any, said: list[tuple[str, int]]
) -> None:
    DailyValue.objects.all().delete()
    RollUp.objects.all().delete()
    for place, (path, number) in enumerate(said):
        DailyValue.objects.create(
            unit_path=path,
            series="users",
            day=day(number),
            value=1000 + 17 * place,
            source="report",
            figure=1,
        )
        roll_up(day(number), changed=[path])
    columns = ("unit_path", "series", "day", "value", "counted", "parts")
    steps = list(RollUp.objects.order_by("unit_path", "series", "day").values_list(*columns))
    RollUp.objects.all().delete()
    roll_up(day(1))
    assert steps == list(
        RollUp.objects.order_by("unit_path", "series", "day").values_list(*columns)
    )


@pytest.mark.parametrize("series", ["users", "downloads"])
def test_rolling_up_twice_changes_nothing(report: Any, series: str) -> None:
    for path in WARDS:
        report(path, 1000, series=series)
    before = set(RollUp.objects.values_list("unit_path", "series", "day", "value"))
    assert roll_up(TODAY) == len(before)
    assert set(RollUp.objects.values_list("unit_path", "series", "day", "value")) == before
