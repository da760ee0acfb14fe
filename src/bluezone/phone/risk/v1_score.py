"""The score of the old exposure records: a product of four tables.

Source: `spec/exposure.md` section 3.6. The surprising decision of the original, kept: the
age counts from the start of the key, not from the sighting.
"""

from collections.abc import Sequence

from bluezone.phone.risk.policy_types import V1Config
from bluezone.phone.risk.system import V1Constants


def risk_score(
    attenuation_db: int,
    duration_s: int,
    days: int,
    transmission_risk: int,
    *,
    config: V1Config,
    constants: V1Constants,
) -> int:
    """Return the product of the four tables, 0 if below the minimum.

    Args:
        attenuation_db: time-weighted.
        duration_s: of the exposure, in steps of 300 s.
        days: whole days since the start of the key.
        transmission_risk: 0 (counts as factor 1) to 8; higher counts as 8.
        config: the tables and the minimum.
        constants: edges of the buckets.
    """
    b1 = _first([attenuation_db > edge for edge in constants.attenuation_edges_db])
    b2 = _first([days >= edge for edge in constants.days_edges])
    b3 = _first([duration_s // 60 <= edge for edge in constants.minutes_edges])
    transmission = 1 if transmission_risk == 0 else _transmission(config, transmission_risk)
    score = (
        config.attenuation_scores[b1]
        * config.days_since_last_exposure_scores[b2]
        * config.duration_scores[b3]
        * transmission
    )
    return score if score >= config.minimum_risk_score else 0


def _transmission(config: V1Config, level: int) -> int:
    return config.transmission_risk_scores[min(max(level, 1), 8) - 1]


def _first(hits: Sequence[bool]) -> int:
    return hits.index(True) if True in hits else 7
