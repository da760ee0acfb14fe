"""Files with figures: what a commune clerk sees when something is wrong, and what is stored."""

import datetime as dt
import io
import unicodedata
import zipfile
from contextlib import suppress
from typing import Any

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.portal.campaign.figures.choices import Series
from bluezone.portal.campaign.figures.errors import UnreadableFileError, UploadError
from bluezone.portal.campaign.figures.importing.files import read_sheet
from bluezone.portal.campaign.figures.importing.findings import Finding, Severity
from bluezone.portal.campaign.figures.importing.headings import find_layout
from bluezone.portal.campaign.figures.importing.preview import Fate, Preview
from bluezone.portal.campaign.figures.importing.sheet import MAX_BYTES, Cell, letter
from bluezone.portal.campaign.figures.importing.uploads import (
    UploadRequest,
    cancel,
    confirm,
    forget_waiting,
    start_upload,
)
from bluezone.portal.campaign.figures.importing.words import Fault, read_count, read_day
from bluezone.portal.campaign.figures.models import Figure, Upload
from bluezone.portal.campaign.figures.services import current, record_denominator
from bluezone.portal.units.models import Edition, Level, Successor, Unit
from bluezone.portal.units.naming import fold

NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)
HD = "vn2020.30"
CITY = f"{HD}.288"
WARD, BINH_HAN, NGOC_CHAU = (f"{CITY}.{code}" for code in ("10507", "10510", "10513"))


def upload(content: bytes | str, unit: str = HD, **said: Any) -> tuple[Upload, Preview]:
    data = content.encode() if isinstance(content, str) else content
    name = said.pop("file_name", "baocao.csv")
    request = UploadRequest(unit, name, data, **{"series": "users", "day": TODAY, **said})
    return start_upload(request, actor="lan", now=NOW, today=TODAY)


def wrong(preview: Preview) -> list[tuple[int, str]]:
    return [(one.row, one.code) for one in preview.findings if one.severity == Severity.WRONG]


def finding(preview: Preview, code: str) -> Finding:
    return next(one for one in preview.findings if one.code == code)


def workbook(rows: list[list[Any]], *, percent: str = "") -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if percent:
        book.active[percent].number_format = "0.0%"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def values(preview: Preview) -> dict[str, int]:
    return {row.draft.claim.unit_path: row.draft.claim.value for row in preview.rows}


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize(
    "headings", [("Mã đơn vị", "Số người dùng"), ("MA DON VI", "so nguoi dung"), ("code", "users")]
)
def test_separators_and_headings_with_and_without_diacritics_are_understood(
    country: Any, separator: str, headings: tuple[str, str]
) -> None:
    text = f"{separator.join(headings)}\n10507{separator}310\n10510{separator}1.250\n"
    _kept, preview = upload(text)
    assert values(preview) == {WARD: 310, BINH_HAN: 1250}
    assert not preview.wrong_rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"], ids=str)
def test_encodings_of_vietnamese_spreadsheets_are_read(country: Any, encoding: str) -> None:
    text = "Mã xã;Tên xã;Người dùng\n10507;Phường Cẩm Thượng;310\n"
    if encoding == "cp1258":
        text = "".join(
            letter_
            if _fits(letter_)
            else unicodedata.normalize("NFD", letter_).replace("A\u0302", "Â")
            for letter_ in text
        )
        text = _for_1258(text)
    _kept, preview = upload(text.encode(encoding))
    assert values(preview) == {WARD: 310}
    notes = [one.code for one in preview.findings if one.severity == Severity.NOTICE]
    assert notes == (["windows_1258"] if encoding == "cp1258" else [])


def _fits(letter_: str) -> bool:
    try:
        letter_.encode("cp1258")
    except UnicodeEncodeError:
        return False
    return True


def _for_1258(text: str) -> str:
    """Compose base and hat, keep the tone apart, as Vietnamese Windows does."""
    pairs = {"a\u0302": "â", "e\u0302": "ê", "o\u0302": "ô", "a\u0306": "ă", "o\u031b": "ơ"}
    pairs |= {"u\u031b": "ư", "a\u0323\u0302": "â\u0323", "e\u0323\u0302": "ê\u0323"}
    for apart, together in pairs.items():
        text = text.replace(apart, together)
    return text


