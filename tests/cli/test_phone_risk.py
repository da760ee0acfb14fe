"""`bluezone phone risk` and `bluezone phone replay` print what the models say."""

import json
from pathlib import Path
from typing import Any

import pytest

from bluezone.cli.phone_replay import run_replay
from bluezone.cli.phone_risk import run_risk
from bluezone.phone.risk.errors import InvalidPolicyError, InvalidRecordingError

NHS = Path(__file__).parents[1] / "vectors" / "nhs_risk.json"
MIDNIGHT = 18_700 * 86_400


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_nhs_series_are_scored(capsys: pytest.CaptureFixture[str]) -> None:
    run_risk(NHS, model="nhs", as_json=True)
    expected = {c["id"]: c["expected_score"] for c in json.loads(NHS.read_text())["cases"]}
    scores = {row["id"]: row["score"] for row in printed(capsys)}
    assert scores == pytest.approx(expected, rel=1e-9)


@pytest.mark.shared
def test_cwa_cases_are_decided(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shared / "vectors" / "cwa_risk.json"
    run_risk(path, model="cwa", as_json=True)
    cases = {case["index"]: case for case in json.loads(path.read_text())["testCases"]}
    rows = printed(capsys)
    assert len(rows) == len(cases)
    for row in rows:
        case = cases[row.pop("index")]
        assert row == {name: case["exp" + name[0].upper() + name[1:]] for name in row}


def test_people_read_one_line_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    run_risk(NHS, model="nhs", as_json=False)
    assert capsys.readouterr().out.splitlines()[0].startswith("id ")


@pytest.mark.parametrize("model", ["cwa", "nhs"])
def test_a_file_of_another_form_is_refused(tmp_path: Path, model: Any) -> None:
    path = tmp_path / "cases.json"
    path.write_text('{"cases": [1]}')
    with pytest.raises(InvalidRecordingError):
        run_risk(path, model=model, as_json=True)
    with pytest.raises(InvalidRecordingError, match="cannot read"):
        run_risk(tmp_path / "nowhere", model=model, as_json=True)


def recording(tmp_path: Path) -> Path:
    scans = [
        {"start_s": MIDNIGHT + 300 * n, "seconds_since_last_scan": 300, "attenuations": [45]}
        for n in range(6)
    ]
    window = {"start_s": MIDNIGHT, "report_type": 1, "infectiousness": 2, "scans": scans}
    path = tmp_path / "street.jsonl"
    path.write_text(json.dumps({"id": "near", "now": MIDNIGHT, "windows": [window]}) + "\n")
    return path


def test_each_model_judges_each_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_replay(recording(tmp_path), as_json=True)
    rows = printed(capsys)
    assert [row["model"] for row in rows] == ["ours", "cwa", "nhs", "enx"]
    assert {row["level"] for row in rows} == {"high"}
    assert rows[0]["most_recent_day"] == "2021-03-14"
    assert rows[0]["minutes"] == 30


def test_a_policy_can_be_tried_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text('{"ours": {"high_minutes": 60}}')
    run_replay(recording(tmp_path), as_json=False, models=("ours",), policy=policy)
    assert "ours says LOW" in capsys.readouterr().out
    policy.write_text('{"ours": {"unheard_of": 60}}')
    with pytest.raises(InvalidPolicyError):
        run_replay(recording(tmp_path), as_json=True, policy=policy)
    with pytest.raises(InvalidPolicyError, match="cannot read"):
        run_replay(recording(tmp_path), as_json=True, policy=tmp_path / "nowhere")


def test_a_missing_recording_is_our_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecordingError, match="cannot read"):
        run_replay(tmp_path / "nowhere", as_json=True)
