"""`bluezone phone`: what a phone does, by hand.

The commands that only look (`match`, `windows`, `status`) need no server; `share` is the
one that sends, and it asks first. Each command's work lives in a module of its own and is
imported when it is used.
"""

from pathlib import Path
from typing import Final

import click

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")

MATCH_EXAMPLES: Final = """\b
Examples:
  bluezone phone match --log sightings.csv --export keys.zip --key server.pem --json
  bluezone phone match --history history.csv --f0 f0.json --published --json"""


@click.group(name="phone")
def command() -> None:
    """Match, judge, share keys: what a phone does, by hand."""


@command.command(epilog=MATCH_EXAMPLES)
@click.option("--history", type=_FILE, help="History file of a published phone.")
@click.option("--f0", type=_FILE, help="F0 list as it is pushed (JSON).")
@click.option("--published", is_flag=True, help="Decide exactly as published Android phones do.")
@click.option("--log", type=_FILE, help="Sightings as CSV with a header.")
@click.option("--export", type=_FILE, help="Diagnosis-key file (zip) of either scheme.")
@click.option("--key", type=_FILE, help="PEM of the public key that must have signed the file.")
@_JSON
def match(
    *,
    history: Path | None,
    f0: Path | None,
    published: bool,
    log: Path | None,
    export: Path | None,
    key: Path | None,
    as_json: bool,
) -> None:
    """Find which sightings belong to published keys.

    Either `--log` with `--export`: recorded sightings against a diagnosis-key file, one
    line a matched sighting. Or `--history` with `--f0`: the history of a published phone
    against a pushed list, one line an entry.
    """
    of_log, of_history = (log, export, key), (history, f0, published or None)
    if log and export and not any(of_history):
        from bluezone.cli.phone_match_log import run_match_log  # noqa: PLC0415 (needs numpy)

        run_match_log(log, export, key=key, as_json=as_json)
    elif history and f0 and not any(of_log):
        from bluezone.cli.phone_match_history import run_match_history  # noqa: PLC0415 (lazy)

        run_match_history(history, f0, published=published, as_json=as_json)
    else:
        raise click.UsageError("give --log and --export [--key], or --history and --f0")


@command.command()
@click.argument("file", type=_FILE)
@_JSON
def windows(*, file: Path, as_json: bool) -> None:
    """Turn recorded cases into exposure windows and daily summaries.

    FILE is JSON in the form of the exposure-window vectors; one line a case.
    """
    from bluezone.cli.phone_windows import run_windows  # noqa: PLC0415 (needs numpy)

    run_windows(file, as_json=as_json)
