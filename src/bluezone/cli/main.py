"""Entry point of the `bluezone` command.

Each group of commands lives in a module of its own and is imported only when it is
asked for, so that `bluezone keys expand` loads neither Django nor a radio.
"""

import sys
from importlib import import_module
from typing import Final

import click

from bluezone import __version__
from bluezone.cli.output import fail
from bluezone.protocol.errors import BluezoneError

_COMMANDS: Final = {
    "campaign": ("bluezone.cli.campaign", "The campaign of Hải Dương, August 2020, to try out."),
    "code": ("bluezone.cli.code", "Issue, look up and expire verification codes."),
    "demo": ("bluezone.cli.demo", "A street of twelve phones: the whole story on one page."),
    "doctor": ("bluezone.cli.doctor", "Say what is missing on this machine and what to do."),
    "export": ("bluezone.cli.export", "Explain, verify and write diagnosis-key exports."),
    "keys": ("bluezone.cli.keys", "Expand keys into the identifiers that phones broadcast."),
    "migrate": ("bluezone.cli.migrate", "Create or update the databases."),
    "node": ("bluezone.cli.node", "Run a phone-like node on a Bluetooth controller."),
    "phone": ("bluezone.cli.phone", "Match, judge, share keys: what a phone does, by hand."),
    "serve": ("bluezone.cli.serve", "Run the key server, the portal and the workers."),
    "units": ("bluezone.cli.units", "Load and search provinces, districts and communes."),
}


class LazyGroup(click.Group):
    """A group that imports a subcommand's module when the subcommand is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in alphabetical order."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None if there is none."""
        del ctx
        entry = _COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = import_module(entry[0]).command
        if not isinstance(command, click.Command):  # a mistake of ours, not of the user
            raise TypeError(f"{entry[0]} has no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(_COMMANDS.items())])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bluezone")
def cli() -> None:
    """Bluezone: warn people who were near somebody later found infected.

    Results go to stdout, progress and errors to stderr. Exit status: 0 all well, 1 it
    failed (the message says why), 2 the command was not understood. Start with
    `bluezone demo`.
    """


def main() -> None:
    """Run the command line; the outermost loop, where every error of ours ends."""
    try:
        cli(prog_name="bluezone")
    except BluezoneError as error:
        sys.exit(fail(error))


if __name__ == "__main__":
    main()
