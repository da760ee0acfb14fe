"""Loading any country's tree: all or nothing, the good rows, twice, with its successors."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import translation

from bluezone.portal.audit.models import Entry
from bluezone.portal.units.errors import InvalidTableError, UnitError, UnknownEditionError
from bluezone.portal.units.loading import load
from bluezone.portal.units.models import Edition, Level, Successor, Unit
from bluezone.portal.units.sources import Sources, from_files, packaged

WRONG_ROW = "commune,9,99,Xã,Không đâu,,\n"
VILLAGES = "level,code,parent,kind,name\nvillage,v01,121,Thôn,Đông\nvillage,v02,121,Thôn,Tây\n"


@pytest.fixture
def country(zed_tables: SimpleNamespace) -> SimpleNamespace:
    return zed_tables


def test_a_tree_is_loaded_with_levels_parents_and_names(zed: None) -> None:
    unit = Unit.objects.get(path="zz2020.1.12.121")

    assert (unit.level, unit.code, unit.full_name) == (Level.COMMUNE, "121", "Xã Tân Việt")
    assert (unit.parent_id, unit.edition_id) == ("zz2020.1.12", "zz2020")
    assert unit.search_name == "tan viet"
    assert unit.lineage == ("zz2020", "zz2020.1", "zz2020.1.12", "zz2020.1.12.121")
    assert Unit.objects.get(path="zz2020").full_name == "Zed"


def test_loading_twice_changes_nothing(db: None, country: SimpleNamespace) -> None:
    first = load(country.sources())
    before = list(Unit.objects.values()), list(Successor.objects.values())

    second = load(country.sources())

    assert [summary.created for summary in first] == [11, 5, 14]
    assert [(one.created, one.changed, one.missing) for one in second] == [(0, 0, 0)] * 3
    assert (list(Unit.objects.values()), list(Successor.objects.values())) == before


def test_a_changed_name_is_changed_and_a_missing_unit_stays(
    zed: None, country: SimpleNamespace
) -> None:
    old = country.OLD_UNITS.replace("Lê Lợi", "Lê Hồng").replace(
        "commune,211,21,Phường,Ngọc Xuyên,,\n", ""
    )

    (summary,) = load(country.sources(old=old, new=None, links=None))

    assert (summary.created, summary.changed, summary.missing) == (0, 1, 1)
    assert Unit.objects.get(path="zz2020.1.12.122").search_name == "le hong"
    assert Unit.objects.filter(path="zz2020.2.21.211").exists()


def test_one_wrong_row_refuses_everything(db: None, country: SimpleNamespace) -> None:
    with pytest.raises(InvalidTableError) as refused:
        load(country.sources(new=country.NEW_UNITS + "commune,9,99,Xã,Không đâu\n", links=None))

    assert "zz2025.csv" in str(refused.value)
    assert not Unit.objects.exists()
    assert not Edition.objects.exists()


def test_good_rows_are_kept_when_asked(db: None, country: SimpleNamespace) -> None:
    old = country.OLD_UNITS + WRONG_ROW

    (summary,) = load(country.sources(old=old, new=None, links=None), keep_good=True)

    assert (summary.created, len(summary.problems)) == (11, 1)
    assert summary.row()["refused"] == 1
    assert Unit.objects.count() == 11


def test_a_long_list_of_wrong_rows_is_cut_and_counted(db: None, country: SimpleNamespace) -> None:
    with pytest.raises(InvalidTableError) as refused:
        load(country.sources(old=country.OLD_UNITS + WRONG_ROW * 30, new=None, links=None))

    assert len(refused.value.problems) == 30
    assert len(str(refused.value).splitlines()) == 22


def test_villages_come_from_a_table_of_their_own(zed: None, country: SimpleNamespace) -> None:
    load(country.sources(old=VILLAGES, new=None, links=None))

    villages = Unit.objects.children("zz2020.1.12.121")
    assert [unit.full_name for unit in villages] == ["Thôn Đông", "Thôn Tây"]


def test_a_closed_village_stays_closed_when_its_table_comes_again(
    zed: None, country: SimpleNamespace
) -> None:
    load(country.sources(old=VILLAGES, new=None, links=None))
    Unit.objects.filter(code="v01").update(closed_on="2020-08-01")

    load(country.sources(old=VILLAGES.replace("Đông", "Đông A"), new=None, links=None))

    closed = Unit.objects.get(code="v01")
    assert closed.name == "Đông A"
    assert closed.closed_on is not None


def test_each_old_unit_gets_successors_recorded_or_not(zed: None) -> None:
    links = set(Successor.objects.values_list("old_id", "new_id", "basis"))

    assert ("zz2020", "zz2025", "same nation") in links
    assert ("zz2020.1.12", "zz2025.2.rest", "no successor recorded") in links
    assert ("zz2020.1.12.122", "zz2025.2.rest", "no successor recorded") in links
    old = set(Unit.objects.filter(edition="zz2020").values_list("path", flat=True))
    assert {path for path, _new, _basis in links} == old


def test_a_remainder_stands_last_and_says_what_it_is(zed: None) -> None:
    *_, last = Unit.objects.children("zz2025.2")

    assert (last.path, last.level) == ("zz2025.2.rest", Level.REMAINDER)
    with translation.override("en"):
        assert last.title == "Not assigned to a unit below"


def test_links_that_are_gone_from_the_table_go_and_are_completed_again(
    zed: None, country: SimpleNamespace
) -> None:
    links = country.LINKS.replace("commune,112,111,whole,,merged\n", "")

    load(country.sources(links=links))

    (link,) = Successor.objects.filter(old="zz2020.1.11.112")
    assert link.new_id == "zz2025.2.rest"


def test_links_without_their_editions_are_refused(db: None, country: SimpleNamespace) -> None:
    with pytest.raises(UnknownEditionError, match="load that edition first"):
        load(Sources((), country.sources().links))


def test_a_folder_is_read_by_the_names_of_its_files(
    db: None, country: SimpleNamespace, tmp_path: Path
) -> None:
    (tmp_path / "vn2020.csv").write_text(country.OLD_UNITS, encoding="utf-8")
    (tmp_path / "map_something.csv").write_text("a,b\n", encoding="utf-8")

    sources = from_files(tmp_path, None)
    load(sources)

    assert [edition.facts.id for edition in sources.editions] == ["vn2020"]
    assert sources.left_aside == ("map_something.csv",)
    assert Unit.objects.filter(edition="vn2020", level=Level.COMMUNE).count() == 5


def test_a_folder_with_nothing_of_use_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnitError, match="no table of units"):
        from_files(tmp_path, None)


def test_an_edition_that_nobody_knows_must_be_described(tmp_path: Path) -> None:
    (tmp_path / "la2020_provinces.csv").write_text("code,name\n1,A\n", encoding="utf-8")

    with pytest.raises(UnknownEditionError, match="--valid-from"):
        from_files(tmp_path, None)


def test_the_package_has_three_editions_and_no_other() -> None:
    with pytest.raises(UnknownEditionError, match="vn2025-06"):
        packaged(["vn1999"])


def test_what_was_loaded_stands_in_the_audit_and_nothing_where_nothing_changed(
    db: None, zed_tables: SimpleNamespace
) -> None:
    load(zed_tables.sources())
    ours = Entry.objects.filter(action="units.loaded", subject__contains="zz2020")
    ours |= Entry.objects.filter(action="units.loaded", subject="units zz2025")
    entries = list(ours.order_by("pk"))
    assert [one.subject for one in entries] == [
        "units zz2020",
        "units zz2025",
        "units zz2020 → zz2025",
    ]
    load(zed_tables.sources())
    assert ours.count() == 3
