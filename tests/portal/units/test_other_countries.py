"""Trees of other countries by CSV: three levels, other scripts, tables that people broke."""

import datetime as dt
import unicodedata

import pytest

from bluezone.portal.units.errors import InvalidTableError
from bluezone.portal.units.loading import load
from bluezone.portal.units.models import Edition, Unit
from bluezone.portal.units.sources import EditionFacts, EditionSource, Sources

THAI = EditionFacts("th2020", "th", "ไทย 2020", "ไทย", dt.date(2020, 1, 1), None, "made up")
LAO = EditionFacts("la2020", "la", "ລາວ 2020", "ລາວ", dt.date(2020, 1, 1), None, "made up")
CHANGWAT = """level,code,parent,kind,name
province,10,,,กรุงเทพมหานคร
district,1001,10,เขต,พระนคร
commune,100101,1001,แขวง,วัดราชบพิธ
province,81,,จังหวัด,กระบี่
district,8101,81,อำเภอ,เมืองกระบี่
"""
MUANG = """level;code;parent;name
province;1;;Vientiane
district;0101;1;Chanthabuly
village;0101001;0101;Ban Mixay
"""


def tree(facts: EditionFacts, *texts: str | bytes) -> Sources:
    tables = tuple(
        (f"{facts.id}.csv", text if isinstance(text, bytes) else text.encode()) for text in texts
    )
    return Sources((EditionSource(facts, tables),), ())


@pytest.mark.django_db
def test_a_tree_in_another_script_is_loaded_searched_and_loaded_again() -> None:
    load(tree(THAI, CHANGWAT.encode("utf-8-sig")))
    assert Unit.objects.get(path="th2020.10.1001.100101").full_name == "แขวง วัดราชบพิธ"
    assert Unit.objects.search("กระบี่", "th2020").first() == Unit.objects.get(path="th2020.81")
    # Marks above a letter may be left out or come in another order.
    assert Unit.objects.search("กระบ", "th2020").exists()
    [again] = load(tree(THAI, unicodedata.normalize("NFD", CHANGWAT)))
    assert (again.created, again.changed, again.missing) == (0, 0, 0)
    assert Edition.objects.get(pk="th2020").country == "th"


@pytest.mark.django_db
def test_a_country_without_communes_has_villages_below_districts() -> None:
    load(tree(LAO, MUANG))
    village = Unit.objects.get(path="la2020.1.0101.0101001")
    assert village.lineage == ("la2020", "la2020.1", "la2020.1.0101", village.path)
    assert list(Unit.objects.children("la2020.1.0101")) == [village]


@pytest.mark.django_db
def test_a_unit_that_changed_its_level_is_changed_and_keeps_what_is_below() -> None:
    load(tree(LAO, MUANG))
    [summary] = load(tree(LAO, MUANG.replace("district;0101;", "commune;0101;")))
    assert (summary.created, summary.changed) == (0, 1)
    assert Unit.objects.get(path="la2020.1.0101").level == "commune"
    assert Unit.objects.get(path="la2020.1.0101.0101001").parent_id == "la2020.1.0101"


@pytest.mark.django_db
def test_a_unit_that_moved_is_a_new_one_and_the_old_one_stays() -> None:
    load(tree(LAO, MUANG + "district;0102;1;Sikhottabong\n"))
    [summary] = load(
        tree(LAO, MUANG.replace(";0101;Ban", ";0102;Ban") + "district;0102;1;Sikhot\n")
    )
    assert (summary.created, summary.changed, summary.missing) == (1, 1, 1)
    assert Unit.objects.filter(code="0101001").count() == 2


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        ("level,code,parent,name\ndistrict,1,2,A\ndistrict,2,1,B\n", "unknown_parent", 2),
        ("level,code,parent,name\nprovince,1,1,A\n", "unknown_parent", 2),
        ("level,code,parent,name\nprovince,1,,A\nprovince,1,,B\n", "code_twice", 3),
        ("level,code,parent,name\nprovince,1,,A\ndistrict,2,,B\n", "missing_parent", 3),
        ("level,code,parent,name\nprovince,rest,,A\n", "invalid_code", 2),
        ("level,code,parent,name\nprovince,1.2,,A\n", "invalid_code", 2),
        ("level,code,parent,name\nplanet,1,,A\n", "unknown_level", 2),
        ("level,code,parent,name\nprovince,1,,\n", "missing_name", 2),
        ('level,code,parent,name\nprovince,1,,"A\n', "not_csv", 2),
        ("", "empty", 0),
        ("\ufeff", "empty", 0),
    ],
)
@pytest.mark.django_db
def test_a_broken_table_loads_nothing_and_says_where(text: str, code: str, row: int) -> None:
    with pytest.raises(InvalidTableError) as caught:
        load(tree(LAO, text))
    found = [(problem.code, problem.row) for problem in caught.value.problems]
    assert (code, row) in found
    assert not Unit.objects.filter(edition="la2020").exists()
    assert not Edition.objects.filter(pk="la2020").exists()