def test_titles_above_the_table_and_totals_below_are_left_alone(country: Any) -> None:
    text = (
        "UBND TỈNH HẢI DƯƠNG;;\nBáo cáo ngày 15/8;;\n\n"
        "STT;Mã xã;Tên xã;Người dùng;Tỷ lệ %\n"
        "1;10507;Cẩm Thượng;310;4,2\n2;10510;P. Bình Hàn;400;5\nTổng cộng;;;710;\n"
    )
    _kept, preview = upload(text)
    assert values(preview) == {WARD: 310, BINH_HAN: 400}
    assert finding(preview, "total_row").row == 7
    assert "Tỷ lệ %" in finding(preview, "columns_not_read").message


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("310000", 310_000),
        ("310.000", 310_000),
        ("310,000", 310_000),
        ("310 000", 310_000),
        ("1.892.254", 1_892_254),
        ("1\u00a0892\u00a0254", 1_892_254),
        ("0", 0),
    ],
)
def test_thousands_are_read_however_they_are_separated(text: str, count: int) -> None:
    assert read_count(Cell(text)) == count


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (Cell("23,4 %"), "percentage"),
        (Cell("0.234", number=0.234, percent=True), "percentage"),
        (Cell("23,4"), "not_whole"),
        (Cell("0.234"), "not_whole"),
        (Cell("23.4", number=23.4), "not_whole"),
        (Cell("1.23.456"), "not_a_number"),
        (Cell("ba trăm"), "not_a_number"),
        (Cell("-5"), "negative"),
        (Cell("-5", number=-5), "negative"),
        (Cell("99999999999999"), "too_large"),
        (Cell("2020-08-15", day=TODAY), "day_as_count"),
        (Cell("nan", number=float("nan")), "not_whole"),
    ],
)
def test_what_is_no_count_is_named(cell: Cell, code: str) -> None:
    fault = read_count(cell)
    assert isinstance(fault, Fault)
    assert fault.code == code


@pytest.mark.parametrize("text", ["15/08/2020", "15-8-2020", "15.8.20", "2020-08-15", "2020/8/15"])
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert read_day(Cell(text)) == TODAY


@pytest.mark.parametrize("text", ["31/02/2020", "08/15/2020", "15/8", "hôm qua", "44058"])
def test_what_is_no_day_is_named(text: str) -> None:
    fault = read_day(Cell(text))
    assert isinstance(fault, Fault)
    assert fault.code == "invalid_day"


def test_every_wrong_row_is_named_with_row_and_column_in_words_of_the_clerk(country: Any) -> None:
    text = (
        "Mã xã;Tên xã;Ngày;Người dùng\n"
        "99999;;15/08/2020;10\n"
        "10507;;16/08/2020;10\n"
        "10510;Ngọc Châu;15/08/2020;10\n"
        "10513;;15/08/2020;23,4 %\n"
        "10546;;15/08/2019;10\n"
        ";Phả Lại;15/08/2020;10\n"
        ";;15/08/2020;10\n"
    )
    with translation.override("vi"):
        _kept, preview = upload(text, keep_good=True)
    assert wrong(preview) == [
        (2, "unknown_code"),
        (3, "day_to_come"),
        (4, "name_differs"),
        (5, "percentage"),
        (6, "day_outside_edition"),
        (8, "no_code"),
    ]
    assert finding(preview, "percentage").column == "D “Người dùng”"
    assert finding(preview, "day_to_come").column == "C “Ngày”"
    assert values(preview) == {f"{HD}.290.10546": 10}


def test_the_good_rows_are_kept_or_nothing_at_all_as_chosen(country: Any) -> None:
    text = "Mã xã;Người dùng\n10507;310\n99999;10\n"
    kept, _preview = upload(text)
    with pytest.raises(UploadError):
        confirm(kept, actor="lan", now=NOW, today=TODAY)
    assert not Figure.objects.exists()
    kept, _preview = upload(text, keep_good=True)
    confirm(kept, actor="lan", now=NOW, today=TODAY)
    row = Figure.objects.get()
    assert (row.unit_path, row.value, row.upload) == (WARD, 310, kept.id)
    assert row.evidence.startswith("baocao.csv")
    kept.refresh_from_db()
    assert (kept.state, kept.stored, kept.wrong) == ("confirmed", 1, 1)


def test_the_same_file_twice_is_recognised_by_its_bytes_and_by_its_content(country: Any) -> None:
    kept, _preview = upload("Mã xã;Người dùng\n10507;310\n")
    confirm(kept, actor="lan", now=NOW, today=TODAY)
    with pytest.raises(UploadError, match=r"baocao\.csv"):
        upload("Mã xã;Người dùng\n10507;310\n", file_name="khac.csv")
    saved_again = workbook([["Mã xã", "Người dùng"], [10507, 310]])
    with pytest.raises(UploadError, match=r"baocao\.csv"):
        upload(saved_again, file_name="khac.xlsx")
    with pytest.raises(UploadError):
        confirm(kept, actor="lan", now=NOW, today=TODAY)
    assert Figure.objects.count() == 1


