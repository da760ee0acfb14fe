"""The constants that no health authority may set: one frozen structure with its sources.

Source: `spec/exposure.md`, sections 1 to 3 and the table of section 6 ("system"). What an
authority does set is in `policy.py`. The surprising decision: two switches differ between
the published code and what its documentation describes; both are data here.
"""

from dataclasses import dataclass
from typing import Final

DAY_S: Final = 86_400
INTERVALS_PER_DAY: Final = 144
MILLIS: Final = 1000


@dataclass(frozen=True, slots=True)
class V1Constants:
    """Edges of the old score, from strong or recent to weak (`spec/exposure.md` 2.6, 3.6).

    Attributes:
        gap_s: longer silence than this ends an exposure.
        margin_s: time credited before the first and after the last sighting.
        minimum_duration_s: shorter exposures yield no record.
        interpolate: whether crossings of a threshold are interpolated (off in the original).
        attenuation_edges_db: bucket i holds attenuations above edge i.
        days_edges: bucket i holds ages of at least edge i, in days.
        minutes_edges: bucket i holds durations of at most edge i, in minutes.
    """

    gap_s: int = 600
    margin_s: int = 150
    minimum_duration_s: int = 1
    interpolate: bool = False
    attenuation_edges_db: tuple[int, ...] = (73, 63, 51, 33, 27, 15, 10)
    days_edges: tuple[int, ...] = (14, 12, 10, 8, 6, 4, 2)
    minutes_edges: tuple[int, ...] = (0, 5, 10, 15, 20, 25, 30)


@dataclass(frozen=True, slots=True)
class BluezoneConstants:
    """How sightings of the 12-byte scheme pass through the same windows.

    Attributes:
        tolerance_s: how long after its slot an id may still be on the air, plus as much
            again for the clock (`spec/bluezone-wire.md` 1.7, D4: 150 s stale); an id heard
            longer than slot + this after its first sighting is a replay.
        scan_gap_s: rows of one id chain farther apart than this belong to two scans. A
            40 s scan sees a 15/15 s advertiser at most 35 s apart, the pause is 260 s (2.8).
        scan_run_s: a chain of rows longer than this is a new scan: 150 s is the longest
            run, of an app in the foreground (2.8).
        cycle_s: time that one scan stands for when it is not recorded: 40 s scan and
            260 s pause (2.8).
    """

    tolerance_s: int = 300
    scan_gap_s: int = 60
    scan_run_s: int = 150
    cycle_s: int = 300


@dataclass(frozen=True, slots=True)
class SystemConstants:
    """Everything that only a new version of the program may change.

    Attributes:
        drift_intervals: tolerance before and after an identifier's interval, 2 h (2.2).
        replay_limit_s: an identifier heard later than this after its first time is dropped.
        cut_at_key_end: "ignore embargo near key edges", off in the original (2.2).
        same_scan_gap_s: at most this far from the previous sighting is the same scan,
            1.5 * (4 + 13) s (2.2, 2.4).
        window_length_s: a window is cut this long after its first sighting (2.4).
        unknown_scan_s: seconds of a scan whose previous scan is unknown (2.4).
        scan_cap_minutes: most clock minutes that a scan stands for (2.4).
        tx_bounds_dbm: transmit powers outside are implausible (1.2).
        recursive_allowed: whether report type 4 is matched, off (2.3).
        revoked_stored: whether report type 5 is matched and kept hidden, on (2.3).
        transitions_allowed: changes of report type per key (2.7).
        skip_changed_period: refuse a key whose period differs from an earlier attempt
            (2.3). The published code means to, but its check is a stub.
        retention_days: age at which sightings and results are gone (2.1).
        v1: constants of the old score.
        bluezone: constants of the 12-byte scheme.
    """

    drift_intervals: int = 12
    replay_limit_s: int = 1200
    cut_at_key_end: bool = False
    same_scan_gap_s: float = 25.5
    window_length_s: int = 1800
    unknown_scan_s: int = 120
    scan_cap_minutes: int = 5
    tx_bounds_dbm: tuple[int, int] = (-50, 20)
    recursive_allowed: bool = False
    revoked_stored: bool = True
    transitions_allowed: int = 1
    skip_changed_period: bool = True
    retention_days: int = 14
    v1: V1Constants = V1Constants()
    bluezone: BluezoneConstants = BluezoneConstants()


def half_up(value: float) -> int:
    """Return `value` rounded to an integer, halves up: Java's `Math.round`, not Python's."""
    return int((value + 0.5) // 1)
