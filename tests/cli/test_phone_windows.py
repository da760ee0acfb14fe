"""`bluezone phone windows`: one line a case, good cases printed beside broken ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from bluezone.cli.phone_windows import run_windows
from bluezone.phone.risk.errors import InvalidRecordingError

OWN = Path(__file__).parents[1] / "vectors" / "exposure_windows.json"


def case(name: str) -> dict[str, Any]:
    cases = json.loads(OWN.read_text())["cases"]
    found: dict[str, Any] = next(c for c in cases if c["id"] == name)
    return {member: value for member, value in found.items() if member != "expected"}


def file_of(folder: Path, *cases: object) -> Path:
    path = folder / "cases.json"
    path.write_text(json.dumps({"cases": cases}))
    return path


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_case_without_expected_values_is_decided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_windows(file_of(tmp_path, case("transition-self-revoked")), as_json=True)
    (row,) = printed(capsys)
    assert list(row) == ["id", "windows", "daily_summaries"]
    assert row["id"] == "transition-self-revoked"
    assert [window["report_type"] for window in row["windows"][0]] == [5]
    assert row["daily_summaries"] == [[]]


def test_a_key_that_is_not_stored_has_an_empty_list_of_windows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_windows(file_of(tmp_path, case("three-keys-one-silent")), as_json=True)
    assert [len(windows) for windows in printed(capsys)[0]["windows"]] == [1, 0, 1]


def test_where_the_original_throws_its_error_is_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_windows(file_of(tmp_path, case("period-145"), case("midnight")), as_json=True)
    thrown, good = printed(capsys)
    assert (thrown["id"], thrown["error"]) == ("period-145", "IndexOutOfBoundsException")
    assert "windows" in good


def test_a_configuration_the_original_refuses_is_a_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = case("midnight")
    bad["daily_summaries_configs"][0]["attenuation_bucket_weights"] = [9.0, 1.0, 1.0, 1.0]
    run_windows(file_of(tmp_path, bad), as_json=True)
    assert printed(capsys)[0]["error"] == "IllegalArgumentException"


@pytest.mark.parametrize(
    "change",
    [
        {"keys": "none"},
        {"now_epoch_seconds": "noon"},
        {"sightings": [{"rpi": "zz", "aem": "", "rssi": 0, "epoch_seconds": 0}]},
        {"tracing_params": {"unheard_of": 1}},
        {"now_epoch_seconds": 10**30},
        {"sightings": [{"rpi": "", "aem": "", "rssi": 10**400, "epoch_seconds": 0}]},
    ],
    ids=lambda change: str(change)[:40],
)
def test_a_case_that_cannot_be_read_fails_the_command_after_the_good_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any]
) -> None:
    path = file_of(tmp_path, case("midnight") | change, case("midnight"))
    with pytest.raises(InvalidRecordingError, match="1 cases"):
        run_windows(path, as_json=True)
    broken, good = printed(capsys)
    assert (broken["id"], broken["code"]) == ("midnight", "invalid_recording")
    assert "windows" in good


@pytest.mark.parametrize("content", [b"", b"{}", b'{"cases": 1}', b"\xff\xfe", b"[" * 200_000])
def test_a_file_that_is_no_list_of_cases_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cases.json"
    path.write_bytes(content)
    with pytest.raises(InvalidRecordingError) as error:
        run_windows(path, as_json=True)
    assert error.value.code == "invalid_recording"


def test_a_missing_file_is_our_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecordingError, match="cannot read"):
        run_windows(tmp_path / "nowhere.json", as_json=True)


def test_people_read_one_line_a_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_windows(file_of(tmp_path, case("two-keys"), case("period-145")), as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("two-keys: ")
    assert "windows of 2 keys" in lines[0]
    assert "IndexOutOfBoundsException" in lines[1]