def test_rows_that_are_stored_already_are_unchanged_and_others_correct(country: Any) -> None:
    kept, _preview = upload("Mã xã;Người dùng\n10507;310\n10510;400\n")
    confirm(kept, actor="lan", now=NOW, today=TODAY)
    kept, preview = upload("Mã xã;Người dùng\n10507;310\n10510;450\n10513;7\n")
    assert [row.fate for row in preview.rows] == [Fate.UNCHANGED, Fate.CORRECTION, Fate.NEW]
    assert preview.rows[1].before == 400
    confirm(kept, actor="lan", now=NOW, today=TODAY)
    assert Figure.objects.count() == 4
    assert current([BINH_HAN], "users", TODAY)[BINH_HAN].value == 450


def test_a_row_twice_is_stored_once_and_contradicting_rows_are_refused(country: Any) -> None:
    text = "Mã xã;Người dùng\n10507;310\n10507;310\n10510;1\n10510;2\n"
    _kept, preview = upload(text)
    assert values(preview) == {WARD: 310}
    assert wrong(preview) == [(4, "rows_contradict"), (5, "rows_contradict")]
    assert finding(preview, "row_twice").severity == Severity.WARNING


def test_more_installations_than_people_are_held_and_shown(country: Any) -> None:
    record_denominator(WARD, "people", 9_000, day=TODAY, source="s", actor="a", now=NOW)
    kept, preview = upload("Mã xã;Người dùng\n10507;91000\n10510;400\n")
    held = finding(preview, "more_than_people")
    assert (held.row, held.severity) == (2, Severity.HELD)
    assert preview.count(Fate.HELD) == 1
    done = confirm(kept, actor="lan", now=NOW, today=TODAY)
    assert [row.unit_path for row in done.held] == [WARD]
    assert current([WARD, BINH_HAN], "users", TODAY).keys() == {BINH_HAN}


def test_a_count_that_falls_is_a_warning_and_stored(country: Any, report: Any) -> None:
    report(WARD, 500, day=dt.date(2020, 8, 14))
    kept, preview = upload("Mã xã;Người dùng\n10507;480\n")
    assert finding(preview, "falls").severity == Severity.WARNING
    confirm(kept, actor="lan", now=NOW, today=TODAY)
    assert current([WARD], "users", TODAY)[WARD].value == 480


def test_a_merged_commune_is_explained_with_its_successor(country: Any) -> None:
    Edition.objects.create(
        id="vn2025", country="vn", name="34 tỉnh", valid_from=dt.date(2025, 7, 1)
    )
    for path, level, name in (
        ("vn2025", Level.NATION, "Việt Nam"),
        ("vn2025.31", Level.PROVINCE, "Thành phố Hải Phòng"),
        ("vn2025.31.10525", Level.COMMUNE, "Phường Hải Dương"),
    ):
        Unit.objects.create(
            path=path,
            edition_id="vn2025",
            parent_id=path.rpartition(".")[0] or None,
            level=level,
            code=path.rpartition(".")[2],
            name=name,
            full_name=name,
            search_name=fold(name),
            search_full=fold(name),
            initials="x",
        )
    Successor.objects.create(old_id=WARD, new_id="vn2025.31.10525", kind="whole")
    today = dt.date(2025, 8, 1)
    request = UploadRequest(
        "vn2025.31", "a.csv", b"code;users\n10507;310\n10525;5\n", day=today, series="users"
    )
    _kept, preview = start_upload(request, actor="lan", now=NOW, today=today)
    fault = finding(preview, "merged_unit")
    assert fault.row == 2
    assert "Phường Cẩm Thượng" in fault.message
    assert "Phường Hải Dương (10525)" in fault.message
    _kept, preview = upload("code;users\n10525;310\n")
    assert wrong(preview) == [(2, "other_edition")]


def test_a_code_of_another_district_is_outside_the_unit(country: Any) -> None:
    _kept, preview = upload("Mã xã;Người dùng\n10546;310\n", unit=CITY)
    assert wrong(preview) == [(2, "outside_unit")]


def test_zeros_that_a_spreadsheet_removed_are_put_back(country: Any) -> None:
    _kept, preview = upload(workbook([["Mã tỉnh", "Người dùng"], [1, 2_334_000]]), unit="vn2020")
    assert values(preview) == {"vn2020.01": 2_334_000}


def test_units_are_found_by_name_and_ambiguous_names_are_asked_for(country: Any) -> None:
    text = "Xã/Phường;Người dùng\nphuong pha lai;20\nP. Sao Đỏ;30\nHải Dương;5\n"
    _kept, preview = upload(text)
    assert values(preview) == {f"{HD}.290.10546": 20, f"{HD}.290.10549": 30}
    assert wrong(preview) == [(4, "ambiguous_name")]


