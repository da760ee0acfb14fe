"""`bluezone export`: explain and verify diagnosis-key files, ours or another country's.

Source: `docs/export-format.md`. The surprising decision: `show` never asks for a key and
`verify` never does without one, so that nobody mistakes reading for trusting.
"""

import sys
from pathlib import Path

import click

from bluezone.cli.export_rows import count_keys, key_rows, summary_row
from bluezone.cli.export_run import run
from bluezone.cli.export_text import print_summary, print_table
from bluezone.cli.export_verify import print_steps, verify_file
from bluezone.cli.output import EXIT_FAILED, print_json, track
from bluezone.protocol.export import read_any
from bluezone.protocol.export.limits import MAX_ARCHIVE_BYTES
from bluezone.protocol.export.public_key import MAX_PEM_BYTES

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TEXT_ROWS = 10


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Explain, verify and write diagnosis-key exports."""


@command.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option(
    "--limit", type=click.IntRange(min=0), help="Most keys to list [10; with --json all]."
)
def show(file: Path, *, as_json: bool, limit: int | None) -> None:
    """Explain FILE: a signed zip, a bare export.bin or a federation batch.

    Nothing is verified. With --json the first line is {"kind":"export",...}; then comes
    one {"kind":"key",...} a key, in lower-case hex for Exposure Notification and in
    upper-case hex for Bluezone.
    """
    data = _read_start(file, MAX_ARCHIVE_BYTES)
    read = read_any(data)
    if not as_json:
        print_summary(summary_row(read, data))
        print_table(key_rows(read, limit=_TEXT_ROWS if limit is None else limit))
        return
    print_json(summary_row(read, data))
    shown = count_keys(read) if limit is None else min(limit, count_keys(read))
    rows = key_rows(read, limit=shown)
    # A bar and a thousand lines on one terminal would spoil each other.
    for row in rows if sys.stdout.isatty() else track(rows, total=shown, label="keys"):
        print_json(row)


@command.command()
@click.argument("file", type=_FILE)
@click.option(
    "--key",
    "keys",
    type=_FILE,
    multiple=True,
    required=True,
    metavar="PEM",
    help="Public key that you trust; may be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def verify(file: Path, keys: tuple[Path, ...], *, as_json: bool) -> None:
    """Check FILE step by step against public keys; exit 0 if one of them signed it.

    The steps: zip, header, protobuf, window, keys, signature_info, public_key,
    signature. The first that fails is named with its reason, and the exit status is 1.
    """
    pems = [_read_start(key, MAX_PEM_BYTES) for key in keys]
    outcome = verify_file(_read_start(file, MAX_ARCHIVE_BYTES), pems)
    print_steps(outcome, key_names=[key.name for key in keys], as_json=as_json)
    if outcome.fault is not None:
        sys.exit(EXIT_FAILED)


def _read_start(file: Path, limit: int) -> bytes:
    """Return the bytes of a file, one more than allowed if it is larger."""
    with file.open("rb") as opened:
        return opened.read(limit + 1)


command.add_command(run)
