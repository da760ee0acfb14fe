"""Windows, summaries and the old records, held to what the original code produced."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bluezone.cli.phone_windows import case_rows
from bluezone.phone.risk.case_reading import parse_case
from bluezone.phone.risk.case_rows import window_rows
from bluezone.phone.risk.cases import Case, run_case
from bluezone.phone.risk.sightings import SightingIndex, select_sightings
from bluezone.phone.risk.windows import EvaluatedSighting

OWN = Path(__file__).parents[2] / "vectors" / "exposure_windows.json"
"""The main cases of the vectors, our own work, so that a stranger's machine runs them, too."""


@cache
def load(path: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(path.read_text())["cases"]
    return cases


def ids(path: Path) -> list[str]:
    return [case["id"] for case in load(path)]


def without_expected(case: dict[str, Any]) -> bytes:
    return json.dumps({name: value for name, value in case.items() if name != "expected"}).encode()


def same(ours: object, theirs: object) -> bool:
    """Equal members and order of lists; floats within 1e-9, integers exactly."""
    if isinstance(theirs, dict):
        assert isinstance(ours, dict)
        return list(ours) == list(theirs) and all(same(ours[k], theirs[k]) for k in theirs)
    if isinstance(theirs, list):
        assert isinstance(ours, list)
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, float):
        return isinstance(ours, float) and ours == pytest.approx(theirs, rel=1e-9, abs=0)
    return type(ours) is type(theirs) and ours == theirs


def sighting_rows(sightings: list[EvaluatedSighting]) -> list[dict[str, int]]:
    return [
        {
            "epoch_seconds": s.time_s,
            "rssi": s.rssi_dbm,
            "tx_power": s.tx_power_dbm,
            "attenuation": s.attenuation_db,
            "calibration_confidence": s.confidence,
            "seconds_since_last_scan": s.seconds_since_last_scan,
        }
        for s in sightings
    ]


def assert_case(case: dict[str, Any]) -> None:
    expected = case["expected"]
    (row,) = case_rows(b'{"cases": [' + without_expected(case) + b"]}")
    if "error" in expected:
        assert row["error"] == expected["error"]
        return
    assert_intermediate_lists(parse_case(without_expected(case)), expected["keys"])
    assert_stored(parse_case(without_expected(case)), expected)
    assert list(row) == ["id", "windows", "daily_summaries"]
    assert same(row["windows"], [key.get("windows", []) for key in expected["keys"]])
    assert same(row["daily_summaries"], expected["daily_summaries"])


def assert_intermediate_lists(case: Case, expected: list[dict[str, Any]]) -> None:
    index, system = SightingIndex(case.sightings), case.engine_config.system
    for key, wanted in zip(case.passes[0], expected, strict=True):
        plain = select_sightings(key, index, system, aggregate=False)
        aggregated = select_sightings(key, index, system, aggregate=True)
        assert sighting_rows(plain) == wanted["sightings"]
        assert sighting_rows(aggregated) == wanted["sightings_aggregated"]


def assert_stored(case: Case, expected: dict[str, Any]) -> None:
    result = run_case(case)
    assert [
        {"found_matches": found > 0, "matches_found_count": found} for found in result.found
    ] == expected["passes"]
    for key, wanted in zip(case.passes[0], expected["keys"], strict=True):
        stored = result.engine.state.results.get(key.key)
        assert (stored is not None) == wanted["stored"]
        if stored is None:
            continue
        assert same(window_rows(stored.windows), wanted["windows"])
        v1 = stored.v1
        assert v1 is not None
        assert {
            "date_millis_since_epoch": v1.date_s * 1000,
            "max_risk_score": v1.max_risk_score,
            "total_risk_score": v1.total_risk_score,
            "attenuation_durations": list(v1.durations_s),
            "report_type": stored.report_type,
            "report_type_transition_count": stored.transitions,
            "exposure_records": [
                {
                    "duration_seconds": record.duration_s,
                    "attenuation_value": record.attenuation_db,
                    "risk_score": record.risk_score,
                    "attenuation_durations": list(record.durations_s),
                    "transmission_risk_level": record.transmission_risk,
                }
                for record in v1.records
            ],
        } == wanted["v1"]


@pytest.mark.parametrize("number", range(len(load(OWN))), ids=ids(OWN))
def test_our_copy_of_the_cases_is_decided_as_the_original_decides(number: int) -> None:
    assert_case(load(OWN)[number])


@pytest.mark.shared
def test_every_case_of_the_vectors_is_decided_as_the_original_decides(shared: Path) -> None:
    cases = load(shared / "vectors" / "exposure_windows.json")
    assert len(cases) == 78
    for case in cases:
        assert_case(case)


def every_case() -> Iterator[dict[str, Any]]:
    yield from load(OWN)


def test_sightings_in_another_order_of_the_store_give_the_same_windows() -> None:
    case = next(case for case in every_case() if case["id"] == "window-cut-in-scan")
    backwards = case | {"sightings": case["sightings"][::-1]}
    assert_case(backwards)