def test_a_wide_file_has_a_column_a_series_and_a_long_one_a_row_a_series(country: Any) -> None:
    _kept, wide = upload("code;downloads;users\n10507;900;310\n10510;;400\n", series="")
    assert [(row.draft.claim.series, row.draft.claim.value) for row in wide.rows] == [
        (Series.DOWNLOADS, 900),
        (Series.USERS, 310),
        (Series.USERS, 400),
    ]
    text = "Mã;Chỉ số;Số lượng\n10507;Lượt tải;900\n10507;Người dùng;310\n10510;Máy bay;1\n"
    _kept, long = upload(text, series="")
    assert len(long.rows) == 2
    assert wrong(long) == [(4, "unknown_series")]


def test_a_count_without_series_or_day_asks_for_it(country: Any) -> None:
    _kept, preview = upload("Mã;Số lượng\n10507;1\n", series="", day=None)
    assert {code for _row, code in wrong(preview)} == {"no_series", "no_day"}


def test_a_workbook_with_formulae_is_refused_naming_the_cells(country: Any) -> None:
    rows = [["Mã xã", "Người dùng"], [10507, 310], [10510, "=B2+1"], [10513, "=SUM(B2:B3)"]]
    with pytest.raises(UnreadableFileError, match="B3, B4") as caught:
        upload(workbook(rows), file_name="a.xlsx")
    assert caught.value.reason == "formulae"
    assert not Upload.objects.exists()


def test_a_workbook_with_days_and_a_percentage_cell(country: Any) -> None:
    rows = [
        ["Mã xã", "Ngày", "Người dùng"],
        ["10507", dt.date(2020, 8, 14), 310],
        ["10510", dt.date(2020, 8, 14), 0.234],
    ]
    _kept, preview = upload(workbook(rows, percent="C3"), day=None)
    assert [row.draft.claim.day for row in preview.rows] == [dt.date(2020, 8, 14)]
    assert wrong(preview) == [(3, "percentage")]


def _bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"xl/{number}.xml", b" " * 60_000_000)
    return stream.getvalue()


def _entities() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>')
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\xd0\xcf\x11\xe0rest", "old_excel"),
        (b"%PDF-1.7", "pdf"),
        (b"PK\x03\x04broken", "not_xlsx"),
        (_entities(), "not_xlsx"),
        (b"a" * (MAX_BYTES + 1), "too_large"),
        (b"code\0users", "not_text"),
        (b"\xff\xfe\x00", "encoding"),
        (b"alpha;beta\n1;2\n", "no_headings"),
        (b"code;users;users\n10507;1;2\n", "heading_twice"),
        ("code;users\n" + "10507;1\n" * 50_001, "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_files_that_cannot_be_read_are_refused_with_what_to_do(
    country: Any, content: bytes | str, reason: str
) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        upload(content)
    assert caught.value.reason == reason


def test_a_small_file_that_unpacks_to_a_large_one_is_not_opened() -> None:
    bomb = _bomb()
    assert len(bomb) < 1_000_000
    with pytest.raises(UnreadableFileError) as caught:
        read_sheet(bomb)
    assert caught.value.reason == "too_large"


def test_a_file_that_nobody_confirms_is_forgotten(country: Any) -> None:
    kept, _preview = upload("Mã xã;Người dùng\n10507;310\n")
    other, _preview = upload("Mã xã;Người dùng\n10507;311\n")
    cancel(other, actor="lan")
    with pytest.raises(UploadError):
        confirm(other, actor="lan", now=NOW, today=TODAY)
    assert forget_waiting(now=NOW + 3600) == 0
    assert forget_waiting(now=NOW + 25 * 3600) == 2
    assert kept.state == "waiting"


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [letter(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_a_table_or_our_error(content: bytes) -> None:
    with suppress(UnreadableFileError):
        assert find_layout(read_sheet(content)).counts


@settings(max_examples=40)
@given(st.integers(0, 3000), st.integers(0, 255))
def test_a_damaged_workbook_gives_a_table_or_our_error(place: int, byte: int) -> None:
    content = bytearray(workbook([["Mã xã", "Người dùng"], ["10507", 310]]))
    content[place % len(content)] = byte
    with suppress(UnreadableFileError):
        assert read_sheet(bytes(content)).rows


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_any_text_is_a_count_or_a_fault(text: str) -> None:
    found = read_count(Cell(text))
    assert isinstance(found, Fault) or found >= 0
    assert isinstance(read_day(Cell(text)), dt.date | Fault)
