"""`bluezone phone`: what a phone does, by hand.

The commands that only look (`match`, `windows`, `status`) need no server; `share` is the
one that sends, and it asks first. Each command's work lives in a module of its own and is
imported when it is used.
"""

from pathlib import Path
from typing import Final, Literal

import click

from bluezone.cli.device_key import DEVICE_KEY_OPTION
from bluezone.cli.server_address import server_address

_FOLDER: Final = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of this phone's memory.  [default: phone/ below BLUEZONE_HOME or ~/.bluezone]",
)
_LANGUAGE: Final = click.option(
    "--language",
    type=click.Choice(["vi", "en"]),
    default="vi",
    show_default=True,
    help="Language of what a person reads.",
)
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


@command.command()
@click.argument("file", type=_FILE)
@click.option("--policy", type=_FILE, help="JSON of a policy; what it leaves out is default.")
@_JSON
def replay(*, file: Path, policy: Path | None, as_json: bool) -> None:
    """Judge recorded encounters by every risk model, side by side.

    FILE has one recording a line, as JSON.
    """
    from bluezone.cli.phone_replay import run_replay  # noqa: PLC0415 (needs numpy)

    run_replay(file, as_json=as_json, policy=policy)


@command.command()
@click.argument("file", type=_FILE)
@click.option("--model", type=click.Choice(["cwa", "nhs"]), required=True, help="Whose cases.")
@_JSON
def risk(*, file: Path, model: Literal["cwa", "nhs"], as_json: bool) -> None:
    """Run published cases of the CWA or the NHS risk model.

    FILE is JSON in the form of the vectors of that model.
    """
    from bluezone.cli.phone_risk import run_risk  # noqa: PLC0415 (needs numpy)

    run_risk(file, model=model, as_json=as_json)


@command.command()
@click.argument("code", default="")
@click.option(
    "--portal",
    callback=server_address,
    default="http://127.0.0.1:8000",
    show_default=True,
    metavar="URL",
    help="Where the code is checked.",
)
@click.option(
    "--keyserver",
    callback=server_address,
    default="http://127.0.0.1:8080",
    show_default=True,
    metavar="URL",
    help="Where the keys are published.",
)
@click.option("--authority", default="vn.bluezone", show_default=True, help="healthAuthorityID.")
@DEVICE_KEY_OPTION
@click.option("--yes", is_flag=True, help="Do not ask; what is sent is still printed.")
@_FOLDER
@_LANGUAGE
@_JSON
def share(
    *,
    code: str,
    data: Path | None,
    language: str,
    yes: bool,
    as_json: bool,
    **servers: str,
) -> None:
    """Share this phone's own keys of the last 14 days with a health worker's CODE.

    Shows what would leave the device and asks before anything does. If an answer was lost
    after you confirmed, the same command without a code goes on where it stopped.
    """
    from bluezone.cli.phone_share import (  # noqa: PLC0415 (needs an HTTP client)
        Servers,
        phone_folder,
        run_share,
    )

    run_share(
        code,
        phone_folder(data),
        Servers(**servers),
        language=language,
        yes=yes,
        as_json=as_json,
    )


@command.command()
@_FOLDER
@_LANGUAGE
@_JSON
def status(*, data: Path | None, language: str, as_json: bool) -> None:
    """Say what this device knows: counts by day, own keys, last fetch, what was told."""
    from bluezone.cli.phone_share import phone_folder, run_status  # noqa: PLC0415 (lazy)

    run_status(phone_folder(data), language=language, as_json=as_json)
