"""`bluezone campaign`: the seed played through, to look at and to click through."""

import asyncio
import datetime as dt
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from bluezone.cli.home import home_folder
from bluezone.cli.output import fail, print_json, stderr
from bluezone.protocol.errors import BluezoneError

EXAMPLES: Final = """\b
Examples:
  bluezone campaign demo                        fill, then serve on http://127.0.0.1:8000
  bluezone campaign demo --prepare-only --json  fill only, and say what is there
  bluezone campaign demo --evening 2020-08-18   three evenings later"""
PASSWORD_FILE: Final = "demo-password"  # noqa: S105 - the name of a file
FIRST, LAST = dt.date(2020, 8, 5), dt.date(2020, 8, 20)
ORDERED: Final = dt.date(2020, 8, 15)
"""The day of the article: it does not say on which day before the order was given."""
SHOWN: Final = ("vn2020", "vn2020.30", "vn2020.30.290")


@click.group()
def command() -> None:
    """The campaign of Hải Dương, August 2020, to try out; closing a campaign."""


@command.command()
@click.argument("unit_path", metavar="UNIT")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def close(*, unit_path: str, yes: bool, as_json: bool) -> None:
    """Destroy signing keys, slips and spent tokens of the agencies of UNIT and below.

    For the end of a campaign; daily numbers stay. It asks first, and a second time does
    nothing. The same is a page of the portal: /campaign/UNIT/agencies/close/.
    """
    from bluezone.cli.campaign_close import close_vouchers  # noqa: PLC0415 - Django, lazily

    close_vouchers(unit_path, yes=yes, as_json=as_json)


@command.command(epilog=EXAMPLES)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that keeps it.  [default: campaign-demo in the home of Bluezone]",
)
@click.option(
    "--evening",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    default="2020-08-15",
    show_default=True,
    help="The evening it is, 2020-08-05 to 2020-08-20.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="On 127.0.0.1."
)
@click.option("--prepare-only", is_flag=True, help="Fill the tables and leave.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for scripts.")
def demo(
    *, home: Path | None, evening: dt.datetime, port: int, prepare_only: bool, as_json: bool
) -> None:
    """Hải Dương, 5 to 20 August 2020: real counts, the province's order, generated communes.

    Fills an embedded database once and serves the portal with its clock at 21:00 of the
    evening, not knowing what came after. Figures of communes, agencies, teams and doors are
    generated and marked so; docs/seed.md says which sentence of the order is where.
    """
    day = evening.date()
    if not FIRST <= day <= LAST:
        raise click.UsageError("--evening lies between 2020-08-05 and 2020-08-20")
    try:
        _prepare(_folder(home), day, port=port, as_json=as_json)
        if day < ORDERED:
            stderr().print(
                f"no targets on this evening: the day of the order is not known before {ORDERED}"
            )
        if not prepare_only:
            _serve(port, day, as_json=as_json)
    except BluezoneError as error:
        sys.exit(fail(error))


def _folder(home: Path | None) -> Path:
    if home is not None:
        return home
    return home_folder() / "campaign-demo"


def _prepare(home: Path, day: dt.date, *, port: int, as_json: bool) -> None:
    """Start Django on the demo's own folder and fill it once."""
    os.environ["BLUEZONE_HOME"] = str(home)
    os.environ.pop("BLUEZONE_PORTAL_DATABASE_URL", None)
    os.environ["BLUEZONE_PORTAL_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    os.environ["BLUEZONE_PORTAL_SECOND_FACTOR_ROLES"] = "none"
    from bluezone.cli.migrate import migrate_portal  # noqa: PLC0415 - Django, after the settings

    migrate_portal()
    from bluezone.portal.campaign.demo import preparing  # noqa: PLC0415 - the same

    secret = home / "portal" / PASSWORD_FILE
    if preparing.is_prepared():
        _tell({"prepared": "before", "home": str(home), "password_file": str(secret)}, as_json)
        return
    made = preparing.prepare(evening=day, tell=lambda what: stderr().print(f"{what} …"))
    descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made.password + "\n")
    row = {
        "prepared": "now",
        "home": str(home),
        "districts": made.districts,
        "communes": made.communes,
        "figures": made.figures,
        "agencies": made.agencies,
        "doors": made.doors,
        "accounts": ", ".join(f"{one.username} ({one.unit_path})" for one in made.accounts),
        "password_file": str(secret),
    }
    _tell(row, as_json)


def _serve(port: int, day: dt.date, *, as_json: bool) -> None:
    """Serve the portal with the clock of events standing at 21:00 of the evening."""
    from bluezone.cli.serve_roles import Plan, prepare_plan, run_prepared  # noqa: PLC0415
    from bluezone.portal import clock  # noqa: PLC0415 - Django is set up by now
    from bluezone.portal.campaign.demo.people import instant  # noqa: PLC0415 - the same

    evening_s = instant(day, 21)
    clock.use(lambda: float(evening_s))
    prepared = prepare_plan(
        Plan(frozenset({"portal"}), "127.0.0.1", portal_port=port, keyserver_port=8080)
    )
    for path in SHOWN:
        _tell({"dashboard": f"http://127.0.0.1:{port}/campaign/{path}/"}, as_json)
    sys.stdout.flush()

    async def run() -> None:
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        await run_prepared(prepared, stopped)

    asyncio.run(run())


def _tell(row: Mapping[str, object], as_json: bool) -> None:  # noqa: FBT001 - private
    if as_json:
        print_json(row)
        return
    for name, value in row.items():
        click.echo(f"{name}: {value}")
