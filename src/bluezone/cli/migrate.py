"""`bluezone migrate`: create or update the databases and keys of both halves.

The two halves have separate databases and separate keys; this command only calls each
half's own way of preparing itself.
"""

import os
from typing import Final

import click

from bluezone.cli.output import print_json

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
    from django.core.management import call_command  # noqa: PLC0415 - the same

    from bluezone.portal import environment  # noqa: PLC0415 - only its role

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
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
    done = []
    if role in {"all", "keyserver"}:
        done.append(migrate_keyserver())
    if role in {"all", "portal"}:
        done.append(migrate_portal())
    for row in done:
        if as_json:
            print_json(row)
        else:
            click.echo(f"{row['role']}: up to date in {row['folder']}")
