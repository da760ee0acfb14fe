"""The numbered steps of `bluezone export verify`.

Source: `docs/export-format.md`, "Checks". The surprising decision: the steps run in the
order of their numbers, so when one fails, all before it have passed and none after it ran.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from bluezone.cli.export_rows import printable
from bluezone.cli.output import fail, print_json
from bluezone.protocol.errors import ExportError
from bluezone.protocol.export import (
    Check,
    VerifiedSignature,
    read_export,
    read_public_key,
    usable_signatures,
    verify_export,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the steps ended: `fault` is None if all passed, else `verified` is None."""

    verified: VerifiedSignature | None
    fault: ExportError | None


def verify_file(data: bytes, pems: Sequence[bytes]) -> Outcome:
    """Run every step on the bytes of a file and of PEM public keys."""
    try:
        export = read_export(data)  # steps 1 zip to 6 signature_info, as far as the file goes
        usable_signatures(export)  # step 6 signature_info, as far as export.sig goes
        keys = [read_public_key(pem) for pem in pems]  # step 7 public_key
        return Outcome(verify_export(export, keys), None)  # step 8 signature
    except ExportError as fault:
        return Outcome(None, fault)


def print_steps(outcome: Outcome, *, key_names: Sequence[str], as_json: bool) -> None:
    """Print the result of each step, then the verdict; the fault also goes to stderr."""
    for row in _step_rows(outcome.fault):
        if as_json:
            print_json(row)
        else:
            reason = f": {row['message']} ({row['reason']})" if "reason" in row else ""
            click.echo(f"{row['number']} {row['check']!s:<15}{row['result']}{reason}")
    if as_json:
        print_json(_verdict_row(outcome, key_names))
    elif outcome.verified is not None:
        info = outcome.verified.info
        name = printable(f"{info.key_id} {info.key_version}")
        click.echo(f"Verified: signed as {name}, by {key_names[outcome.verified.key_number]}")
    if outcome.fault is not None:
        fail(outcome.fault)


def _step_rows(fault: ExportError | None) -> Iterator[dict[str, object]]:
    result = "passed"
    for number, check in enumerate(Check, 1):
        row: dict[str, object] = {"kind": "check", "number": number, "check": str(check)}
        if fault is not None and fault.check == check:
            yield {**row, "result": "failed", "reason": fault.reason, "message": str(fault)}
            result = "not reached"
        else:
            yield {**row, "result": result}


def _verdict_row(outcome: Outcome, key_names: Sequence[str]) -> dict[str, object]:
    if outcome.fault is not None:
        return {
            "kind": "verdict",
            "verified": False,
            "code": outcome.fault.code,
            "check": outcome.fault.check,
            "reason": outcome.fault.reason,
        }
    row: dict[str, object] = {"kind": "verdict", "verified": True}
    if outcome.verified is not None:
        row["key_id"] = printable(outcome.verified.info.key_id)
        row["key_version"] = printable(outcome.verified.info.key_version)
        row["key"] = key_names[outcome.verified.key_number]
    return row
