"""Figures of agencies and their sums: the right base, the right day, nothing by subtraction."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.portal.campaign.agencies import pages
from bluezone.portal.campaign.agencies.errors import AgencyError
from bluezone.portal.campaign.agencies.models import Agency, AgencySize, Report
from bluezone.portal.campaign.agencies.progress import AgencyFigure, Progress, View, summary
from bluezone.portal.campaign.agencies.services import (
    AgencyRequest,
    ReportRequest,
    add_report,
    change_agency,
    create_agency,
    figures_of,
    progress,
    size_of,
)
from bluezone.portal.units.models import Unit

NOW = 1_597_472_640
DAY = dt.date(2020, 8, 15)


def reporting(unit: Unit, name: str, size: tuple[int, int]) -> Agency:
    request = AgencyRequest(name, "agency", "report", *size)
    return create_agency(request, unit, "system", now=NOW, from_day=dt.date(2020, 8, 1))


def report(agency: Agency, installed: int, relatives: int = 0, day: dt.date = DAY) -> Report:
    return add_report(agency, ReportRequest(day, installed, relatives), "hung", now=NOW)


def figure(installed: int | None, smartphones: int, relatives: int | None = 0) -> AgencyFigure:
    return AgencyFigure(Agency(name="x"), smartphones, smartphones, installed, relatives)


def test_a_unit_sums_its_own_agencies_and_those_below(
    province: Unit, district: Unit, neighbour: Unit
) -> None:
    report(reporting(province, "Sở Y tế", (52, 40)), 34, 20)
    report(reporting(district, "Phòng Y tế", (30, 25)), 25)
    reporting(district, "Hội Phụ nữ", (12, 11))
    report(reporting(neighbour, "Sở Y tế", (10, 10)), 10)
    assert progress(province, DAY) == Progress(59, 76, 20, 2, 3)
    assert progress("vn2020.30.288", DAY) == Progress(25, 36, 0, 1, 2)
    assert progress(province, DAY).share == 59 / 76


def test_a_unit_without_agencies_has_no_share(province: Unit) -> None:
    assert progress(province, DAY) == Progress(0, 0, 0, 0, 0)
    assert progress(province, DAY).share is None


def test_a_past_day_does_not_know_what_came_after(province: Unit) -> None:
    agency = reporting(province, "Sở Y tế", (52, 40))
    report(agency, 10, day=dt.date(2020, 8, 10))
    report(agency, 34)
    change_agency(agency, AgencyRequest("Sở Y tế", "agency", "report", 60, 50), "x", now=NOW)
    assert progress(province, dt.date(2020, 8, 9)) == Progress(0, 40, 0, 0, 1)
    assert progress(province, dt.date(2020, 8, 12)) == Progress(10, 40, 0, 1, 1)
    assert progress(province, DAY) == Progress(34, 50, 0, 1, 1)
    assert progress(province, dt.date(2020, 7, 31)).agencies == 0


def test_a_correction_is_a_new_row_and_counts(province: Unit) -> None:
    agency = reporting(province, "Sở Y tế", (52, 40))
    first, second = report(agency, 38, 5), report(agency, 34, 6)
    assert second.corrects == first
    assert Report.objects.count() == 2
    assert progress(province, DAY).installed == 34
    assert progress(province, DAY).relatives == 6


@pytest.mark.parametrize(
    ("day", "installed"), [(dt.date(2020, 8, 16), 1), (DAY, 41)], ids=["tomorrow", "above the base"]
)
def test_an_impossible_report_is_refused(province: Unit, day: dt.date, installed: int) -> None:
    agency = reporting(province, "Sở Y tế", (52, 40))
    with pytest.raises(AgencyError):
        report(agency, installed, day=day)
    assert not Report.objects.exists()


@pytest.mark.parametrize(("staff", "smartphones"), [(0, 0), (5, 6), (1_000_001, 1)])
def test_an_impossible_size_is_refused(province: Unit, staff: int, smartphones: int) -> None:
    with pytest.raises(AgencyError):
        reporting(province, "Sở Y tế", (staff, smartphones))
    assert not Agency.objects.exists()


@pytest.mark.parametrize(("staff", "smartphones"), [(52, 53), (0, 0)])
def test_the_database_refuses_an_impossible_size(
    province: Unit, staff: int, smartphones: int
) -> None:
    agency = reporting(province, "Sở Y tế", (52, 40))
    row = AgencySize.objects.get(agency=agency)
    row.pk, row.staff, row.smartphones = None, staff, smartphones
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("kind", [AgencySize, Report])
def test_the_database_refuses_to_change_what_was_said(province: Unit, kind: Any) -> None:
    report(reporting(province, "Sở Y tế", (52, 40)), 34)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        kind.objects.update(unit_path="x")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        kind.objects.all().delete()


def test_a_name_is_used_once_in_a_unit(province: Unit, district: Unit) -> None:
    reporting(province, "Sở Y tế", (52, 40))
    reporting(district, "Sở Y tế", (52, 40))
    with pytest.raises(AgencyError):
        reporting(province, "Sở Y tế", (52, 40))


def test_a_size_cannot_fall_below_what_was_reported(province: Unit) -> None:
    agency = reporting(province, "Sở Y tế", (52, 40))
    report(agency, 34)
    smaller = AgencyRequest("Sở Y tế", "agency", "report", 33, 33)
    with pytest.raises(AgencyError):
        change_agency(agency, smaller, "x", now=NOW)
    assert size_of(agency).smartphones == 40
    assert size_of(agency, dt.date(2020, 7, 1)).smartphones == 40


@pytest.mark.parametrize(
    ("installed", "smartphones", "shown"),
    [
        (34, 40, "34 trên 40"),
        (40, 40, "40 trên 40"),
        (10, 40, "10 trên 40"),
        (9, 40, "< 10 trên 40"),
        (0, 40, "< 10 trên 40"),
        (2, 3, "chưa đủ 3"),
        (0, 3, "chưa đủ 3"),
        (3, 3, "3 trên 3"),
        (None, 3, "–"),
    ],
)
def test_small_counts_are_not_shown(installed: int | None, smartphones: int, shown: str) -> None:
    with translation.override("vi"):
        row = pages.show(figure(installed, smartphones, relatives=4))
    assert row.count == shown
    assert row.relatives == "< 10"
    assert bool(row.percent) == (installed is not None and "<" not in shown and "đủ" not in shown)


def test_one_hidden_figure_is_left_out_of_the_sum() -> None:
    figures = [figure(34, 40), figure(2, 3)]
    assert summary(figures) == Progress(36, 43, 0, 2, 2, hidden=1)
    assert summary(figures, shown=True) == Progress(34, 40, 0, 2, 2, hidden=1, withheld=1)
    three = [*figures, figure(1, 5)]
    assert summary(three, shown=True) == Progress(37, 48, 0, 3, 3, hidden=2)


FIGURES = st.lists(
    st.integers(1, 40).flatmap(
        lambda size: st.tuples(st.none() | st.integers(0, size), st.just(size))
    ),
    max_size=8,
)


@settings(max_examples=200)
@given(rows=FIGURES)
def test_no_hidden_figure_follows_from_what_is_shown(rows: list[tuple[int | None, int]]) -> None:
    figures = [figure(installed, size) for installed, size in rows]
    total = summary(figures, shown=True)
    seen = sum(one.installed or 0 for one in figures if one.view is not View.FEW)
    hidden = [one for one in figures if one.view is View.FEW]
    assert len(hidden) != 1 or total.installed == seen
    assert total.reporting == sum(installed is not None for installed, _size in rows)


def test_any_number_of_agencies_takes_the_same_queries(province: Unit) -> None:
    counts = []
    for number in (1, 30):
        for index in range(number):
            report(reporting(province, f"Cơ quan {number}-{index}", (30, 25)), 20)
        with CaptureQueriesContext(connection) as queries:
            progress(province, DAY)
        counts.append(len(queries))
    assert counts == [4, 4]


def test_figures_come_in_the_order_asked_for(province: Unit) -> None:
    agencies = [reporting(province, name, (12, 11)) for name in "CAB"]
    assert [found.agency for found in figures_of(agencies, DAY)] == agencies


def test_a_report_of_a_voucher_agency_does_not_count(agency: Agency, slips: Any) -> None:
    report(agency, 34)
    assert figures_of([agency], DAY)[0].installed is None
