"""Our own model: minutes near an infected person, a day at a time.

Source: the definition of a close contact by WHO (16 December 2020: within 1 m for at least
15 minutes) and US CDC (21 October 2020: within 2 m, 15 minutes or more over 24 hours, from
two days before onset); thresholds in dB and minutes as `OursConfig` says; simulation and
derivation in `docs/risk.md`. The surprising decision: one scan is too noisy to tell 2 m
from 6 m, so the attenuation of a scan is the median with its neighbours of the window.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import msgspec

from bluezone.phone.risk.model import DayRisk, RiskLevel, day_date, flags_of
from bluezone.phone.risk.policy_types import MAX_ATTENUATION_DB, check_weights, require
from bluezone.phone.risk.windows import ExposureWindow, ScanInstance


class Bucket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Scans of at most `max_attenuation_db` weigh `weight`, 0 to 2.5."""

    max_attenuation_db: int
    weight: float


class OursConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of our model.

    Attributes:
        buckets: rising bounds, inclusive; farther scans weigh 0, which is why a far packet
            is no contact (W11). 63 dB is the outer bound of the first weights of the
            Corona-Warn-App (`spec/exposure.md` 4.6, A0), and midway between the mean
            attenuation at 2 m and at 6 m of the fitted path loss.
        far_attenuation_db: a scan above it is far, whatever its neighbours; 70 dB, the mean
            at 7 m of the fitted path loss.
        smoothing_s: scans of the same window at most this far apart are neighbours; 630 s
            is two cycles of 300 s on either side and the jitter of a scan.
        report_type_weights: by type 1 to 5, absent means 0. A self report weighs half:
            0.5, the weight the example configuration of the vectors uses.
        infectiousness_weights: 0, 0.4 and 1, the weights of the NHS app (5.1).
        low_minutes: weighted minutes a day from which a quiet note is shown; 5, the lower
            bound of the Corona-Warn-App (4.6, B0).
        high_minutes: weighted minutes a day from which the person is warned; 12, which is
            what 15 minutes surely leave in a log: three scans five minutes apart, each
            credited at least four clock minutes (2.4). The Corona-Warn-App took 13 (4.6, B1).
        minimum_scans: fewer near scans a day are no contact at all, however strong; 2.
        max_age_days: older windows are not judged; 14, the retention (2.1).
    """

    buckets: tuple[Bucket, ...] = (Bucket(63, 1.0),)
    far_attenuation_db: int = 70
    smoothing_s: int = 630
    report_type_weights: dict[int, float] = msgspec.field(
        default_factory=lambda: {1: 1.0, 2: 1.0, 3: 0.5}
    )
    infectiousness_weights: dict[int, float] = msgspec.field(
        default_factory=lambda: {1: 0.4, 2: 1.0}
    )
    low_minutes: float = 5.0
    high_minutes: float = 12.0
    minimum_scans: int = 2
    max_age_days: int = 14

    def __post_init__(self) -> None:
        edges = [bucket.max_attenuation_db for bucket in self.buckets]
        require(edges == sorted(set(edges)), "bucket bounds must rise strictly")
        require(all(0 <= e <= MAX_ATTENUATION_DB for e in edges), "bounds must be 0 to 255 dB")
        check_weights(dict(enumerate(b.weight for b in self.buckets)), len(self.buckets))
        check_weights(self.report_type_weights, 5)
        check_weights(self.infectiousness_weights, 2)
        require(0 <= self.far_attenuation_db <= MAX_ATTENUATION_DB, "far must be 0 to 255 dB")
        require(0 <= self.smoothing_s <= 1800, "smoothing must be 0 to 1800 s")
        require(0 < self.low_minutes <= self.high_minutes <= 1440, "minutes must rise in a day")
        require(self.minimum_scans >= 1, "at least one scan makes a contact")
        require(1 <= self.max_age_days <= 14, "windows are kept 1 to 14 days")


@dataclass(frozen=True, slots=True)
class _Credit:
    """What a window adds to its day, in seconds, and from how many near scans."""

    weighted_s: float
    near_s: int
    scans: int


@dataclass(frozen=True, slots=True)
class OursModel:
    """Weighted minutes near, summed over the windows of a day."""

    config: OursConfig
    name: str = "ours"
    unit: str = "weighted minutes"

    def judge(self, windows: Sequence[ExposureWindow], *, today: int) -> tuple[DayRisk, ...]:
        """Return the days with any near scan, ascending (see `RiskModel.judge`)."""
        days: defaultdict[int, list[tuple[ExposureWindow, _Credit]]] = defaultdict(list)
        for window in windows:
            credit = self._credit(window)
            if credit.weighted_s > 0 and today - window.day <= self.config.max_age_days:
                days[window.day].append((window, credit))
        return tuple(self._day(day, counted) for day, counted in sorted(days.items()))

    def _day(self, day: int, counted: Sequence[tuple[ExposureWindow, _Credit]]) -> DayRisk:
        score = sum(credit.weighted_s for _, credit in counted) / 60
        scans = sum(credit.scans for _, credit in counted)
        return DayRisk(
            day=day_date(day),
            level=self._level(score, scans),
            score=score,
            minutes=sum(credit.near_s for _, credit in counted) // 60,
            windows=len(counted),
            flags=flags_of(window for window, _ in counted),
        )

    def _level(self, weighted_minutes: float, scans: int) -> RiskLevel:
        if scans < self.config.minimum_scans or weighted_minutes < self.config.low_minutes:
            return RiskLevel.NONE
        return RiskLevel.HIGH if weighted_minutes >= self.config.high_minutes else RiskLevel.LOW

    def _credit(self, window: ExposureWindow) -> _Credit:
        factor = self.config.report_type_weights.get(
            window.report_type, 0.0
        ) * self.config.infectiousness_weights.get(window.infectiousness, 0.0)
        near = [
            (credited_seconds(scan), weight)
            for scan, db in zip(window.scans, self._smoothed(window.scans), strict=True)
            if scan.typical_attenuation_db <= self.config.far_attenuation_db
            and (weight := self._weight(db)) > 0
        ]
        return _Credit(
            weighted_s=factor * sum(seconds * weight for seconds, weight in near),
            near_s=sum(seconds for seconds, _ in near),
            scans=sum(1 for seconds, _ in near if seconds > 0),
        )

    def _weight(self, attenuation_db: float) -> float:
        for bucket in self.config.buckets:
            if attenuation_db <= bucket.max_attenuation_db:
                return bucket.weight
        return 0.0

    def _smoothed(self, scans: Sequence[ScanInstance]) -> Iterable[float]:
        """Yield for each scan the median attenuation of it and its neighbours in time."""
        for scan in scans:
            yield median(
                other.typical_attenuation_db
                for other in scans
                if abs(other.start_s - scan.start_s) <= self.config.smoothing_s
            )


def credited_seconds(scan: ScanInstance) -> int:
    """Return the time a scan stands for: since the scan before, and its own length.

    The rest of a scan that a window's end has cut is not credited again, and negative
    seconds are none (`spec/exposure.md` 2.4; `spec/bluezone-wire.md` 2.8).
    """
    since = 0 if scan.continued else max(scan.seconds_since_last_scan, 0)
    return since + scan.span_s
