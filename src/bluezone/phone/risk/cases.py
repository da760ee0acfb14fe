"""Recorded cases of the original code, run.

Source: `spec/exposure.md` section 8; read by `case_reading`. The surprising decision: a case is
judged "as the original decides", so the check of a changed rolling period, a stub there, is off.
"""

from dataclasses import dataclass

from bluezone.phone.risk.engine import ExposureEngine
from bluezone.phone.risk.engine_state import EngineConfig
from bluezone.phone.risk.policy_types import DailySummaryConfig
from bluezone.phone.risk.sightings import SightingIndex
from bluezone.phone.risk.summaries import DailySummary, summarise_days
from bluezone.phone.risk.system import DAY_S
from bluezone.phone.risk.windows import ExposureWindow
from bluezone.phone.sighting import Sighting
from bluezone.protocol.diagnosis_key import DiagnosisKey


@dataclass(frozen=True, slots=True)
class Case:
    """One case, ready to run.

    Attributes:
        id: its name.
        now: the fixed clock, Unix seconds.
        passes: batches of keys, the first one first.
        sightings: in the order of the store.
        engine_config: data mapping, old score and system constants.
        summaries: configurations of daily summaries.
    """

    id: str
    now: int
    passes: tuple[tuple[DiagnosisKey, ...], ...]
    sightings: tuple[Sighting, ...]
    engine_config: EngineConfig
    summaries: tuple[DailySummaryConfig, ...]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case leads to.

    Attributes:
        found: new matches of each pass.
        engine: holds the stored results.
        windows: of each key of the first pass; empty where it is not stored.
        daily_summaries: one list of days for each configuration.
    """

    found: tuple[int, ...]
    engine: ExposureEngine
    windows: tuple[tuple[ExposureWindow, ...], ...]
    daily_summaries: tuple[tuple[DailySummary, ...], ...]


def run_case(case: Case) -> CaseResult:
    """Return what a case leads to, as the original decides.

    Raises:
        InvalidKeyError: a rolling period above 144, where the original throws.
    """
    engine = ExposureEngine(case.engine_config)
    index = SightingIndex(case.sightings)
    found = tuple(engine.provide(keys, index, now=case.now) for keys in case.passes)
    results = engine.state.results
    return CaseResult(
        found=found,
        engine=engine,
        windows=tuple(
            results[key.key].windows if key.key in results else () for key in case.passes[0]
        ),
        daily_summaries=tuple(
            summarise_days(engine.windows, config, today=case.now // DAY_S)
            for config in case.summaries
        ),
    )
