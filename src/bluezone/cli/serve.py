"""`bluezone serve`: the key server, the export worker and the portal, all or one.

By default everything runs in this one process, on two ports. The halves still speak to each
other over HTTP only, so that any of them can move to another machine without a change.
"""

import asyncio
import signal
import sys
from typing import Final

import click

from bluezone.cli import crash_dumps
from bluezone.cli.output import fail, print_json, stderr
from bluezone.cli.serve_roles import Plan, Prepared, prepare_plan, run_prepared
from bluezone.protocol.errors import BluezoneError

ROLES: Final = ("all", "keyserver", "export", "portal")
SWITCH_S: Final = 0.0005
"""The loop that answers and the thread that writes take turns; Python's 5 ms are too long
when a turn lasts 0.1 ms."""

_PORT: Final = click.IntRange(1, 65535)


@click.command()
@click.option(
    "--role", type=click.Choice(ROLES), default="all", show_default=True, help="What to run."
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    envvar="BLUEZONE_KEYSERVER_HOST",
    help="Address to listen on.",
)
@click.option(
    "--portal-port",
    type=_PORT,
    default=8000,
    show_default=True,
    envvar="BLUEZONE_PORTAL_PORT",
    help="Port of the health desk.",
)
@click.option(
    "--keyserver-port",
    type=_PORT,
    default=8080,
    show_default=True,
    envvar="BLUEZONE_KEYSERVER_PORT",
    help="Port of the key server.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for scripts.")
def command(role: str, host: str, portal_port: int, *, keyserver_port: int, as_json: bool) -> None:
    """Run the key server, the portal and the workers.

    The portal (health desk) listens on port 8000, the key server on 8080. Embedded
    databases are created or updated first; for PostgreSQL run `bluezone migrate` yourself.
    No request is logged. Stop with Ctrl-C or SIGTERM: requests under way are finished.
    """
    roles = set(ROLES[1:]) if role == "all" else {role}
    plan = Plan(frozenset(roles), host, portal_port=portal_port, keyserver_port=keyserver_port)
    crash_dumps.forbid()
    sys.setswitchinterval(SWITCH_S)
    try:
        asyncio.run(_serve(prepare_plan(plan), as_json=as_json))
    except BluezoneError as error:
        sys.exit(fail(error))


async def _serve(prepared: Prepared, *, as_json: bool) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    for role, url in prepared.addresses():
        if as_json:
            print_json({"role": role, "url": url})
        else:
            click.echo(f"{role}: {url}")
    sys.stdout.flush()
    await run_prepared(prepared, stopped)
    stderr().print("stopped")
