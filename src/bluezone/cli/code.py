"""`bluezone code`: issue, look up and expire verification codes over the portal's HTTP API."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

import click

from bluezone.cli.output import print_json
from bluezone.cli.portal_api import PortalAddress, call_portal

_DAY: Final = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
@click.option(
    "--portal",
    "url",
    envvar="BLUEZONE_PORTAL_URL",
    default="http://127.0.0.1:8000",
    show_default=True,
    help="Where the portal answers.",
)
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False),
    help="File with an admin API key. Otherwise BLUEZONE_PORTAL_ADMIN_KEY, or this machine's own.",
)
@click.pass_context
def command(context: click.Context, url: str, key_file: str | None) -> None:
    """Issue, look up and expire verification codes.

    Speaks to the portal's HTTP API with an admin key, as a laboratory would.
    """
    context.obj = PortalAddress(url=url.rstrip("/"), key_file=key_file)


@command.command()
@click.option(
    "--test-type",
    type=click.Choice(["confirmed", "likely", "negative"]),
    default="confirmed",
    show_default=True,
    help="How the case was found.",
)
@click.option("--symptom-date", type=_DAY, help="First day of symptoms, YYYY-MM-DD.")
@click.option("--test-date", type=_DAY, help="Day of the test, YYYY-MM-DD.")
@click.option("--phone", default="", help="Number that gets a message, such as 0912345678.")
@click.option("--uuid", default="", help="Identifier of the code; a new one if not given.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
@click.pass_obj
def issue(
    portal: PortalAddress,
    *,
    test_type: str,
    symptom_date: dt.datetime | None,
    test_date: dt.datetime | None,
    phone: str,
    uuid: str,
    as_json: bool,
) -> None:
    """Issue a code and print it; it is shown this once only."""
    offset = dt.datetime.now().astimezone().utcoffset() or dt.timedelta()
    body: dict[str, object] = {
        "testType": test_type,
        "symptomDate": symptom_date.date().isoformat() if symptom_date else "",
        "testDate": test_date.date().isoformat() if test_date else "",
        "tzOffset": offset.total_seconds() / 60,
        "phone": phone,
        "uuid": uuid,
    }
    row = call_portal(portal, "issue", body)
    if as_json:
        print_json(row)
        return
    code = str(row["code"])
    click.echo(f"code     {code[:4]} {code[4:]}")
    click.echo(f"until    {row['expiresAt']}")
    click.echo(f"uuid     {row['uuid']}")


@command.command()
@click.argument("uuid")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
@click.pass_obj
def status(portal: PortalAddress, uuid: str, *, as_json: bool) -> None:
    """Say whether the code UUID was used, and until when it is good."""
    _print_status(call_portal(portal, "checkcodestatus", {"uuid": uuid}), as_json=as_json)


@command.command()
@click.argument("uuid")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
@click.pass_obj
def expire(portal: PortalAddress, uuid: str, *, as_json: bool) -> None:
    """Let the code UUID work no more. Can be repeated."""
    _print_status(call_portal(portal, "expirecode", {"uuid": uuid}), as_json=as_json)


def _print_status(row: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(row)
        return
    click.echo("used" if row["claimed"] else "not used")
    for label, name in (("digits", "expiresAtTimestamp"), ("link", "longExpiresAtTimestamp")):
        seconds = int(str(row[name]))
        click.echo(
            f"{label:8} until {dt.datetime.fromtimestamp(seconds).astimezone():%d/%m/%Y %H:%M}"
        )
