"""The Corona-Warn-App's calculation, held to the app's own published cases."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bluezone.phone.risk.cwa import CwaModel
from bluezone.phone.risk.cwa_config import CWA_SETS, CwaConfig
from bluezone.phone.risk.cwa_results import CwaResult
from bluezone.phone.risk.errors import InvalidPolicyError
from bluezone.phone.risk.model import RiskLevel
from bluezone.phone.risk.windows import ExposureWindow, ScanInstance

TODAY = 18_700


def window_of(case: dict[str, Any]) -> ExposureWindow:
    return ExposureWindow(
        start_s=(TODAY - case["ageInDays"]) * 86_400,
        report_type=case["reportType"],
        infectiousness=case["infectiousness"],
        confidence=case["calibrationConfidence"],
        scans=tuple(
            ScanInstance(
                scan["minAttenuation"], scan["typicalAttenuation"], scan["secondsSinceLastScan"]
            )
            for scan in case["scanInstances"]
        ),
    )


def summary(result: CwaResult) -> dict[str, int | None]:
    low, high = result.most_recent(1), result.most_recent(2)
    return {
        "expTotalRiskLevel": result.total_level,
        "expAgeOfMostRecentDateWithLowRisk": None if low is None else TODAY - low,
        "expAgeOfMostRecentDateWithHighRisk": None if high is None else TODAY - high,
        "expNumberOfDaysWithLowRisk": result.count(1),
        "expNumberOfDaysWithHighRisk": result.count(2),
        "expTotalMinimumDistinctEncountersWithLowRisk": result.low_encounters,
        "expTotalMinimumDistinctEncountersWithHighRisk": result.high_encounters,
    }


def published(shared: Path) -> tuple[CwaConfig, list[dict[str, Any]]]:
    content = json.loads((shared / "vectors" / "cwa_risk.json").read_text())
    config = msgspec.convert(content["defaultRiskCalculationConfiguration"], CwaConfig)
    return config, content["testCases"]


@pytest.mark.shared
def test_every_published_case_has_the_published_result(shared: Path) -> None:
    config, cases = published(shared)
    assert len(cases) == 14
    for case in cases:
        windows = [window_of(window) for window in case["exposureWindows"]]
        ours = summary(CwaModel(config).calculate(windows, today=TODAY))
        assert ours == {name: case[name] for name in ours}, case["description"]


@pytest.mark.shared
def test_the_set_t28_is_the_default_of_the_published_cases(shared: Path) -> None:
    config, _ = published(shared)
    floats = msgspec.convert(msgspec.to_builtins(CWA_SETS["T28"]), CwaConfig)
    assert config == floats


def scans(attenuation_db: int, *seconds: int) -> tuple[ScanInstance, ...]:
    return tuple(ScanInstance(attenuation_db, attenuation_db, s) for s in seconds)


def window(*, attenuation_db: int = 30, seconds: tuple[int, ...] = (300,)) -> ExposureWindow:
    return ExposureWindow(
        start_s=(TODAY - 1) * 86_400,
        report_type=2,
        infectiousness=1,
        confidence=0,
        scans=scans(attenuation_db, *seconds),
    )


def test_rounding_to_one_decimal_makes_a_day_just_below_the_threshold_high() -> None:
    almost = [window(seconds=(300, 300, 299))]
    plain = CwaModel(CWA_SETS["B0"])
    rounding = CwaModel(msgspec.structs.replace(CWA_SETS["B0"], round_day_sum=True))
    assert plain.judge(almost, today=TODAY)[0].level is RiskLevel.LOW
    assert rounding.judge(almost, today=TODAY)[0].level is RiskLevel.HIGH


def test_ios_divides_seconds_as_integers_in_filters() -> None:
    config = msgspec.convert(
        {
            "minutesAtAttenuationFilters": [
                {
                    "attenuationRange": {"min": 0, "max": 73},
                    "dropIfMinutesInRange": {"min": 0, "max": 9},
                }
            ]
        },
        CwaConfig,
    )
    between = window(seconds=(300, 270))
    assert CwaModel(config).judge_window(between) is not None
    whole = msgspec.structs.replace(config, whole_minutes_in_filters=True)
    assert CwaModel(whole).judge_window(between) is None


def test_encounters_of_a_day_without_level_count_on_ios_only() -> None:
    config = CWA_SETS["B2"]
    short = [window(seconds=(240,))]
    assert CwaModel(config).calculate(short, today=TODAY).low_encounters == 0
    ios = msgspec.structs.replace(config, keep_encounters_of_dropped_days=True)
    result = CwaModel(ios).calculate(short, today=TODAY)
    assert (result.days, result.low_encounters) == ((), 1)


def test_a_day_is_high_though_its_windows_are_all_low() -> None:
    two = [window(seconds=(300, 300))] * 2
    result = CwaModel(CWA_SETS["B0"]).calculate(two, today=TODAY)
    assert (result.total_level, result.low_encounters, result.high_encounters) == (2, 1, 0)


def test_old_clients_drop_low_transmission_risk_and_short_windows() -> None:
    a0 = CwaModel(CWA_SETS["A0"])
    long = window(seconds=(300, 300, 300))
    judged = a0.judge_window(long)
    assert judged is not None
    assert judged.normalized_time == pytest.approx(15 * 0.2 * 5)
    assert a0.judge_window(window(seconds=(300, 299))) is None
    assert a0.judge_window(replace(long, report_type=4)) is None


def test_windows_older_than_the_configured_age_are_left_out() -> None:
    config = msgspec.structs.replace(CWA_SETS["B2"], max_encounter_age_in_days=10)
    long = window(seconds=(300, 300, 300))
    aged = [replace(long, start_s=(TODAY - age) * 86_400) for age in (10, 11)]
    assert len(CwaModel(config).calculate(aged, today=TODAY).days) == 1
    by_default = msgspec.structs.replace(config, max_encounter_age_in_days=0)
    old = [replace(long, start_s=(TODAY - age) * 86_400) for age in (14, 15)]
    assert len(CwaModel(by_default).calculate(old, today=TODAY).days) == 1


def test_revoked_keys_have_no_level() -> None:
    assert CwaModel(CWA_SETS["B2"]).judge([replace(window(), report_type=5)], today=TODAY) == ()


def test_a_level_other_than_low_and_high_is_refused() -> None:
    with pytest.raises(InvalidPolicyError):
        msgspec.convert(
            {
                "normalizedTimePerDayToRiskLevelMapping": [
                    {"normalizedTimeRange": {"min": 0, "max": 1}, "riskLevel": 3}
                ]
            },
            CwaConfig,
        )
