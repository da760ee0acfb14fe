"""Recorded encounters through several models side by side.

Source: ours. The surprising decision: all models see the very same windows, built once by
the policy's mapping and with people heard in two schemes counted once, so that a
difference between two results is a difference between two models.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bluezone.phone.risk.assess import Assessment, build_engine, judge_windows, provide_matches
from bluezone.phone.risk.model import RiskLevel, RiskModel
from bluezone.phone.risk.policy import RiskConfig
from bluezone.phone.risk.recording import Recording
from bluezone.phone.risk.shadow import drop_shadowed


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one model says of one recording.

    Attributes:
        recording: name of the recording.
        assessment: the model's judgement.
        unit: unit of the scores of its days.
    """

    recording: str
    assessment: Assessment
    unit: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A recording of which two models say different things.

    Attributes:
        recording: name of the recording.
        levels: level by model.
        most_recent_day: day by model, None where the level is NONE.
    """

    recording: str
    levels: dict[str, RiskLevel]
    most_recent_day: dict[str, date | None]


def replay(
    recordings: Iterable[Recording], models: Sequence[RiskModel], *, config: RiskConfig
) -> Iterator[Replayed]:
    """Yield the judgement of each model on each recording, recording by recording.

    Args:
        recordings: in the order in which results are wanted.
        models: any number, in the order in which results are wanted.
        config: mapping, calibration and system constants that build the windows.

    Raises:
        MissingExtraError: a model needs a package that is not installed.
    """
    for recording in recordings:
        engine = build_engine(config)
        provide_matches(engine, recording.matches, now=recording.now)
        windows = drop_shadowed((*engine.windows, *recording.windows))
        for model in models:
            assessment = judge_windows(windows, model, config=config, now=recording.now)
            yield Replayed(recording.id, assessment, model.unit)


def disagreements(results: Iterable[Replayed]) -> Iterator[Disagreement]:
    """Yield the recordings whose models differ in level, in order of appearance."""
    grouped: dict[str, list[Assessment]] = {}
    for result in results:
        grouped.setdefault(result.recording, []).append(result.assessment)
    for name, assessments in grouped.items():
        if len({assessment.level for assessment in assessments}) > 1:
            yield Disagreement(
                name,
                {a.model: a.level for a in assessments},
                {a.model: a.most_recent_day for a in assessments},
            )
