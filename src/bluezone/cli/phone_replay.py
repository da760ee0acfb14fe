"""`bluezone phone replay`: recorded encounters through several risk models.

Source: `docs/risk.md`. The surprising decision: a policy given by `--policy` is read
without its signature, because a person who studies models tries out values of their own;
what a phone receives goes through `open_policy` instead.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, get_args

import click

from bluezone.cli.output import print_json
from bluezone.phone.risk.errors import InvalidPolicyError, InvalidRecordingError
from bluezone.phone.risk.policy import ModelName, RiskConfig, RiskPolicy
from bluezone.phone.risk.policy_document import decode_draft
from bluezone.phone.risk.recording import read_recordings
from bluezone.phone.risk.replay import Replayed, replay

MODELS: Final[tuple[ModelName, ...]] = get_args(ModelName)
"""Names of all models."""


def run_replay(
    path: Path,
    *,
    as_json: bool,
    models: Sequence[ModelName] = MODELS,
    policy: Path | None = None,
) -> None:
    """Print what each model says of each recording.

    Args:
        path: recordings, one JSON object a line.
        as_json: one JSON object a result; otherwise one readable line.
        models: names, in the order of the output.
        policy: JSON of a policy, members left out have their defaults; None for the default.

    Raises:
        InvalidRecordingError: the file cannot be read or a line is no recording.
        InvalidPolicyError: the policy cannot be read.
    """
    config = RiskConfig(_policy(policy))
    chosen = [config.policy.build_model(name) for name in models]
    try:
        with path.open("rb") as lines:
            for result in replay(read_recordings(lines), chosen, config=config):
                if as_json:
                    print_json(_row(result))
                else:
                    click.echo(_describe(result))
    except OSError as error:
        raise InvalidRecordingError(f"cannot read {path.name}: {error.strerror}") from error


def _policy(path: Path | None) -> RiskPolicy:
    if path is None:
        return RiskPolicy()
    try:
        return decode_draft(path.read_bytes())
    except OSError as error:
        raise InvalidPolicyError(f"cannot read {path.name}: {error.strerror}") from error


def _row(result: Replayed) -> Mapping[str, object]:
    assessment = result.assessment
    day = assessment.most_recent_day
    return {
        "id": result.recording,
        "model": assessment.model,
        "level": assessment.level.name.lower(),
        "most_recent_day": None if day is None else day.isoformat(),
        "minutes": assessment.minutes,
        "flags": sorted(assessment.flags),
        "unit": result.unit,
        "days": [
            {
                "day": risk.day.isoformat(),
                "level": risk.level.name.lower(),
                "score": risk.score,
                "minutes": risk.minutes,
                "windows": risk.windows,
                "flags": sorted(risk.flags),
            }
            for risk in assessment.days
        ],
    }


def _describe(result: Replayed) -> str:
    assessment = result.assessment
    score = max((day.score for day in assessment.days), default=0.0)
    text = f"{result.recording}: {assessment.model} says {assessment.level.name}"
    return f"{text}, highest day {score:.1f} {result.unit}"
