"""What the old score leaves of a key: exposures with their durations and scores.

Source: `spec/exposure.md` section 2.6, last line.
"""

from dataclasses import dataclass

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
