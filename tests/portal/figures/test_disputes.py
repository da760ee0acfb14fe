"""The disputes of 2020 and 2021 about numbers, reproduced from the carried-over facts.

Source: spec/campaign.md, "What went wrong with the numbers".
"""

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from bluezone.portal.campaign.figures.errors import NotPeopleError
from bluezone.portal.campaign.figures.facts import Loaded, load_facts
from bluezone.portal.campaign.figures.models import Denominator, Figure
from bluezone.portal.campaign.figures.services import (
    Base,
    ConflictKind,
    Percentage,
    conflicts,
    current,
    denominator,
    misfits,
    percentage,
)

NOW = 1_624_118_400
JUNE = dt.date(2021, 6, 19)
AUGUST = dt.date(2020, 8, 20)
BAC_NINH, HAI_DUONG, HA_NOI, HCMC = (f"vn2020.{code}" for code in ("27", "30", "01", "79"))


@pytest.fixture
def _facts(nation: None) -> None:
    load_facts(now=NOW)


def share(path: str, series: str, base: str, day: dt.date) -> Percentage:
    size, count = denominator(path, base, day), current([path], series, day)[path]
    assert size is not None
    return percentage(count.value, series, size, base=base)


@pytest.mark.usefixtures("_facts")
def test_the_denominator_changes_the_order_on_19_june_2021() -> None:
    series = "users_with_phone"
    by_people = [share(path, series, "people", JUNE) for path in (BAC_NINH, HAI_DUONG)]
    by_phones = [share(path, series, "smartphones", JUNE) for path in (BAC_NINH, HAI_DUONG)]
    assert by_people[0].is_ahead_of(by_people[1])
    assert by_phones[1].is_ahead_of(by_phones[0])
    assert [round(one.percent, 2) for one in by_phones] == [44.35, 49.26]
    assert round(by_people[0].percent, 2) == 44.61


@pytest.mark.usefixtures("_facts")
def test_hai_duongs_published_23_4_percent_is_21_0_on_the_census() -> None:
    assert round(share(HAI_DUONG, "users", "people", AUGUST).percent, 1) == 21.0
    assert round(share(BAC_NINH, "users", "people", AUGUST).percent, 1) == 22.0
    (misfit,) = [one for one in misfits(HAI_DUONG) if one.day == AUGUST]
    assert (misfit.percent, misfit.claimed, misfit.fits) == (23.4, Base.PEOPLE, ())
    assert misfit.on_claimed == pytest.approx(21.03, abs=0.01)
    assert misfit.implied == pytest.approx(1_700_000, rel=0.001)
    figure = Figure.objects.get(unit_path=HAI_DUONG, day=AUGUST)
    assert figure.denominator == misfit.implied


@pytest.mark.usefixtures("_facts")
def test_the_other_four_published_rates_of_20_august_fit_the_census() -> None:
    for code in ("48", "01", "22", "79"):
        assert not [one for one in misfits(f"vn2020.{code}") if one.day == AUGUST]


@pytest.mark.usefixtures("_facts")
def test_downloads_are_not_people() -> None:
    downloads = current(["vn2020"], "downloads", JUNE)["vn2020"].value
    users = current(["vn2020"], "users_with_phone", JUNE)["vn2020"].value
    assert (downloads, users) == (37_900_000, 22_740_000)
    people = denominator("vn2020", "people", JUNE)
    assert people is not None
    with pytest.raises(NotPeopleError):
        percentage(downloads, "downloads", people, base="people")


@pytest.mark.usefixtures("_facts")
def test_two_cities_with_the_same_count_on_20_august_are_flagged() -> None:
    found = [one for one in conflicts("vn2020") if one.kind == ConflictKind.SAME_COUNT]
    assert len(found) == 1
    assert found[0].day == AUGUST
    assert {side.unit_path for side in found[0].statements} == {HA_NOI, HCMC}
    assert {side.value for side in found[0].statements} == {2_397_000}


@pytest.mark.usefixtures("_facts")
def test_rates_of_smartphones_of_11_august_are_flagged_because_they_fit_the_population() -> None:
    found = [one for one in misfits("vn2020") if one.day == dt.date(2020, 8, 11)]
    (misfit,) = found
    assert misfit.claimed == Base.SMARTPHONES
    assert misfit.fits == (Base.PEOPLE,)
    assert len(misfit.unit_paths) == 5
    assert misfit in [one.misfit for one in conflicts("vn2020")]


@pytest.mark.usefixtures("_facts")
def test_two_newspapers_that_differ_are_both_shown() -> None:
    day = dt.date(2020, 8, 11)
    found = conflicts("vn2020", first=day, last=day)
    (conflict,) = [one for one in found if one.kind == ConflictKind.SOURCES]
    assert sorted(side.value for side in conflict.statements) == [15_000_000, 15_700_000]


@pytest.mark.usefixtures("_facts")
def test_a_cumulative_count_that_falls_is_shown() -> None:
    found = [one for one in conflicts("vn2020") if one.kind == ConflictKind.FALLS]
    assert [(one.series, one.day) for one in found] == [("downloads", dt.date(2020, 8, 10))]


def test_loading_twice_adds_nothing(nation: None) -> None:
    first = load_facts(now=NOW)
    assert first.figures > 25
    assert first.denominators == 85
    assert load_facts(now=NOW + 5) == Loaded(0, 0, 0)


def test_a_past_evening_does_not_know_what_came_after(nation: None) -> None:
    evening = dt.date(2020, 8, 15)
    load_facts(now=NOW, until=evening)
    assert not Figure.objects.filter(day__gt=evening).exists()
    assert not Denominator.objects.filter(day__gt=evening).exists()
    assert current([HAI_DUONG], "users", evening)[HAI_DUONG].value == 310_000
    load_facts(now=NOW)
    assert Figure.objects.filter(day=JUNE).exists()


def test_the_adults_are_those_that_the_order_implies(nation: None) -> None:
    load_facts(now=NOW)
    adults = denominator("vn2020", "adults", dt.date(2020, 8, 15))
    assert adults is not None
    assert round(0.6 * adults.value, -3) == 50_000_000
    assert adults.estimated


@pytest.mark.shared
def test_the_carried_over_facts_are_those_of_the_public_tables(shared: Path, nation: None) -> None:
    load_facts(now=NOW)
    table = shared / "data" / "vn_population" / "census2019_provinces.csv"
    with table.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            people = denominator(f"vn2020.{row['province_code']}", "people", AUGUST)
            assert people is not None
            assert people.value == int(row["population_2019_04_01"])
    for table in sorted((shared / "data" / "bluezone_adoption").glob("*.csv")):
        with table.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["installs"] and row["level"] in {"nation", "province"}:
                    unit = "vn2020" if row["code"] == "VN" else f"vn2020.{row['code']}"
                    rows: Any = Figure.objects.filter(unit_path=unit, day=row["as_of_date"])
                    assert rows.filter(value=row["installs"], evidence=row["source_url"])
