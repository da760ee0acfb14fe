"""Agencies from a table: rows, columns, words that a clerk understands."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluezone.portal.accounts.models import User
from bluezone.portal.campaign.agencies.importing import Outcome, import_agencies
from bluezone.portal.campaign.agencies.models import Agency, AgencySize
from bluezone.portal.units.errors import InvalidTableError
from bluezone.portal.units.models import Edition, Successor, Unit

NOW = 1_597_472_640
GOOD = "unit,name,kind,staff,smartphones,way\n,Sở Y tế,department,52,40,vouchers\n"


def load(text: str, unit: Unit, *, keep_good: bool = False) -> Outcome:
    return import_agencies(text.encode(), "t.csv", unit, "oanh", keep_good=keep_good, now=NOW)


def test_a_table_is_loaded_and_the_same_again_changes_nothing(
    province: Unit, district: Unit
) -> None:
    text = GOOD + "288,Hội Phụ nữ,đoàn thể,12,9,báo cáo\n"
    assert load(text, province) == Outcome(2, 0, 0, ())
    assert load(text, province) == Outcome(0, 0, 2, ())
    assert load(text.replace("52,40", "53,41"), province) == Outcome(0, 1, 1, ())
    assert AgencySize.objects.count() == 3
    assert Agency.objects.get(unit=district).way == "report"


def test_columns_may_be_vietnamese_and_numbers_grouped(province: Unit) -> None:
    text = "Tên cơ quan;Số cán bộ;Điện thoại thông minh\nSở Y tế;1.052;1 040\n"
    assert load(text, province).added == 1
    size = AgencySize.objects.get()
    assert (size.staff, size.smartphones) == (1052, 1040)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",Sở A,department,52,53,vouchers", "smartphones", "more_than_staff"),
        (",Sở A,department,52,85%,vouchers", "smartphones", "percentage"),
        (',Sở A,department,52,"0,85",vouchers', "smartphones", "percentage"),
        (",Sở A,department,=40+12,40,vouchers", "staff", "formula"),
        (",Sở A,department,,40,vouchers", "staff", "not_a_number"),
        (",Sở A,department,0,0,vouchers", "staff", "not_a_number"),
        (",Sở A,department,99999999999999999999,40,x", "staff", "not_a_number"),
        (",,department,52,40,vouchers", "name", "no_name"),
        (",=A1,department,52,40,vouchers", "name", "formula"),
        (",Sở Y tế,department,52,40,vouchers", "name", "twice"),
        (",Sở A,office,52,40,vouchers", "kind", "unknown_word"),
        (",Sở A,department,52,40,letters", "way", "unknown_word"),
        ("999,Sở A,department,52,40,vouchers", "unit", "unknown_unit"),
        ("vn2020.22,Sở A,department,52,40,vouchers", "unit", "unknown_unit"),
    ],
)
def test_a_wrong_row_is_named_by_row_and_column(
    province: Unit, neighbour: Unit, row: str, column: str, code: str
) -> None:
    with pytest.raises(InvalidTableError) as refused:
        load(GOOD + row + "\n", province)
    (problem,) = refused.value.problems
    assert (problem.row, problem.column, problem.code) == (3, column, code)
    assert not Agency.objects.exists()


def test_the_good_rows_are_kept_if_asked_for(province: Unit) -> None:
    outcome = load(GOOD + ",Sở A,department,5,6,vouchers\n", province, keep_good=True)
    assert outcome.added == 1
    assert [problem.row for problem in outcome.problems] == [3]
    assert Agency.objects.get().name == "Sở Y tế"


def test_a_merged_unit_is_named_with_its_successor(province: Unit, make_unit: Any) -> None:
    Edition.objects.create(id="vn2025", country="vn", name="2025", valid_from=dt.date(2025, 7, 1))
    make_unit("vn2025", "nation", "Việt Nam")
    new = make_unit("vn2025.31", "province", "Thành phố Hải Phòng")
    Successor.objects.create(old=province, new=new, kind="whole")
    with pytest.raises(InvalidTableError) as refused:
        load("unit,name,staff,smartphones\n30,Sở A,5,4\n", new)
    assert refused.value.problems[0].code == "merged_unit"
    assert "Hải Phòng" in refused.value.problems[0].message


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: (GOOD + t).encode()))
def test_any_bytes_give_an_outcome_or_our_error(province: Unit, content: bytes) -> None:
    outcomes: list[object] = []
    before = transaction.savepoint()
    try:
        outcomes.append(import_agencies(content, "t.csv", province, "x", keep_good=False, now=NOW))
    except InvalidTableError as error:
        outcomes += error.problems
    assert outcomes
    transaction.savepoint_rollback(before)


def test_the_page_shows_what_is_wrong_and_what_was_done(
    province: Unit, officer: User, browser: Any
) -> None:
    client, address = browser(officer), "/campaign/vn2020.30/agencies/import/"
    wrong = SimpleUploadedFile("a.csv", (GOOD + ",B,department,5,6,vouchers\n").encode())
    answer = client.post(address, {"file": wrong})
    assert answer.status_code == 422
    assert "more_than_staff" in answer.content.decode()
    good = SimpleUploadedFile("a.csv", GOOD.encode())
    assert client.post(address, {"file": good}).status_code == 200
    assert Agency.objects.count() == 1
    assert client.post(address, {}).status_code == 422


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


HEAD: list[object] = ["Tên cơ quan", "Loại", "Mã đơn vị", "Số cán bộ", "Điện thoại thông minh"]


def load_book(rows: list[list[object]], unit: Unit) -> Outcome:
    return import_agencies(
        workbook([HEAD, *rows]), "t.xlsx", unit, "oanh", keep_good=False, now=NOW
    )


def test_a_workbook_is_loaded_like_a_csv_table(province: Unit, district: Unit) -> None:
    rows: list[list[object]] = [
        ["Sở Y tế", "sở", None, 52, 40],
        ["Hội Phụ nữ", "đoàn thể", 288, 12.0, "9"],
    ]
    assert load_book(rows, province) == Outcome(2, 0, 0, ())
    assert load_book(rows, province) == Outcome(0, 0, 2, ())
    assert Agency.objects.get(unit=district).sizes.get().smartphones == 9


def test_formulae_in_a_workbook_are_refused_with_their_cells(province: Unit) -> None:
    with pytest.raises(InvalidTableError) as refused:
        load_book([["Sở Y tế", "sở", None, "=40+12", 40]], province)
    (problem,) = refused.value.problems
    assert (problem.code, "D2" in problem.message) == ("formulae", True)
    assert not Agency.objects.exists()


def test_faults_of_a_workbook_name_row_and_column(province: Unit) -> None:
    rows: list[list[object]] = [["Sở Y tế", "sở", None, 52, 53], ["Sở B", "sở", None, 52, 0.85]]
    with pytest.raises(InvalidTableError) as refused:
        load_book(rows, province)
    found = [(one.row, one.column, one.code) for one in refused.value.problems]
    assert found == [(2, "smartphones", "more_than_staff"), (3, "smartphones", "percentage")]


def test_a_cell_shown_as_100_percent_is_not_one_person(province: Unit) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append(["Sở Y tế", "sở", None, 52, 1])
    book.active["E2"].number_format = "0%"
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(InvalidTableError) as refused:
        import_agencies(file.getvalue(), "t.xlsx", province, "oanh", keep_good=False, now=NOW)
    assert refused.value.problems[0].code == "percentage"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"PK\x03\x04 nothing", "not_xlsx"), (b"\xd0\xcf\x11\xe0", "old_excel"), (b"%PDF-1.7", "pdf")],
)
def test_files_that_are_no_table_are_explained(province: Unit, content: bytes, code: str) -> None:
    with pytest.raises(InvalidTableError) as refused:
        import_agencies(content, "t", province, "oanh", keep_good=True, now=NOW)
    assert refused.value.problems[0].code == code
