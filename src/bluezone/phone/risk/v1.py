"""The old exposure records; also the gate that lets a key have windows.

Source: `spec/exposure.md` section 2.6. The surprising decision of the original,
kept: a key without any record here counts as unmatched, even if it has valid sightings.
"""

from collections.abc import Sequence

from bluezone.phone.risk.policy_types import V1Config
from bluezone.phone.risk.system import DAY_S, V1Constants, half_up
from bluezone.phone.risk.v1_durations import (
    Point,
    duration_s,
    durations_s,
    periods,
    split_at_gaps,
)
from bluezone.phone.risk.v1_records import V1Record, V1Result
from bluezone.phone.risk.v1_score import risk_score
from bluezone.phone.risk.windows import EvaluatedSighting
from bluezone.protocol.diagnosis_key import DiagnosisKey
from bluezone.protocol.en.tek import INTERVAL_S


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
    points = [Point(s.time_s, s.attenuation_db) for s in sightings]
    records = [
        _record(key, run, config, constants=constants, now=now)
        for run in split_at_gaps(points, constants.gap_s)
        if duration_s(run) >= constants.minimum_duration_s
    ]
    return V1Result(key.start * INTERVAL_S, tuple(records)) if records else None


def _record(
    key: DiagnosisKey,
    run: Sequence[Point],
    config: V1Config,
    *,
    constants: V1Constants,
    now: int,
) -> V1Record:
    steps = periods(run, constants.margin_s)
    total_s = sum(seconds for seconds, _, _ in steps)
    attenuation_db = half_up(sum(left * seconds for seconds, left, _ in steps) / total_s)
    lasted_s = duration_s(run)
    days = (now - key.start * INTERVAL_S) // DAY_S
    return V1Record(
        duration_s=lasted_s,
        attenuation_db=attenuation_db,
        risk_score=risk_score(
            attenuation_db,
            lasted_s,
            days,
            key.transmission_risk,
            config=config,
            constants=constants,
        ),
        durations_s=durations_s(run, config, constants),
        transmission_risk=key.transmission_risk,
    )
