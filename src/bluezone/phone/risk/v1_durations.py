"""How long a run of sightings lasted, and at which attenuations.

Source: `spec/exposure.md` section 2.6. The surprising decision of the original, kept: a run is
padded by a margin on both sides, and points of equal time are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bluezone.phone.risk.policy_types import V1Config
from bluezone.phone.risk.system import V1Constants, half_up
from bluezone.phone.risk.v1_records import Durations


@dataclass(frozen=True, slots=True)
class Point:
    """One sighting: when, and how far."""

    time_s: int
    attenuation_db: int


def split_at_gaps(points: Sequence[Point], gap_s: int) -> list[list[Point]]:
    """Return runs of points, ascending in time, with no gap longer than `gap_s` inside."""
    runs: list[list[Point]] = []
    for point in points:
        if runs and point.time_s - runs[-1][-1].time_s <= gap_s:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def duration_s(run: Sequence[Point]) -> int:
    """Return the length of a run plus five minutes, to the nearest five minutes (half down)."""
    exact = run[-1].time_s - run[0].time_s + 300
    rest = exact % 300
    return exact - rest if rest <= 150 else exact + 300 - rest


def periods(run: Sequence[Point], margin_s: int) -> list[tuple[int, int, int]]:
    """Return (seconds, attenuation of the left point, of the right point) of each period."""
    points = _padded(run, margin_s)
    return [(b.time_s - a.time_s, a.attenuation_db, b.attenuation_db) for a, b in pairwise(points)]


def durations_s(run: Sequence[Point], config: V1Config, constants: V1Constants) -> Durations:
    """Return the seconds of a run below, between and above the two thresholds."""
    low, high = config.duration_at_attenuation_thresholds
    points = _padded(run, constants.margin_s)
    below = _time_where(points, low, interpolate=constants.interpolate, above=False)
    above = _time_where(points, high, interpolate=constants.interpolate, above=True)
    total = points[-1].time_s - points[0].time_s
    return below, total - below - above, above


def _padded(run: Sequence[Point], margin_s: int) -> list[Point]:
    """Return the points with one before and one after, without points of equal time."""
    first = Point(run[0].time_s - margin_s, run[0].attenuation_db)
    last = Point(run[-1].time_s + margin_s, run[-1].attenuation_db)
    points = [first]
    for point in (*run, last):
        if point.time_s != points[-1].time_s:
            points.append(point)
    return points


def _time_where(
    points: Sequence[Point], threshold_db: int, *, interpolate: bool, above: bool
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


def _crossing(a: Point, b: Point, threshold_db: int) -> int:
    """Return the time at which a line through both points crosses, or the end of the period."""
    if a.attenuation_db == b.attenuation_db:
        return b.time_s
    share = (threshold_db - a.attenuation_db) / (b.attenuation_db - a.attenuation_db)
    time_s = half_up(a.time_s + share * (b.time_s - a.time_s))
    return time_s if a.time_s < time_s < b.time_s else b.time_s
