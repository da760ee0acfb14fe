"""Villages over a merger: they go on where their whole commune went, and nowhere else."""

import datetime as dt

import pytest

from bluezone.portal.audit.models import Entry
from bluezone.portal.units.loading import load
from bluezone.portal.units.models import Successor, Unit
from bluezone.portal.units.services import add_village, carry_forward, close_village
from bluezone.portal.units.village_carrying import carry_villages, village_plans

WHOLE, SPLIT, GONE = "zz2020.1.11.112", "zz2020.1.12.121", "zz2020.1.12.122"


def village(commune: str, name: str) -> Unit:
    return add_village(Unit.objects.get(path=commune), name, kind="Thôn", actor="binh")


@pytest.mark.usefixtures("zed")
def test_a_village_goes_on_in_the_commune_that_took_all_of_its_own() -> None:
    old = village(WHOLE, "Đông")
    [made] = carry_villages(village_plans("zz2020", "zz2025"), actor="binh")
    assert (made.path, made.full_name) == ("zz2025.2.111.v01", "Thôn Đông")
    assert Successor.objects.get(old=old).new == made
    assert Entry.objects.filter(action="village.added", subject=f"unit {made.path}").exists()


@pytest.mark.usefixtures("zed")
def test_the_villages_of_a_split_or_lost_commune_are_for_people_to_place() -> None:
    village(SPLIT, "Đông")
    village(GONE, "Tây")
    plans = village_plans("zz2020", "zz2025")
    assert [plan.commune_path for plan in plans] == [None, None]
    assert carry_villages(plans, actor="binh") == []


@pytest.mark.usefixtures("zed")
def test_carrying_again_makes_no_village_twice_and_leaves_closed_ones() -> None:
    village(WHOLE, "Đông")
    close_village(village(WHOLE, "Tây"), day=dt.date(2024, 1, 1), actor="binh")
    carry_villages(village_plans("zz2020", "zz2025"), actor="binh")
    assert village_plans("zz2020", "zz2025") == []
    assert Unit.objects.filter(edition="zz2025", level="village").count() == 1


@pytest.mark.usefixtures("zed")
def test_two_villages_of_one_name_keep_apart_in_the_merged_commune() -> None:
    village(WHOLE, "Đông")
    there = village("zz2025.2.111", "Đông")
    [made] = carry_villages(village_plans("zz2020", "zz2025"), actor="binh")
    assert made.full_name == "Thôn Đông (Phường 1)"
    assert made.full_name != there.full_name


def test_figures_of_a_village_go_with_it_and_the_links_outlive_the_next_load(
    zed: None, zed_tables: object
) -> None:
    old = village(WHOLE, "Đông")
    [made] = carry_villages(village_plans("zz2020", "zz2025"), actor="binh")
    load(zed_tables.sources())  # type: ignore[attr-defined]
    assert carry_forward({old.path: 34}, "zz2020", "zz2025") == {made.path: 34}
