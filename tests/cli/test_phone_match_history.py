import json
from pathlib import Path

import pytest

from bluezone.cli.phone_match_history import (
    UnreadableFileError,
    match_history,
    run_match_history,
)
from bluezone.protocol.bluezone.day_key import DayKey, expand_day_key
from bluezone.protocol.errors import InvalidF0ListError, InvalidHistoryError

KEY = DayKey(bytes(range(32)))
OTHER = "AB" * 32
IDS = [own_id.hex().upper() for own_id in expand_day_key(KEY)]
MIDNIGHT = 1_596_844_800
GOOD = {
    "daily_key": KEY.hex().upper(),
    "time_start": MIDNIGHT,
    "max": 96,
    "time_end": MIDNIGHT + 86_399,
}
OWN = "B9A665D754FE65E665D76A45"


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A history: slot 10 in its slot, a stranger, slot 10 stale by 100 s, slot 12 in seconds."""
    slot_10_ms = (MIDNIGHT + 10 * 900) * 1000
    lines = [
        f"{OWN}\t{IDS[10]}\t-60\t{slot_10_ms + 5}\n",
        f"{OWN}\t{'00' * 12}\t-60\t{slot_10_ms + 5}\n",
        f"{OWN}\t{IDS[10]}\t-60\t{slot_10_ms + 1_000_000}\n",
        f"{OWN}\t{IDS[12]}\t-60\t{MIDNIGHT + 12 * 900 + 7}\n",
    ]
    path = tmp_path / "data_trace.txt"
    path.write_text("".join(lines), encoding="ascii")
    return path


@pytest.fixture
def f0(tmp_path: Path):
    def write(*entries: object, text: str | None = None) -> Path:
        path = tmp_path / "f0.json"
        path.write_text(json.dumps({"data": entries}) if text is None else text, encoding="utf-8")
        return path

    return write


def test_published_phones_find_exact_rows_in_milliseconds_only(history, f0) -> None:
    path = f0(GOOD, GOOD | {"daily_key": OTHER})
    assert list(match_history(history, path, published=True)) == [
        {"entry": 0, "match": True, "rows": [0]},
        {"entry": 1, "match": False, "rows": []},
    ]


def test_our_phones_find_stale_rows_and_rows_in_seconds_too(history, f0) -> None:
    path = f0(GOOD | {"daily_key": OTHER}, GOOD)
    assert list(match_history(history, path, published=False)) == [
        {"entry": 0, "match": False, "rows": []},
        {
            "entry": 1,
            "match": True,
            "rows": [0, 2, 3],
            "tolerated": False,
            "tolerated_rows": [2],
        },
    ]


def test_a_match_by_tolerance_alone_is_flagged(history, f0) -> None:
    lines = history.read_text(encoding="ascii").splitlines(keepends=True)
    history.write_text(lines[2], encoding="ascii")
    assert list(match_history(history, f0(GOOD), published=False)) == [
        {"entry": 0, "match": True, "rows": [0], "tolerated": True, "tolerated_rows": [0]}
    ]
    assert list(match_history(history, f0(GOOD), published=True)) == [
        {"entry": 0, "match": False, "rows": []}
    ]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"max": 0}, "crash"),
        ({"max": -1}, "hang"),
        ({"max": "x"}, "abort"),
        ({"max": 1e99}, "hang"),
    ],
)
def test_an_entry_that_ends_a_published_phone_ends_the_list(history, f0, changed, fault) -> None:
    path = f0(GOOD, GOOD | changed, GOOD)
    assert list(match_history(history, path, published=True)) == [
        {"entry": 0, "match": True, "rows": [0]},
        {"entry": 1, "match": False, "rows": [], "fault": fault},
        {"entry": 2, "match": False, "rows": [], "fault": "not_reached"},
    ]
    with pytest.raises(InvalidF0ListError, match="entry 1"):
        list(match_history(history, path, published=False))


def test_the_csv_form_is_read_as_well(history, f0) -> None:
    text = history.read_text(encoding="ascii").replace("\t", ",")
    history.write_text("own_id,contact_id,rssi_dbm,time_ms\n" + text, encoding="ascii")
    (line,) = match_history(history, f0(GOOD), published=True)
    assert line["rows"] == [0]


def test_the_real_history_matches_its_own_entry_with_the_columns_changed(
    shared, tmp_path, f0
) -> None:
    real = shared / "vectors" / "real_contact_history_2020-08-08.csv"
    lines = [line.split(",") for line in real.read_text(encoding="ascii").splitlines()[1:]]
    mirrored = tmp_path / "mirrored.txt"
    mirrored.write_text(
        "".join(f"{contact}\t{own}\t{rssi}\t{time}\n" for own, contact, rssi, time in lines),
        encoding="ascii",
    )
    base = "4C5224B397F8AB3896781D5AA0F3119F280513F1B592CA280EBDED6357E21084"
    path = f0(GOOD | {"daily_key": base})
    for published in (True, False):
        found = list(match_history(mirrored, path, published=published))
        assert found == [{"entry": 0, "match": True, "rows": list(range(101))}]
        assert list(match_history(real, path, published=published)) == [
            {"entry": 0, "match": False, "rows": []}
        ]


def test_every_vector_is_decided_by_the_command_as_by_the_published_phone(
    shared, tmp_path, f0
) -> None:
    text = (shared / "vectors" / "bluezone_ids.json").read_text(encoding="utf-8")
    history = tmp_path / "history.txt"
    for case in json.loads(text)["matching"]:
        history.write_text(
            "".join(
                f"{OWN}\t{row['blid_contact']}\t{row['rssi']}\t{row['timestamp_ms']}\n"
                for row in case["sightings"]
                if row["blid_contact"]
            ),
            encoding="ascii",
        )
        entry = {name: case[name] for name in GOOD}
        (line,) = match_history(history, f0(entry), published=True)
        assert line["match"] is (case.get("expected") is True), case["id"]


def test_lines_are_printed_as_json(history, f0, capsys) -> None:
    run_match_history(history, f0(GOOD), published=True, as_json=True)
    assert capsys.readouterr().out == '{"entry":0,"match":true,"rows":[0]}\n'


def test_a_table_is_printed_without_json(history, f0, capsys) -> None:
    run_match_history(history, f0(GOOD), published=False, as_json=False)
    assert "some by tolerance" in capsys.readouterr().out
    run_match_history(history, f0(GOOD | {"max": 0}), published=True, as_json=False)
    assert "crash" in capsys.readouterr().out


def test_no_list_is_no_match_to_a_published_phone_and_an_error_to_ours(history, f0, capsys) -> None:
    run_match_history(history, f0(text="nonsense"), published=True, as_json=True)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no match" in printed.err
    with pytest.raises(InvalidF0ListError):
        run_match_history(history, f0(text="nonsense"), published=False, as_json=True)


def test_files_that_cannot_be_read_give_our_errors(history, f0, tmp_path) -> None:
    with pytest.raises(UnreadableFileError, match="No such file"):
        match_history(tmp_path / "none", f0(GOOD), published=True)
    with pytest.raises(UnreadableFileError):
        match_history(history, tmp_path, published=True)
    latin = tmp_path / "latin.json"
    latin.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidF0ListError, match="UTF-8"):
        match_history(history, latin, published=False)
    history.write_text("x\n", encoding="ascii")
    with pytest.raises(InvalidHistoryError, match="row 0"):
        match_history(history, f0(GOOD), published=True)
