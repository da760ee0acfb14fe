"""The packaged tables of Vietnam: counts, integrity, search, and the mergers of 2025.

The three editions are loaded once for this module and removed after it.
"""

import csv
import random
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluezone.portal.units.carrying import carry_forward
from bluezone.portal.units.loading import load
from bluezone.portal.units.models import Edition, Level, Successor, Unit
from bluezone.portal.units.paths import edition_of, is_under, parent_of
from bluezone.portal.units.sources import packaged, packaged_facts
from bluezone.portal.units.tiles import map_of

EDITIONS = ("vn2020", "vn2025-06", "vn2025")


@pytest.fixture(scope="module", autouse=True)
def vietnam(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        load(packaged(list(packaged_facts())))
        yield
        for rows in (Successor.objects.all(), Unit.objects.all(), Edition.objects.all()):
            rows._raw_delete(rows.db)


@pytest.fixture
def census(db: None) -> dict[str, tuple[str, ...]]:
    return {
        edition: tuple(Unit.objects.at_level(edition, Level.COMMUNE).values_list("path", flat=True))
        for edition in EDITIONS
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("edition", "level", "count"),
    [
        ("vn2020", Level.PROVINCE, 63),
        ("vn2020", Level.DISTRICT, 707),
        ("vn2020", Level.COMMUNE, 10_613),
        ("vn2025-06", Level.PROVINCE, 63),
        ("vn2025-06", Level.DISTRICT, 696),
        ("vn2025-06", Level.COMMUNE, 10_035),
        ("vn2025", Level.PROVINCE, 34),
        ("vn2025", Level.DISTRICT, 0),
        ("vn2025", Level.COMMUNE, 3_321),
    ],
)
def test_an_edition_has_as_many_units_as_the_law_says(edition: str, level: str, count: int) -> None:
    assert Unit.objects.at_level(edition, level).count() == count


def test_every_unit_hangs_on_the_tree_by_its_path(db: None) -> None:
    units = list(Unit.objects.values_list("path", "parent", "edition", "code", "level"))

    paths = {path for path, *_ in units}
    for path, parent, edition, code, level in units:
        assert parent == parent_of(path)
        assert parent is None or parent in paths
        assert edition_of(path) == edition
        assert level == Level.NATION or path.endswith(f".{code}")


def test_names_are_composed_and_have_their_kind(db: None) -> None:
    units = Unit.objects.exclude(level__in=[Level.NATION, Level.REMAINDER])
    names = list(units.values_list("full_name", "name", "kind", "search_name"))

    assert all(unicodedata.is_normalized("NFC", full) for full, *_ in names)
    assert all(full.startswith(f"{kind} ") for full, _name, kind, _search in names)
    assert all(search.isascii() and search == search.lower() for *_, search in names)
    assert {kind for _full, _name, kind, _search in names} == {
        "Tỉnh",
        "Thành phố",
        "Quận",
        "Huyện",
        "Thị xã",
        "Phường",
        "Xã",
        "Thị trấn",
        "Đặc khu",
    }


def test_hai_duong_has_the_districts_and_communes_of_the_order(db: None) -> None:
    levels = Counter(Unit.objects.below("vn2020.30").values_list("level", flat=True))

    assert levels == {Level.PROVINCE: 1, Level.DISTRICT: 12, Level.COMMUNE: 235}


def test_the_tables_are_those_of_the_public_lists(db: None, shared: Path) -> None:
    def rows(name: str) -> list[dict[str, str]]:
        with (shared / "data" / "vn_admin" / name).open(encoding="utf-8") as stream:
            return list(csv.DictReader(stream))

    ours = dict(Unit.objects.filter(edition="vn2020").values_list("path", "full_name"))
    districts = {row["code"]: row["province_code"] for row in rows("vn2020_districts.csv")}
    theirs = {
        f"vn2020.{row['province_code']}.{row['district_code']}.{row['code']}": row["name_full"]
        for row in rows("vn2020_communes.csv")
    }
    assert all(districts[path.split(".")[2]] == path.split(".")[1] for path in theirs)
    assert theirs.items() <= ours.items()

    new = {f"vn2025.{row['province_code']}.{row['code']}" for row in rows("vn2025_communes.csv")}
    communes = Unit.objects.at_level("vn2025", Level.COMMUNE).values_list("path", flat=True)
    assert set(communes) == new

    links = Successor.objects.filter(old__edition="vn2025-06", old__level=Level.COMMUNE)
    pairs = set(links.values_list("old__code", "new__code"))
    recorded = {
        (row["old_code"], row["new_code"])
        for row in rows("map_2025-06_commune_to_2025-07_commune.csv")
        if row["old_code"]
    }
    assert pairs == recorded


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("hai duong", ["Tỉnh Hải Dương", "Thành phố Hải Dương"]),
        ("HAI DUONG", ["Tỉnh Hải Dương", "Thành phố Hải Dương"]),
        (unicodedata.normalize("NFD", "Hải Dương"), ["Tỉnh Hải Dương", "Thành phố Hải Dương"]),
        ("hd?", ["Tỉnh Hải Dương"]),
        ("hai d", ["Tỉnh Hải Dương", "Thành phố Hải Dương"]),
        ("tinh hai duong", ["Tỉnh Hải Dương"]),
        ("thành phố hải dương", ["Thành phố Hải Dương"]),
        ("tp. Hải Dương", ["Thành phố Hải Dương"]),
        ("huyện chí linh", ["Thành phố Chí Linh"]),
        ("da nang", ["Thành phố Đà Nẵng"]),
        ("đà nẵng", ["Thành phố Đà Nẵng"]),
        ("tphcm", ["Thành phố Hồ Chí Minh"]),
        ("q1", ["Quận 1"]),
        ("quan 1", ["Quận 1"]),
        ("quan ba", ["Huyện Quản Bạ"]),
        ("ba ria vung tau", ["Tỉnh Bà Rịa - Vũng Tàu"]),
        ("ninh giang hai duong", ["Huyện Ninh Giang"]),
        ("tan viet thanh ha", ["Xã Tân Việt"]),
        ("dak rlap", ["Huyện Đắk R'Lấp"]),
        ("Hanoi", ["Thành phố Hà Nội"]),
        ("haiduong", ["Tỉnh Hải Dương", "Thành phố Hải Dương"]),
        ("Cao Bằng province", ["Tỉnh Cao Bằng"]),
        ("Ho Chi Minh City", ["Thành phố Hồ Chí Minh"]),
        ("tp hcm", ["Thành phố Hồ Chí Minh"]),
        ("Đ", ["Thành phố Đà Nẵng"]),
        ("xã Tân Việt, huyện Thanh Hà, tỉnh Hải Dương", ["Xã Tân Việt"]),
        ("10507", ["Phường Cẩm Thượng"]),
        ("30", ["Tỉnh Hải Dương"]),
        ("01", ["Thành phố Hà Nội"]),
    ],
)
def test_a_search_finds_first_what_was_meant(db: None, typed: str, best: list[str]) -> None:
    found = Unit.objects.search(typed, "vn2020", limit=5)

    assert [unit.full_name for unit in found][: len(best)] == best


