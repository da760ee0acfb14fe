"""`bluezone phone windows`: recorded cases in, exposure windows and summaries out.

Source: the command's contract and `spec/exposure.md` section 8. The surprising decision: a
case at which the original throws is a result, `{"id", "error"}` with the original's own
name; a case that cannot be read is printed with our code, the others still run, and the
command fails at its end.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from bluezone.cli.output import print_json
from bluezone.phone.risk.case_reading import case_id, parse_case, split_cases
from bluezone.phone.risk.case_rows import original_error, summary_rows, window_rows
from bluezone.phone.risk.cases import Case, run_case
from bluezone.phone.risk.errors import InvalidPolicyError, InvalidRecordingError
from bluezone.protocol.errors import BluezoneError, InvalidKeyError

Row = Mapping[str, object]


def run_windows(path: Path, *, as_json: bool) -> None:
    """Print the windows and daily summaries of each case of a file.

    Args:
        path: a JSON file of cases in the form of the exposure window vectors.
        as_json: one JSON object a line; otherwise one readable line a case.

    Raises:
        InvalidRecordingError: the file is no list of cases, or some could not be read (the
            others have been printed).
    """
    broken = 0
    for row in case_rows(_read(path)):
        broken += "code" in row
        if as_json:
            print_json(row)
        else:
            click.echo(_describe(row))
    if broken:
        raise InvalidRecordingError(f"{broken} cases could not be read")


def case_rows(data: bytes) -> Iterator[Row]:
    """Yield one row a case: `windows` and `daily_summaries`, or `error`."""
    for number, text in enumerate(split_cases(data)):
        yield {"id": case_id(text) or f"case {number}", **_outcome(text)}


def _outcome(text: bytes) -> Row:
    try:
        return _result(parse_case(text))
    except (InvalidKeyError, InvalidPolicyError) as error:
        return {"error": original_error(error), "message": str(error)}
    except BluezoneError as error:
        return {"error": type(error).__name__, "code": error.code, "message": str(error)}


def _result(case: Case) -> Row:
    result = run_case(case)
    return {
        "windows": [window_rows(windows) for windows in result.windows],
        "daily_summaries": [summary_rows(days) for days in result.daily_summaries],
    }


def _describe(row: Row) -> str:
    if "error" in row:
        return f"{row['id']}: {row['error']}: {row['message']}"
    windows, summaries = row["windows"], row["daily_summaries"]
    if not isinstance(windows, list) or not isinstance(summaries, list):
        raise TypeError("a row has lists")  # a mistake of ours, not of the user
    days = len(summaries[0]) if summaries else 0
    return f"{row['id']}: {sum(map(len, windows))} windows of {len(windows)} keys, {days} days"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRecordingError(f"cannot read {path.name}: {error.strerror}") from error
