"""`bluezone migrate`: create or update the databases and keys of both halves.

The two halves have separate databases and separate keys; this command only calls each
half's own way of preparing itself.
"""

import os
import sys
from typing import Final

import click

from bluezone.cli.output import fail, print_json
from bluezone.protocol.errors import BluezoneError

ROLES: Final = ("all", "keyserver", "portal")


def migrate_keyserver() -> dict[str, object]:
    """Prepare the key server: folder, tables, signing key, sealing key."""
    from bluezone.keyserver.environment import load_settings  # noqa: PLC0415 - only its role
    from bluezone.keyserver.prepare import prepare  # noqa: PLC0415 - the same

    settings = load_settings(os.environ)
    prepare(settings, entropy=os.urandom)
    return {"role": "keyserver", "folder": str(settings.home)}


def migrate_portal() -> dict[str, object]:
    """Prepare the portal: tables, by Django's migrations."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bluezone.portal.settings")
    import django  # noqa: PLC0415 - needs the settings' name first

    django.setup()
    from bluezone.portal import environment, preparing  # noqa: PLC0415 - the same

    preparing.migrate()
    return {"role": "portal", "folder": str(environment.home())}


@click.command()
@click.option(
    "--role", type=click.Choice(ROLES), default="all", show_default=True, help="Which half."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for scripts.")
def command(role: str, *, as_json: bool) -> None:
    """Create or update the databases.

    Also makes the keys that are missing: the key server's signing key for export files
    and its sealing key, readable by their owner only. Safe to run again at any time;
    run it after every update.
    """
    halves = {"keyserver": migrate_keyserver, "portal": migrate_portal}
    try:
        done = [half() for name, half in halves.items() if role in {"all", name}]
    except BluezoneError as error:
        sys.exit(fail(error))
    for row in done:
        if as_json:
            print_json(row)
        else:
            click.echo(f"{row['role']}: up to date in {row['folder']}")
