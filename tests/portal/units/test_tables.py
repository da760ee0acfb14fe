"""Tables as spreadsheets write them, and what is said of wrong ones."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.portal.units.errors import InvalidTableError
from bluezone.portal.units.successor_rows import read_links
from bluezone.portal.units.unit_rows import read_units

HEAD = "level,code,parent,name\n"
TREE = HEAD + "province,01,,Một\ncommune,001,01,Hai\n"


def units(content: bytes, file: str = "zz.csv") -> list[str]:
    rows = read_units([(file, content)], "zz2020", {})
    assert rows.problems == []
    return [unit.path for unit in rows.units]


@pytest.mark.parametrize(
    "content",
    [
        TREE.encode(),
        codecs.BOM_UTF8 + TREE.encode(),
        TREE.replace(",", ";").encode(),
        TREE.replace(",", "\t").encode(),
        TREE.replace("\n", "\r\n").encode(),
        TREE.replace("level", "LEVEL").replace("name", " Tên ").encode(),
        TREE.replace("province", "tỉnh").replace("commune", "Xã").encode(),
        (TREE + "\n,,,\n").encode(),
        b"name,level,parent,code,area\nHai,commune,01,001,7\nMot,province,,01,8\n",
    ],
    ids=["plain", "bom", "semicolon", "tab", "crlf", "header", "levels", "blank", "order"],
)
def test_a_table_is_read_however_the_spreadsheet_wrote_it(content: bytes) -> None:
    assert units(content) == ["zz2020.01", "zz2020.01.001"]


def test_public_lists_are_read_with_their_own_columns() -> None:
    provinces = "code,name_full,type,name\n01,Tỉnh Một,Tỉnh,Một\n".encode()
    communes = b"code,name_full,type,name,name_ascii,district_code,province_code\n"
    communes += "00001,Xã Ba,Xã,Ba,Ba,001,01\n".encode()
    districts = "code,name_full,type,name,province_code\n001,Huyện Hai,Huyện,Hai,01\n".encode()
    files = [
        ("zz2020_provinces.csv", provinces),
        ("zz2020_communes.csv", communes),
        ("zz2020_districts.csv", districts),
    ]

    rows = read_units(files, "zz2020", {})

    assert rows.problems == []
    assert [(unit.path, unit.full_name) for unit in rows.units] == [
        ("zz2020.01", "Tỉnh Một"),
        ("zz2020.01.001", "Huyện Hai"),
        ("zz2020.01.001.00001", "Xã Ba"),
    ]


@pytest.mark.parametrize(
    ("content", "row", "column", "code"),
    [
        (b"", 0, "", "empty"),
        ("level,code\nTỉnh".encode("utf-16"), 1, "", "not_utf8"),
        (HEAD.encode() + b"province,1,,\xd1\n", 2, "", "not_utf8"),
        (b"level,code\0,name", 0, "", "not_text"),
        (HEAD.encode() + b'province,1,,"Mot', 2, "", "not_csv"),
        (b"level,code,parent\n", 1, "name / full_name", "missing_column"),
        (b"code,parent,name\n", 1, "level", "missing_column"),
        (b"level,code,code,name\n", 1, "code", "column_twice"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(
    content: bytes, row: int, column: str, code: str
) -> None:
    with pytest.raises(InvalidTableError) as refused:
        read_units([("zz.csv", content)], "zz2020", {})

    (problem,) = refused.value.problems
    assert (problem.row, problem.column, problem.code) == (row, column, code)
    assert problem.message


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("county seat,9,,Chín", "level", "unknown_level"),
        ("province,,,Chín", "code", "invalid_code"),
        ("province,a.b,,Chín", "code", "invalid_code"),
        ("province,rest,,Chín", "code", "invalid_code"),
        ("province,01,,Chín", "code", "code_twice"),
        ("province,9,,–", "name", "missing_name"),
        ("province,9,," + "x" * 121, "name", "invalid_name"),
        ("province,9,,A\u200bB", "name", "invalid_name"),
        ("commune,9,,Chín", "parent", "missing_parent"),
        ("commune,9,1,Chín", "parent", "unknown_parent"),
        ("commune,9,77,Chín", "parent", "unknown_parent"),
        ("province,9,001,Chín", "parent", "unknown_parent"),
        ("commune,9,5,Chín", "parent", "ambiguous_parent"),
        ("commune,9,02.77,Chín", "parent", "unknown_parent"),
        ("province,9,,Chín,,,,too,many", "", "too_many_cells"),
        ("province,9,,Chín,91,0", "lat", "invalid_coordinate"),
        ('province,9,,Chín,"20,9",106', "lat", "invalid_coordinate"),
        ("province,9,,Chín,20.9,", "lon", "invalid_coordinate"),
        ("province,9,,Chín,20.9,inf", "lon", "invalid_coordinate"),
    ],
)
def test_a_wrong_row_is_named_and_the_others_are_read(line: str, column: str, code: str) -> None:
    good = "province,01,,Một\nprovince,02,,Hai\ndistrict,5,01,Ba\ndistrict,5,02,Bốn\n"
    text = "level,code,parent,name,lat,lon\n" + good + "commune,001,01.5,Năm\n" + line + "\n"

    rows = read_units([("zz.csv", text.encode())], "zz2020", {})

    (problem,) = rows.problems
    assert (problem.row, problem.column, problem.code) == (7, column, code)
    assert "zz2020.01.5.001" in {unit.path for unit in rows.units}
    assert len(rows.units) == 5


def test_zeros_that_a_spreadsheet_removed_are_pointed_out() -> None:
    rows = read_units([("zz.csv", (TREE + "commune,002,1,Ba\n").encode())], "zz2020", {})

    assert "01" in rows.problems[0].message


def test_a_refused_unit_takes_what_is_below_it_along() -> None:
    text = HEAD + "province,0/1,,Một\ncommune,001,0/1,Hai\n"

    rows = read_units([("zz.csv", text.encode())], "zz2020", {})

    assert [problem.row for problem in rows.problems] == [2, 3]


def test_a_kind_makes_the_full_name_and_is_not_doubled() -> None:
    text = "level,code,kind,name,full_name\n"
    text += "province,1,Tỉnh,Một,\nprovince,2,Tỉnh,Tỉnh Hai,\nprovince,3,Tỉnh,,Tỉnh Ba\n"

    rows = read_units([("zz.csv", text.encode())], "zz2020", {})

    names = [(unit.name, unit.full_name) for unit in rows.units]
    assert names == [("Một", "Tỉnh Một"), ("Tỉnh Hai", "Tỉnh Hai"), ("Ba", "Tỉnh Ba")]


@settings(max_examples=150)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_units_or_our_error(content: bytes) -> None:
    for start in (b"", HEAD.encode()):
        try:
            rows = read_units([("zz.csv", start + content)], "zz2020", {})
        except InvalidTableError as error:
            assert error.problems  # noqa: PT017 - either outcome is right
        else:
            assert len({unit.path for unit in rows.units}) == len(rows.units)


OLD = {
    "aa": ("nation", "x"),
    "aa.1": ("province", "1"),
    "aa.2": ("province", "2"),
    "aa.1.5": ("commune", "5"),
    "aa.2.5": ("commune", "5"),
}
NEW = {"bb": ("nation", "x"), "bb.1": ("province", "1"), "bb.1.7": ("commune", "7")}
NEW |= {"bb.1.8": ("commune", "8"), "bb.1.9": ("commune", "9")}


@pytest.mark.parametrize(
    ("lines", "code", "rows"),
    [
        (["province,9,1,whole,"], "unknown_unit", [2]),
        (["province,1,99,whole,"], "unknown_unit", [2]),
        (["district,1,1,whole,"], "unknown_unit", [2]),
        (["commune,5,7,whole,"], "unknown_unit", [2]),
        (["province,1,1,most,"], "unknown_kind", [2]),
        (["commune,1.5,7,part,0"], "invalid_share", [2]),
        (["commune,1.5,7,part,1.5"], "invalid_share", [2]),
        (["commune,1.5,7,part,1e-9"], "invalid_share", [2]),
        (["commune,1.5,7,part,NaN"], "invalid_share", [2]),
        (["commune,1.5,7,whole,0.5"], "invalid_share", [2]),
        (["commune,1.5,7,part,0.5"], "shares_under_one", [2]),
        (["commune,1.5,7,part,"], "shares_under_one", [2]),
        (["commune,1.5,7,part,0.6", "commune,1.5,8,part,0.6"], "shares_over_one", [2, 3]),
        (["commune,1.5,7,default,", "commune,1.5,8,default,"], "two_defaults", [2, 3]),
        (["commune,1.5,7,whole,", "commune,1.5,8,part,0.5"], "whole_and_more", [2, 3]),
        (["commune,1.5,7,default,", "commune,1.5,7,part,0.5"], "link_twice", [2, 3]),
    ],
)
def test_links_that_do_not_add_up_are_named(lines: list[str], code: str, rows: list[int]) -> None:
    text = "\n".join(["level,old,new,kind,share", *lines, "commune,2.5,1.9,whole,"])

    found = read_links([("s.csv", text.encode())], ("aa", OLD), ("bb", NEW))

    assert [(problem.row, problem.code) for problem in found.problems] == [
        (row, code) for row in rows
    ]
    assert [link.new for link in found.links] == ["bb.1.9"]


@settings(max_examples=100)
@given(st.text(alphabet="1259.,\naabbprovincecommunewholedefaultpart0", max_size=120))
def test_any_text_is_links_or_our_error(text: str) -> None:
    content = ("level,old,new,kind,share\n" + text).encode()
    try:
        found = read_links([("s.csv", content)], ("aa", OLD), ("bb", NEW))
    except InvalidTableError as error:
        assert error.problems  # noqa: PT017 - either outcome is right
    else:
        assert all(link.old in OLD and link.new in NEW for link in found.links)
