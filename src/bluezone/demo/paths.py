"""Where a person is at every instant, and how long two people are near one another.

A path is piecewise linear in time. The decision that surprises: the time within a distance
is solved exactly (a quadratic on each common piece), not sampled, because it is the truth
that the phones' warnings are held against.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import dist, sqrt


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A place at an instant.

    Attributes:
        time_s: Unix seconds UTC.
        x_m: metres along the street.
        y_m: metres across the street.
    """

    time_s: float
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class Path:
    """Waypoints in strictly ascending time; the person rests before the first and after the last.

    Raises:
        ValueError: there is no waypoint, or their times do not ascend.
    """

    waypoints: tuple[Waypoint, ...]

    def __post_init__(self) -> None:
        """Check that the times ascend."""
        if not self.waypoints or any(a.time_s >= b.time_s for a, b in pairwise(self.waypoints)):
            raise ValueError("a path needs waypoints with ascending times")

    def at(self, time_s: float) -> tuple[float, float]:
        """Return (x, y) in metres at an instant."""
        after = bisect_right(self.waypoints, time_s, key=lambda point: point.time_s)
        if after == 0:
            return self.waypoints[0].x_m, self.waypoints[0].y_m
        left = self.waypoints[after - 1]
        if after == len(self.waypoints):
            return left.x_m, left.y_m
        right = self.waypoints[after]
        share = (time_s - left.time_s) / (right.time_s - left.time_s)
        return left.x_m + share * (right.x_m - left.x_m), left.y_m + share * (right.y_m - left.y_m)


def distance_m(one: Path, other: Path, time_s: float) -> float:
    """Return the distance of two people in metres at an instant."""
    return dist(one.at(time_s), other.at(time_s))


def _near_on_piece(
    start: tuple[float, float], end: tuple[float, float], duration_s: float, within_m: float
) -> float:
    """Return the seconds within a distance while the gap moves evenly from `start` to `end`."""
    (x, y), (dx, dy) = start, (end[0] - start[0], end[1] - start[1])
    # |start + share * d|^2 <= within^2, with share from 0 to 1.
    a, b, c = dx * dx + dy * dy, 2 * (x * dx + y * dy), x * x + y * y - within_m * within_m
    if a == 0:
        return duration_s if c <= 0 else 0.0
    root = b * b - 4 * a * c
    if root <= 0:
        return 0.0
    enter, leave = (-b - sqrt(root)) / (2 * a), (-b + sqrt(root)) / (2 * a)
    return duration_s * max(0.0, min(1.0, leave) - max(0.0, enter))


def _gap(one: Path, other: Path, time_s: float) -> tuple[float, float]:
    (x1, y1), (x2, y2) = one.at(time_s), other.at(time_s)
    return x2 - x1, y2 - y1


def near_s(one: Path, other: Path, *, start_s: float, end_s: float, within_m: float) -> float:
    """Return how many seconds of [start_s, end_s) two people are within `within_m` metres."""
    points: Iterable[Waypoint] = (*one.waypoints, *other.waypoints)
    cuts = {point.time_s for point in points if start_s < point.time_s < end_s}
    instants = sorted({start_s, end_s, *cuts})
    return sum(
        _near_on_piece(
            _gap(one, other, left), _gap(one, other, right), right - left, within_m=within_m
        )
        for left, right in pairwise(instants)
    )