def test_diacritics_that_were_typed_count_first(db: None) -> None:
    found = Unit.objects.search("Hải Đường", "vn2020", limit=1)

    assert [unit.full_name for unit in found] == ["Xã Hải Đường"]


@pytest.mark.parametrize("typed", ["", "  ", "?!", "%", "_", "qqqq zzzz"])
def test_a_search_for_nothing_finds_nothing(db: None, typed: str) -> None:
    assert not list(Unit.objects.search(typed, "vn2020"))


def test_a_search_stays_below_a_unit_and_within_its_limit(db: None) -> None:
    found = list(Unit.objects.search("xa", under="vn2020.30", limit=7))

    assert len(found) == 7
    assert all(is_under(unit.path, "vn2020.30") for unit in found)


def test_a_search_is_one_query(db: None, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        list(Unit.objects.search("tan viet hai duong", "vn2020"))


def test_provinces_stand_on_their_tiles(db: None) -> None:
    for edition in EDITIONS:
        drawn = map_of(edition)
        assert drawn is not None
        tiles = {
            unit.code: (unit.tile_x, unit.tile_y)
            for unit in Unit.objects.at_level(edition, Level.PROVINCE)
        }
        assert tiles == {code: (tile.x, tile.y) for code, tile in drawn.provinces.items()}


def test_tiles_lie_as_the_provinces_do(db: None) -> None:
    for edition in EDITIONS:
        provinces = list(Unit.objects.at_level(edition, Level.PROVINCE))
        for one in provinces:
            for other in provinces:
                if one.lat - other.lat > 1.5:
                    assert one.tile_y < other.tile_y, (one, other)
                if one.lon - other.lon > 2.0 and abs(one.lat - other.lat) < 1:
                    assert one.tile_x > other.tile_x, (one, other)


def test_all_but_571_communes_of_2020_have_a_recorded_successor(db: None) -> None:
    links = Successor.objects.filter(old__edition="vn2020", old__level=Level.COMMUNE)
    unrecorded = links.filter(basis="no successor recorded")

    assert links.values("old").distinct().count() == 10_613
    assert unrecorded.count() == 571
    assert set(unrecorded.values_list("new__level", flat=True)) == {Level.REMAINDER}


def test_hai_duong_goes_to_hai_phong(db: None) -> None:
    assert carry_forward({"vn2020.30": 310_000}, "vn2020", "vn2025") == {"vn2025.31": 310_000}


def test_an_island_district_becomes_a_special_zone(db: None) -> None:
    carried = carry_forward({"vn2020.77.755": 5}, "vn2020", "vn2025")

    assert carried == {"vn2025.79.26732": 5}
    assert Unit.objects.get(path="vn2025.79.26732").full_name == "Đặc khu Côn Đảo"


def _groups() -> dict[str, str]:
    """Return each province of 2020 with the province it belongs to since July 2025."""
    links = Successor.objects.filter(old__level=Level.PROVINCE, new__level=Level.PROVINCE)
    heirs = dict(links.values_list("old_id", "new_id"))
    return {path: heirs[heir] for path, heir in heirs.items() if path.startswith("vn2020.")}


def _by_province(values: dict[str, int]) -> dict[str, int]:
    totals: defaultdict[str, int] = defaultdict(int)
    for path, value in values.items():
        totals[".".join(path.split(".")[:2])] += value
    return dict(totals)


@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1))
def test_totals_of_the_nation_and_of_merged_provinces_are_conserved(
    census: dict[str, tuple[str, ...]], seed: int
) -> None:
    chance = random.Random(seed)
    values = {path: chance.randrange(50_000) for path in census["vn2020"]}
    groups = _groups()

    carried = carry_forward(values, "vn2020", "vn2025")

    assert sum(carried.values()) == sum(values.values())
    expected: defaultdict[str, int] = defaultdict(int)
    for province, total in _by_province(values).items():
        expected[groups[province]] += total
    assert _by_province(carried) == dict(expected)
    assert len(groups) == 63
    assert len(set(groups.values())) == 34


def test_a_year_of_four_series_is_carried_without_losing_one(
    census: dict[str, tuple[str, ...]],
) -> None:
    rng = np.random.default_rng(7)
    year = rng.integers(0, 5_000, (len(census["vn2020"]), 365, 4), dtype=np.int32)
    values = dict(zip(census["vn2020"], year, strict=True))

    carried = carry_forward(values, "vn2020", "vn2025")

    assert np.array_equal(sum(carried.values()), year.sum(axis=0, dtype=np.int64))


def test_districts_arrive_in_the_remainder_of_their_new_province(db: None) -> None:
    districts = Unit.objects.at_level("vn2020", Level.DISTRICT).values_list("path", flat=True)

    carried = carry_forward(dict.fromkeys(districts, 1), "vn2020", "vn2025")

    assert sum(carried.values()) == 707
    assert carried["vn2025.31.rest"] == 12 + 14
    levels = Counter(Unit.objects.filter(path__in=carried).values_list("level", flat=True))
    assert levels == {Level.REMAINDER: 34, Level.COMMUNE: 5}


def test_loading_again_changes_nothing(db: None) -> None:
    again = load(packaged(["vn2025"]))

    assert {(one.created, one.changed, one.missing) for one in again} == {(0, 0, 0)}
