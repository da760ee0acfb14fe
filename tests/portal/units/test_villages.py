"""Villages and residential groups: added, renamed, closed, never deleted."""

import datetime as dt

import pytest

from bluezone.portal.audit.models import Entry
from bluezone.portal.units.errors import UnitError, UnknownEditionError
from bluezone.portal.units.models import Unit
from bluezone.portal.units.services import add_village, close_village, edition_on, rename_village

DAY = dt.date(2020, 8, 15)


@pytest.fixture
def village(commune: Unit) -> Unit:
    return add_village(commune, "Đông", kind="Thôn", actor="binh")


def test_a_village_gets_the_next_code_below_its_commune(commune: Unit, village: Unit) -> None:
    second = add_village(commune, " Tây ", kind="Thôn", actor="binh")

    assert (village.path, second.path) == ("zz2020.1.12.121.v01", "zz2020.1.12.121.v02")
    assert second.full_name == "Thôn Tây"
    assert Unit.objects.search("thon tay").get() == second


def test_a_kind_that_the_name_has_already_is_not_doubled(commune: Unit) -> None:
    assert add_village(commune, "Thôn 5", kind="Thôn", actor="binh").full_name == "Thôn 5"


@pytest.mark.parametrize("name", ["", "  ", "–", "x" * 121, "a\u200bb"])
def test_a_name_must_be_a_name(commune: Unit, name: str) -> None:
    with pytest.raises(UnitError):
        add_village(commune, name, kind="", actor="binh")


def test_two_open_villages_of_a_commune_have_two_names(commune: Unit, village: Unit) -> None:
    with pytest.raises(UnitError):
        add_village(commune, "Đông", kind="Thôn", actor="binh")


def test_a_village_belongs_to_a_commune(zed: None) -> None:
    with pytest.raises(UnitError):
        add_village(Unit.objects.get(path="zz2020.1"), "Đông", kind="Thôn", actor="binh")


def test_a_renamed_village_keeps_its_path_and_the_audit_its_old_name(village: Unit) -> None:
    rename_village(village, "Đoài", kind="Thôn", actor="binh")

    assert Unit.objects.get(path=village.path).full_name == "Thôn Đoài"
    entry = Entry.objects.get(action="village.renamed")
    assert entry.subject == f"unit {village.path}"
    assert "Thôn Đông" in entry.detail


def test_the_same_name_again_is_no_change(village: Unit) -> None:
    rename_village(village, "Đông", kind="Thôn", actor="binh")

    assert not Entry.objects.filter(action="village.renamed").exists()


def test_only_villages_are_renamed_or_closed(commune: Unit) -> None:
    with pytest.raises(UnitError):
        rename_village(commune, "Khác", kind="Xã", actor="binh")
    with pytest.raises(UnitError):
        close_village(commune, day=DAY, actor="binh")


def test_a_closed_village_is_kept_but_neither_listed_nor_found(
    commune: Unit, village: Unit
) -> None:
    close_village(village, day=DAY, actor="binh")

    assert Unit.objects.get(path=village.path).closed_on == DAY
    assert not Unit.objects.children(commune).exists()
    assert not Unit.objects.search("thon dong").exists()
    assert village in Unit.objects.below(commune)


def test_a_village_is_closed_once(village: Unit) -> None:
    stale = Unit.objects.get(path=village.path)
    close_village(village, day=DAY, actor="binh")

    for again in (village, stale):
        with pytest.raises(UnitError):
            close_village(again, day=DAY, actor="minh")
    assert Entry.objects.filter(action="village.closed").count() == 1


def test_the_name_and_code_of_a_closed_village(commune: Unit, village: Unit) -> None:
    close_village(village, day=DAY, actor="binh")

    again = add_village(commune, "Đông", kind="Thôn", actor="binh")

    assert again.code == "v02"


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        (dt.date(2019, 1, 1), "zz2020"),
        (dt.date(2025, 6, 30), "zz2020"),
        (dt.date(2025, 7, 1), "zz2025"),
    ],
)
def test_a_day_has_its_edition(zed: None, day: dt.date, edition: str) -> None:
    assert edition_on(day, country="zz").id == edition


def test_a_country_that_is_not_loaded_has_no_edition(zed: None) -> None:
    with pytest.raises(UnknownEditionError, match="bluezone units load"):
        edition_on(DAY, country="la")
