"""Results of recorded cases, written in the form of the vectors.

Source: the form of the vectors described in `spec/exposure.md` section 8; member names and
their order are its own. The surprising decision: where the original throws, its exception's
name is the result, since that is what the vectors hold.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from bluezone.phone.risk.errors import InvalidPolicyError
from bluezone.phone.risk.summaries import DailySummary
from bluezone.phone.risk.system import DAY_S, MILLIS
from bluezone.phone.risk.windows import ExposureWindow


def original_error(error: Exception) -> str:
    """Return the name of what the original throws where we raise `error`."""
    if isinstance(error, InvalidPolicyError):
        return "IllegalArgumentException"
    return "IndexOutOfBoundsException"


def window_rows(windows: Iterable[ExposureWindow]) -> Sequence[Mapping[str, object]]:
    """Return windows in the form of the vectors."""
    return [
        {
            "epoch_seconds": window.start_s,
            "date_epoch_millis_utc": window.day * DAY_S * MILLIS,
            "report_type": window.report_type,
            "infectiousness": window.infectiousness,
            "calibration_confidence": window.confidence,
            "scan_instances": [
                {
                    "attenuations": list(scan.attenuations),
                    "typical_attenuation_db": scan.typical_attenuation_db,
                    "min_attenuation_db": scan.min_attenuation_db,
                    "seconds_since_last_scan": scan.seconds_since_last_scan,
                }
                for scan in window.scans
            ],
        }
        for window in windows
    ]


def summary_rows(days: Iterable[DailySummary]) -> Sequence[Mapping[str, object]]:
    """Return daily summaries in the form of the vectors, all six report types present."""
    return [
        {
            "days_since_epoch": day.day,
            "summary": msgspec.to_builtins(day.total),
            "by_report_type": {
                str(report_type): msgspec.to_builtins(day.of_type(report_type))
                for report_type in range(6)
            },
        }
        for day in days
    ]
