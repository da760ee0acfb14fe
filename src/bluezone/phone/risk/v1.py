"""The old exposure records; also the gate that lets a key have windows.

Source: `spec/exposure.md` section 2.6. The surprising decision of the original,
kept: a key without any record here counts as unmatched, even if it has valid sightings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bluezone.phone.risk.policy_types import V1Config
from bluezone.phone.risk.system import DAY_S, V1Constants, half_up
from bluezone.phone.risk.v1_score import risk_score
from bluezone.phone.risk.windows import EvaluatedSighting
from bluezone.protocol.diagnosis_key import DiagnosisKey
from bluezone.protocol.en.tek import INTERVAL_S

Durations = tuple[int, int, int]
"""Seconds below, between and above the two thresholds."""


@dataclass(frozen=True, slots=True)
class V1Record:
    """One exposure of one key.

    Attributes:
        duration_s: in steps of 300 s.
        attenuation_db: time-weighted, halves rounded up.
        risk_score: 0 to 4096.
        durations_s: seconds below, between and above the thresholds.
        transmission_risk: level of the key, 0 to 8.
    """

    duration_s: int
    attenuation_db: int
    risk_score: int
    durations_s: Durations
    transmission_risk: int


@dataclass(frozen=True, slots=True)
class V1Result:
    """All exposures of one key (2.6, last line).

    Attributes:
        date_s: start of the key, Unix seconds.
        records: in order of time, at least one.
    """

    date_s: int
    records: tuple[V1Record, ...]

    @property
    def max_risk_score(self) -> int:
        """Largest score of a record."""
        return max(record.risk_score for record in self.records)

    @property
    def total_risk_score(self) -> int:
        """Sum of the scores."""
        return sum(record.risk_score for record in self.records)

    @property
    def durations_s(self) -> Durations:
        """Element-wise sum of the seconds below, between and above the thresholds."""
        below, between, above = zip(*(r.durations_s for r in self.records), strict=True)
        return sum(below), sum(between), sum(above)


@dataclass(frozen=True, slots=True)
class _Point:
    time_s: int
    attenuation_db: int


def evaluate_v1(
    key: DiagnosisKey,
    sightings: Sequence[EvaluatedSighting],
    config: V1Config,
    *,
    constants: V1Constants,
    now: int,
) -> V1Result | None:
    """Return the exposures of a key, or None if there is none: the key is then unmatched.

    Args:
        key: the key.
        sightings: its list A, ascending in time.
        config: tables and thresholds.
        constants: gaps, margins and bucket edges.
        now: Unix seconds; the age of the key counts from its start.
    """
    points = [_Point(s.time_s, s.attenuation_db) for s in sightings]
    records = [
        _record(key, run, config, constants=constants, now=now)
        for run in _split_at_gaps(points, constants.gap_s)
        if _duration_s(run) >= constants.minimum_duration_s
    ]
    return V1Result(key.start * INTERVAL_S, tuple(records)) if records else None


def _split_at_gaps(points: Sequence[_Point], gap_s: int) -> list[list[_Point]]:
    runs: list[list[_Point]] = []
    for point in points:
        if runs and point.time_s - runs[-1][-1].time_s <= gap_s:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def _duration_s(run: Sequence[_Point]) -> int:
    """Return the length of a run plus five minutes, to the nearest five minutes (half down)."""
    exact = run[-1].time_s - run[0].time_s + 300
    rest = exact % 300
    return exact - rest if rest <= 150 else exact + 300 - rest


def _record(
    key: DiagnosisKey,
    run: Sequence[_Point],
    config: V1Config,
    *,
    constants: V1Constants,
    now: int,
) -> V1Record:
    periods = _periods(run, constants.margin_s)
    total_s = sum(seconds for seconds, _, _ in periods)
    attenuation_db = half_up(sum(left * seconds for seconds, left, _ in periods) / total_s)
    duration_s = _duration_s(run)
    days = (now - key.start * INTERVAL_S) // DAY_S
    return V1Record(
        duration_s=duration_s,
        attenuation_db=attenuation_db,
        risk_score=risk_score(
            attenuation_db,
            duration_s,
            days,
            key.transmission_risk,
            config=config,
            constants=constants,
        ),
        durations_s=_durations(run, config, constants),
        transmission_risk=key.transmission_risk,
    )


def _padded(run: Sequence[_Point], margin_s: int) -> list[_Point]:
    """Return the points with one before and one after, without points of equal time."""
    first = _Point(run[0].time_s - margin_s, run[0].attenuation_db)
    last = _Point(run[-1].time_s + margin_s, run[-1].attenuation_db)
    points = [first]
    for point in (*run, last):
        if point.time_s != points[-1].time_s:
            points.append(point)
    return points


def _periods(run: Sequence[_Point], margin_s: int) -> list[tuple[int, int, int]]:
    """Return (seconds, attenuation of the left point, of the right point) of each period."""
    points = _padded(run, margin_s)
    return [(b.time_s - a.time_s, a.attenuation_db, b.attenuation_db) for a, b in pairwise(points)]


def _durations(run: Sequence[_Point], config: V1Config, constants: V1Constants) -> Durations:
    low, high = config.duration_at_attenuation_thresholds
    points = _padded(run, constants.margin_s)
    below = _time_where(points, low, interpolate=constants.interpolate, above=False)
    above = _time_where(points, high, interpolate=constants.interpolate, above=True)
    total = points[-1].time_s - points[0].time_s
    return below, total - below - above, above


def _time_where(
    points: Sequence[_Point], threshold_db: int, *, interpolate: bool, above: bool
) -> int:
    """Return the seconds at or above, or below, a threshold."""
    total = 0
    for a, b in pairwise(points):
        middle = _crossing(a, b, threshold_db) if interpolate else b.time_s
        if (a.attenuation_db >= threshold_db) is above:
            total += middle - a.time_s
        if (b.attenuation_db >= threshold_db) is above:
            total += b.time_s - middle
    return total


def _crossing(a: _Point, b: _Point, threshold_db: int) -> int:
    """Return the time at which a line through both points crosses, or the end of the period."""
    if a.attenuation_db == b.attenuation_db:
        return b.time_s
    share = (threshold_db - a.attenuation_db) / (b.attenuation_db - a.attenuation_db)
    time_s = half_up(a.time_s + share * (b.time_s - a.time_s))
    return time_s if a.time_s < time_s < b.time_s else b.time_s
