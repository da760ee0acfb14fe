import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.protocol.bluezone.day_key import BluezoneId, DayKey, own_id_at
from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.history import (
    CSV_HEADER,
    MAX_HISTORY_BYTES,
    ContactRow,
    parse_history,
    rows_to_export,
    write_history,
)
from bluezone.protocol.bluezone.tolerant import match_tolerant
from bluezone.protocol.bluezone.trace import Heard, published, trace_android
from bluezone.protocol.errors import InvalidHistoryError

LINE = "B9A665D754FE65E665D76A45\t7C3DEC4246EA6F90E38EA254\t-71\t1597363201000\n"

IDS = st.binary(min_size=12, max_size=12).map(BluezoneId)
ROWS = st.builds(ContactRow, IDS, IDS, st.integers(-128, 127), st.integers(0, 10**14 - 1))


def test_the_exported_file_is_that_of_the_published_phone(vectors) -> None:
    export = vectors["export"]
    rows = [
        ContactRow(
            BluezoneId(bytes.fromhex(row["own"])),
            BluezoneId(bytes.fromhex(row["contact"])) if "contact" in row else None,
            row["rssi"],
            row["ts"],
        )
        for row in export["rows"]
    ]
    exported = list(rows_to_export(rows, now_ms=export["now_ms"], days=export["days"]))
    assert write_history(exported) == write_history([rows[1], rows[3]]) == export["file_text"]
    assert parse_history(export["file_text"].encode()) == exported


@given(st.lists(ROWS, max_size=5))
def test_what_is_written_is_read_back(rows: list[ContactRow]) -> None:
    assert parse_history(write_history(rows).encode()) == rows


def test_seconds_and_milliseconds_are_told_apart() -> None:
    (row,) = parse_history(LINE.replace("1597363201000", "1597363201").encode())
    assert (row.stored_time, row.time_ms) == (1_597_363_201, 1_597_363_201_000)
    (row,) = parse_history(LINE.encode())
    assert row.time_ms == 1_597_363_201_000
    assert ContactRow(row.own_id, None, 0, 10**11 - 1).time_ms == (10**11 - 1) * 1000
    assert ContactRow(row.own_id, None, 0, 10**11).time_ms == 10**11


def test_line_ends_and_the_csv_form_do_not_matter() -> None:
    rows = parse_history((LINE + LINE).encode())
    assert parse_history((LINE + LINE).rstrip("\n").encode()) == rows
    assert parse_history((LINE + LINE).replace("\n", "\r\n").encode()) == rows
    assert parse_history((CSV_HEADER + "\n" + (LINE + LINE).replace("\t", ",")).encode()) == rows
    assert parse_history(b"") == parse_history(CSV_HEADER.encode()) == []


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ("\n", "columns"),
        (LINE.replace("\t", " "), "columns"),
        (LINE.replace("\n", "\t1\n"), "columns"),
        (LINE.replace("B9", "B"), "own id"),
        (LINE.replace("7C", "7G"), "contact id"),
        (LINE.replace("\t7C3DEC4246EA6F90E38EA254", "\t"), "contact id"),
        (LINE.replace("-71", "-129"), "RSSI"),
        (LINE.replace("-71", "128"), "RSSI"),
        (LINE.replace("-71", "-7.1"), "RSSI"),
        (LINE.replace("-71", ""), "RSSI"),
        (LINE.replace("1597363201000", "-1"), "time"),
        (LINE.replace("1597363201000", "1" * 15), "time"),
        (LINE.replace("1597363201000", "1_000"), "time"),
        (LINE.replace("1597363201000", "1e9"), "time"),
        (LINE.replace("-71", "-\uff17\uff11"), "ASCII"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_its_number(bad: str, what: str) -> None:
    with pytest.raises(InvalidHistoryError, match=f"^row 2: .*{what}") as caught:
        parse_history((LINE + LINE + bad + LINE).encode())
    assert "7C3DEC" not in str(caught.value)


def test_a_giant_file_is_refused() -> None:
    with pytest.raises(InvalidHistoryError, match="bytes"):
        parse_history(bytes(MAX_HISTORY_BYTES + 1))


@given(st.binary() | st.text(st.sampled_from("aF09\t,\r\n-."), max_size=80).map(str.encode))
def test_any_bytes_give_rows_or_our_error(data: bytes) -> None:
    for attempt in (data, LINE.encode() + data, (CSV_HEADER + "\n").encode() + data):
        try:
            rows = parse_history(attempt)
        except InvalidHistoryError:
            continue
        assert all(isinstance(row, ContactRow) for row in rows)


# Wire specification, section 8: the base id of the phone that uploaded the real history.
BASE = DayKey(bytes.fromhex("4C5224B397F8AB3896781D5AA0F3119F280513F1B592CA280EBDED6357E21084"))
BASE_MIDNIGHT_S = 1_596_844_800


@pytest.fixture(scope="module")
def real_rows(shared) -> list[ContactRow]:
    path = shared / "vectors" / "real_contact_history_2020-08-08.csv"
    rows = parse_history(path.read_bytes())
    with path.open(encoding="ascii", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(rows) == 101
    return rows


def test_every_own_id_of_the_real_history_follows_from_its_base_id(real_rows) -> None:
    for row in real_rows:
        assert own_id_at(BASE, row.time_ms // 1000) == row.own_id


def test_the_real_phone_would_have_been_found_in_every_row_by_its_f0_entry(real_rows) -> None:
    entry = F0Entry(BASE, BASE_MIDNIGHT_S, 96, BASE_MIDNIGHT_S + 86_399)
    seen_by_others = [Heard(row.own_id, row.stored_time) for row in real_rows]
    seen_by_itself = [Heard(row.contact_id, row.stored_time) for row in real_rows]
    assert trace_android(published(entry), seen_by_others).rows == tuple(range(101))
    assert trace_android(published(entry), seen_by_itself).rows == ()
    mirrored = [
        ContactRow(row.contact_id, row.own_id, row.rssi_dbm, row.stored_time) for row in real_rows
    ]
    matches = match_tolerant(entry, mirrored)
    assert [match.row for match in matches if not match.tolerated] == list(range(101))


def test_the_real_history_is_written_back_as_the_phone_exported_it(real_rows) -> None:
    text = write_history(real_rows)
    assert len(text) == 68 * 101
    assert parse_history(text.encode()) == real_rows
