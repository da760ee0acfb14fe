"""Daily summaries: the scores of exposure windows by day and report type.

Source: `spec/exposure.md` sections 3.2 to 3.4. The surprising decision of the original,
kept: a window of score 0 still adds its weighted duration, and a day whose windows all
fall below the minimum is listed with zeros.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bluezone.phone.risk.policy_types import DailySummaryConfig
from bluezone.phone.risk.windows import ExposureWindow, ScanInstance

_VISIBLE_TYPES = range(1, 5)
"""Report types that enter a summary; revoked (5) is stored but hidden (3.4)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Scores of one day, of one report type or of all, in (weighted) seconds."""

    maximum_score: float = 0.0
    score_sum: float = 0.0
    weighted_duration_sum: float = 0.0

    def plus(self, other: "Summary") -> "Summary":
        """Return the maximum of maxima and the sums of sums."""
        return Summary(
            max(self.maximum_score, other.maximum_score),
            self.score_sum + other.score_sum,
            self.weighted_duration_sum + other.weighted_duration_sum,
        )


@dataclass(frozen=True, slots=True)
class DailySummary:
    """One day.

    Attributes:
        day: days since 1970-01-01 UTC.
        total: over all report types.
        by_report_type: types 1 to 4 that occurred; absent ones are all zero.
    """

    day: int
    total: Summary
    by_report_type: Mapping[int, Summary] = field(default_factory=dict)

    def of_type(self, report_type: int) -> Summary:
        """Return the summary of one report type, zeros if it did not occur."""
        return self.by_report_type.get(report_type, Summary())


def bucket(typical_attenuation_db: int, config: DailySummaryConfig) -> int:
    """Return 0 immediate, 1 near, 2 medium or 3 other; upper bounds are inclusive (3.2)."""
    for index, edge in enumerate(config.attenuation_bucket_threshold_db):
        if typical_attenuation_db <= edge:
            return index
    return 3


def weighted_duration(scans: Iterable[ScanInstance], config: DailySummaryConfig) -> float:
    """Return the weighted seconds of scans; negative seconds lower it (3.3)."""
    seconds = [0, 0, 0, 0]
    for scan in scans:
        seconds[bucket(scan.typical_attenuation_db, config)] += scan.seconds_since_last_scan
    weights = config.attenuation_bucket_weights
    return float(sum(s * weight for s, weight in zip(seconds, weights, strict=True)))


def summarise_days(
    windows: Iterable[ExposureWindow], config: DailySummaryConfig, *, today: int
) -> tuple[DailySummary, ...]:
    """Return one summary a day, ascending.

    Args:
        windows: of all keys, in any order.
        config: weights and thresholds.
        today: current day, days since 1970-01-01 UTC.
    """
    days: defaultdict[int, dict[int, Summary]] = defaultdict(dict)
    for window in windows:
        if not _counts(window, config, today):
            continue
        types = days[window.day]
        addend = _window_summary(window, config)
        types[window.report_type] = types.get(window.report_type, Summary()).plus(addend)
    return tuple(
        DailySummary(day, _total(types.values()), types) for day, types in sorted(days.items())
    )


def _counts(window: ExposureWindow, config: DailySummaryConfig, today: int) -> bool:
    if window.report_type not in _VISIBLE_TYPES:
        return False
    if config.drop_infectiousness_none and window.infectiousness == 0:
        return False
    limit = config.days_since_exposure_threshold
    return limit == 0 or today - window.day <= limit


def _window_summary(window: ExposureWindow, config: DailySummaryConfig) -> Summary:
    weighted = weighted_duration(window.scans, config)
    score = (
        weighted
        * config.report_type_weights.get(window.report_type, 0.0)
        * config.infectiousness_weights.get(window.infectiousness, 0.0)
    )
    if score < config.minimum_window_score:
        return Summary()
    return Summary(score, score, weighted)


def _total(summaries: Iterable[Summary]) -> Summary:
    total = Summary()
    for summary in summaries:
        total = total.plus(summary)
    return total
