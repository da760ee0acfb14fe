"""Classes of the Express client over daily summaries, and what validation refuses."""

from typing import Any

import pytest

from bluezone.phone.risk.enx import WarningClass, classify
from bluezone.phone.risk.errors import InvalidPolicyError
from bluezone.phone.risk.policy_types import Calibration, DailySummaryConfig, DataMapping
from bluezone.phone.risk.summaries import DailySummary, Summary, summarise_days
from bluezone.phone.risk.windows import ExposureWindow, ScanInstance


def day(number: int, **seconds: float) -> DailySummary:
    total = Summary(
        seconds.get("maximum", 0.0), seconds.get("total", 0.0), seconds.get("weighted", 0.0)
    )
    types = {
        t: Summary(score_sum=seconds[f"type{t}"]) for t in range(1, 5) if f"type{t}" in seconds
    }
    return DailySummary(number, total, types)


@pytest.mark.parametrize(
    ("warning_class", "summary"),
    [
        (WarningClass(test_score_sum=900), day(1, type1=900)),
        (WarningClass(clinical_score_sum=900), day(1, type2=900)),
        (WarningClass(self_score_sum=900), day(1, type3=900)),
        (WarningClass(recursive_score_sum=900), day(1, type4=900)),
        (WarningClass(score_sum=900), day(1, total=900)),
        (WarningClass(maximum_score=900), day(1, maximum=900)),
        (WarningClass(weighted_duration=900), day(1, weighted=900)),
    ],
)
def test_a_class_applies_from_its_threshold_on(
    warning_class: WarningClass, summary: DailySummary
) -> None:
    assert warning_class.applies(summary)
    assert not WarningClass().applies(summary)


def test_the_lowest_class_wins_with_its_latest_day() -> None:
    severe, mild = WarningClass(score_sum=900), WarningClass(score_sum=300)
    days = [day(1, total=900), day(2, total=1200), day(3, total=400)]
    assert classify(days, [severe, mild]) == (1, 2)
    assert classify(days[2:], [severe, mild]) == (2, 3)
    assert classify([day(4, total=299)], [severe, mild]) is None


GOOD: dict[str, Any] = {
    "attenuation_bucket_threshold_db": (40, 53, 60),
    "attenuation_bucket_weights": (2.0, 1.0, 0.5, 0.05),
}


@pytest.mark.parametrize(
    "change",
    [
        {"attenuation_bucket_threshold_db": (40, 40, 60)},
        {"attenuation_bucket_threshold_db": (40, 53)},
        {"attenuation_bucket_threshold_db": (40, 53, 256)},
        {"attenuation_bucket_threshold_db": (-1, 53, 60)},
        {"attenuation_bucket_weights": (1.0, 1.0, 1.0)},
        {"attenuation_bucket_weights": (2.6, 1.0, 1.0, 0.0)},
        {"attenuation_bucket_weights": (-0.1, 1.0, 1.0, 0.0)},
        {"report_type_weights": {6: 1.0}},
        {"report_type_weights": {1: 2.6}},
        {"infectiousness_weights": {3: 1.0}},
        {"days_since_exposure_threshold": -1},
        {"minimum_window_score": -0.5},
    ],
    ids=str,
)
def test_a_configuration_the_original_refuses_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidPolicyError):
        DailySummaryConfig(**GOOD | change)


@pytest.mark.parametrize(
    "build",
    [
        lambda: DataMapping((3,) * 29),
        lambda: DataMapping(report_type_when_missing=6),
        lambda: Calibration(tx_power_dbm=21),
        lambda: Calibration(rssi_correction_db=41),
        lambda: WarningClass(score_sum=-1),
    ],
)
def test_an_impossible_mapping_calibration_or_class_is_refused(build: Any) -> None:
    with pytest.raises(InvalidPolicyError):
        build()


def test_the_switch_leaves_out_windows_of_no_infectiousness() -> None:
    scans = (ScanInstance(30, 30, 300),)
    window = ExposureWindow(86_400 * 10, 1, 0, 3, scans)
    kept = summarise_days([window], DailySummaryConfig(**GOOD), today=11)
    assert [d.total.weighted_duration_sum for d in kept] == [600]
    dropping = DailySummaryConfig(**GOOD, drop_infectiousness_none=True)
    assert summarise_days([window], dropping, today=11) == ()


def test_a_day_as_old_as_the_threshold_stays() -> None:
    window = ExposureWindow(86_400 * 10, 1, 1, 3, (ScanInstance(30, 30, 300),))
    config = DailySummaryConfig(**GOOD, days_since_exposure_threshold=5)
    assert len(summarise_days([window], config, today=15)) == 1
    assert summarise_days([window], config, today=16) == ()
