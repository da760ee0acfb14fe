"""`bluezone phone risk`: the published cases of the CWA and NHS models, run by ours.

Source: `spec/exposure.md` section 8 for the forms. The surprising decision: expected values
in a file are never read; the output is compared with them by whoever wants to.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

import click
import msgspec

from bluezone.cli.output import print_json
from bluezone.phone.risk.bounds import Seconds, Strength
from bluezone.phone.risk.cwa import CwaModel
from bluezone.phone.risk.cwa_config import CwaConfig
from bluezone.phone.risk.errors import InvalidRecordingError
from bluezone.phone.risk.nhs import NhsScan, score
from bluezone.phone.risk.nhs_config import NhsConfig
from bluezone.phone.risk.system import DAY_S
from bluezone.phone.risk.windows import ExposureWindow, ScanInstance

Row = Mapping[str, object]
T = TypeVar("T")
Age: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1000)]
"""Days between a window and today."""

_TODAY: Final = 18_700
"""Any day number serves: cases of the CWA name days by their age alone."""


class _CwaScan(msgspec.Struct, frozen=True, rename="camel"):
    min_attenuation: Strength
    typical_attenuation: Strength
    seconds_since_last_scan: Seconds


class _CwaWindow(msgspec.Struct, frozen=True, rename="camel"):
    age_in_days: Age
    report_type: int
    infectiousness: int
    calibration_confidence: int
    scan_instances: tuple[_CwaScan, ...]


class _CwaCase(msgspec.Struct, frozen=True, rename="camel"):
    exposure_windows: tuple[_CwaWindow, ...]
    index: int | None = None
    description: str = ""


class _CwaFile(msgspec.Struct, frozen=True, rename="camel"):
    default_risk_calculation_configuration: CwaConfig
    test_cases: tuple[_CwaCase, ...]


class _NhsScan(msgspec.Struct, frozen=True):
    seconds_since_last_scan: float
    attenuation: float


class _NhsCase(msgspec.Struct, frozen=True):
    id: str
    config: NhsConfig
    scans: tuple[_NhsScan, ...]


class _NhsFile(msgspec.Struct, frozen=True):
    cases: tuple[_NhsCase, ...]


def run_risk(path: Path, *, model: Literal["cwa", "nhs"], as_json: bool) -> None:
    """Print the result of each case of a file.

    Args:
        path: cases of the CWA (`testCases` and a default configuration) or of the NHS
            (`cases`, each with its configuration).
        model: whose form and model.
        as_json: one JSON object a line; otherwise one readable line.

    Raises:
        InvalidRecordingError: the file cannot be read.
        MissingExtraError: the NHS model needs scipy.
    """
    for row in _cwa_rows(path) if model == "cwa" else _nhs_rows(path):
        if as_json:
            print_json(row)
        else:
            click.echo(", ".join(f"{name} {value}" for name, value in row.items()))


def _cwa_rows(path: Path) -> Iterator[Row]:
    content = _read(path, _CwaFile)
    model = CwaModel(content.default_risk_calculation_configuration)
    for number, case in enumerate(content.test_cases):
        result = model.calculate([_window(w) for w in case.exposure_windows], today=_TODAY)
        yield {
            "index": number if case.index is None else case.index,
            "totalRiskLevel": result.total_level,
            "ageOfMostRecentDateWithLowRisk": _age(result.most_recent(1)),
            "ageOfMostRecentDateWithHighRisk": _age(result.most_recent(2)),
            "numberOfDaysWithLowRisk": result.count(1),
            "numberOfDaysWithHighRisk": result.count(2),
            "totalMinimumDistinctEncountersWithLowRisk": result.low_encounters,
            "totalMinimumDistinctEncountersWithHighRisk": result.high_encounters,
        }


def _nhs_rows(path: Path) -> Iterator[Row]:
    for case in _read(path, _NhsFile).cases:
        scans = [NhsScan(scan.seconds_since_last_scan, scan.attenuation) for scan in case.scans]
        yield {"id": case.id, "score": score(scans, case.config)}


def _age(day: int | None) -> int | None:
    return None if day is None else _TODAY - day


def _window(window: _CwaWindow) -> ExposureWindow:
    return ExposureWindow(
        start_s=(_TODAY - window.age_in_days) * DAY_S,
        report_type=window.report_type,
        infectiousness=window.infectiousness,
        confidence=window.calibration_confidence,
        scans=tuple(
            ScanInstance(
                scan.min_attenuation, scan.typical_attenuation, scan.seconds_since_last_scan
            )
            for scan in window.scan_instances
        ),
    )


def _read(path: Path, form: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=form)
    except OSError as error:
        raise InvalidRecordingError(f"cannot read {path.name}: {error.strerror}") from error
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidRecordingError(f"{path.name} is not a file of cases: {error}") from error
