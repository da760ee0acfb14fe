"""Matched keys in, one judgement out: what the node asks after every fetch.

Source: `spec/exposure.md` sections 2 to 5 through the engine and the model of the policy.
The surprising decision: HIGH alone warns loudly; LOW is a quiet note without a call to do
anything, because a few minutes near somebody are not what the person should act on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bluezone.phone.risk.engine import ExposureEngine
from bluezone.phone.risk.engine_state import EngineConfig, EngineState
from bluezone.phone.risk.matched_key import MatchedKey
from bluezone.phone.risk.model import DayRisk, RiskFlag, RiskLevel, RiskModel, total_level
from bluezone.phone.risk.policy import RiskConfig
from bluezone.phone.risk.shadow import drop_shadowed
from bluezone.phone.risk.sightings import SightingIndex
from bluezone.phone.risk.system import DAY_S
from bluezone.phone.risk.windows import ExposureWindow
from bluezone.protocol.diagnosis_key import DiagnosisKey
from bluezone.protocol.en.tek import ROLLING_PERIOD


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known of a person's risk at one instant.

    Attributes:
        level: highest level of any day; HIGH warns, LOW is a quiet note.
        days: every day with anything that counts, ascending.
        windows: the windows judged, by start; contents of no key can be told from them.
        most_recent_day: latest UTC day of that level; None if the level is NONE.
        minutes: whole minutes near infected people, over the days of that level.
        flags: what weakens the judgement on the days of that level.
        model: name of the model that decided.
        policy_version: version of the policy it decided by; 0 is the program's default.
    """

    level: RiskLevel
    days: tuple[DayRisk, ...]
    windows: tuple[ExposureWindow, ...]
    most_recent_day: date | None
    minutes: int
    flags: frozenset[RiskFlag]
    model: str
    policy_version: int


def assess(
    matches: Sequence[MatchedKey],
    *,
    config: RiskConfig,
    now: int,
    state: EngineState | None = None,
) -> Assessment:
    """Judge what was matched.

    Args:
        matches: keys of either scheme with their sightings; a key that comes again may
            only change its report type.
        config: policy and system constants.
        now: Unix seconds; decides what is too old.
        state: results of earlier calls, changed in place; None judges `matches` alone.

    Raises:
        MissingExtraError: the policy's model needs a package that is not installed.
    """
    engine = build_engine(config, state)
    engine.forget_before(now // DAY_S - config.system.retention_days)
    provide_matches(engine, matches, now=now)
    windows = drop_shadowed(engine.windows)
    return judge_windows(windows, config.policy.build_model(), config=config, now=now)


def build_engine(config: RiskConfig, state: EngineState | None = None) -> ExposureEngine:
    """Return an engine that works by a policy, with its memory if there is one."""
    policy = config.policy
    engine_config = EngineConfig(policy.mapping, policy.v1, policy.calibration, config.system)
    return ExposureEngine(engine_config, state)


def provide_matches(engine: ExposureEngine, matches: Sequence[MatchedKey], *, now: int) -> int:
    """Give matched keys of both schemes to an engine and return how many were new.

    A key that no phone could have used (a period above 144, a start beyond 32 bits, a
    wrong length) is passed over: one bad key of a signed file must not hide the others.
    """
    found = 0
    for match in matches:
        key = match.key
        if not isinstance(key, DiagnosisKey):
            found += engine.provide_day_keys([match])
        elif _is_usable(key):
            found += engine.provide([key], SightingIndex(match.sightings), now=now)
    return found


def _is_usable(key: DiagnosisKey) -> bool:
    ends_in_time = 0 <= key.start <= 2**32 - ROLLING_PERIOD
    return len(key.key) == 16 and 1 <= key.period <= ROLLING_PERIOD and ends_in_time


def judge_windows(
    windows: Sequence[ExposureWindow], model: RiskModel, *, config: RiskConfig, now: int
) -> Assessment:
    """Return a model's judgement of windows, wherever they come from."""
    today = now // DAY_S
    oldest = today - config.system.retention_days
    recent = tuple(sorted((w for w in windows if w.day >= oldest), key=lambda w: w.start_s))
    days = model.judge(recent, today=today)
    level = total_level(days)
    deciding = [day for day in days if day.level is level and level is not RiskLevel.NONE]
    return Assessment(
        level=level,
        days=days,
        windows=recent,
        most_recent_day=max((day.day for day in deciding), default=None),
        minutes=sum(day.minutes for day in deciding),
        flags=frozenset(flag for day in deciding for flag in day.flags),
        model=model.name,
        policy_version=config.policy.version,
    )
