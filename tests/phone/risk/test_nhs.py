"""The NHS model, held to the published library's scores."""

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.phone.risk.errors import InvalidPolicyError, MissingExtraError, RiskError
from bluezone.phone.risk.model import RiskLevel
from bluezone.phone.risk.nhs import NhsModel, NhsScan, observations, score
from bluezone.phone.risk.nhs_config import NhsConfig
from bluezone.phone.risk.windows import ExposureWindow, ScanInstance

OWN = Path(__file__).parents[2] / "vectors" / "nhs_risk.json"
CASES: list[dict[str, Any]] = json.loads(OWN.read_text())["cases"]


def score_of(case: dict[str, Any]) -> float:
    scans = [NhsScan(s["seconds_since_last_scan"], s["attenuation"]) for s in case["scans"]]
    return score(scans, msgspec.convert(case["config"], NhsConfig))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_our_copy_of_the_series_scores_as_the_published_library(case: dict[str, Any]) -> None:
    assert score_of(case) == pytest.approx(case["expected_score"], rel=1e-9)


@pytest.mark.shared
def test_every_series_of_the_vectors_scores_as_the_published_library(shared: Path) -> None:
    cases = json.loads((shared / "vectors" / "nhs_risk.json").read_text())["cases"]
    assert len(cases) == 17
    for case in cases:
        assert score_of(case) == pytest.approx(case["expected_score"], rel=1e-9), case["id"]


def test_attenuation_zero_is_a_missing_observation() -> None:
    series = observations([NhsScan(100, 50), NhsScan(2, 0), NhsScan(1, 40)], NhsConfig())
    assert [z is None for z in series] == [False, True, True, False]


def test_a_series_without_scans_is_refused() -> None:
    with pytest.raises(RiskError) as error:
        score([], NhsConfig())
    assert error.value.code == "risk_error"


def test_a_series_of_days_is_refused_instead_of_filling_memory() -> None:
    with pytest.raises(RiskError):
        observations([NhsScan(0, 50), NhsScan(10**9, 50)], NhsConfig())


def test_without_scipy_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    with pytest.raises(MissingExtraError, match=r"bluezone\[models\]") as error:
        score([NhsScan(0, 50)], NhsConfig())
    assert error.value.code == "missing_extra"


@pytest.mark.parametrize(
    "change",
    [
        {"sample_resolution": 0.0},
        {"rssi_covariance": 0.0},
        {"initial_covariance": -1.0},
        {"risk_threshold": 0.0},
        {"kappa": -3.0},
        {"alpha": 1e200},
        {"initial_mean": float("nan")},
        {"infectiousness_weights": (0.0, 2.0, 1.0)},
    ],
    ids=str,
)
def test_an_impossible_parameter_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidPolicyError):
        NhsConfig(**change)


@given(
    st.lists(st.tuples(st.floats(0, 400), st.floats(-10, 160)), min_size=1, max_size=4),
    st.floats(0.05, 3),
    st.floats(-5, 5),
    st.floats(-2.9, 5),
)
@settings(max_examples=40, deadline=None)
def test_any_series_and_filter_give_a_score_or_our_error(
    scans: list[tuple[float, float]], alpha: float, beta: float, kappa: float
) -> None:
    config = NhsConfig(alpha=alpha, beta=beta, kappa=kappa, sample_resolution=10.0)
    with suppress(RiskError):
        result = score([NhsScan(*scan) for scan in scans], config)
        longest = sum(seconds for seconds, _ in scans[1:]) / 60 + 1
        assert 0 <= result <= longest


def window(infectiousness: int, attenuation_db: int, seconds: int = 300) -> ExposureWindow:
    scans = tuple(ScanInstance(attenuation_db, attenuation_db, seconds) for _ in range(6))
    return ExposureWindow(
        start_s=86_400 * 18_000,
        report_type=1,
        infectiousness=infectiousness,
        confidence=3,
        scans=scans,
    )


def test_half_an_hour_close_by_is_high_and_weighs_by_infectiousness() -> None:
    model = NhsModel(NhsConfig())
    high = model.window_risk(window(2, 40))
    assert model.window_risk(window(1, 40)) == pytest.approx(0.4 * high)
    assert model.window_risk(window(0, 40)) == 0
    (day,) = model.judge([window(2, 40)], today=18_001)
    assert (day.level, day.windows) == (RiskLevel.HIGH, 1)


def test_scans_that_stand_for_no_time_are_left_out() -> None:
    assert NhsModel(NhsConfig()).judge([window(2, 40, seconds=-60)], today=18_001) == ()
