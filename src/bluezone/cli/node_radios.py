"""The controllers of this machine, as Linux lists them."""

from pathlib import Path

import click

from bluezone.cli.output import print_json
from bluezone.phone.radio.errors import NoControllerError
from bluezone.phone.radio.hci_socket import controllers_there
from bluezone.phone.radio.transport_faults import NO_CONTROLLER_HINT


def list_radios(*, as_json: bool, sys_root: Path = Path("/sys")) -> None:
    """Print each controller with its transport name and its state.

    Raises:
        NoControllerError: there is none.
    """
    found = controllers_there(sys_root)
    for controller in found:
        if as_json:
            print_json({"transport": controller.transport, "state": controller.state})
        else:
            click.echo(f"{controller.transport:<16}{controller.state}")
    if not found:
        raise NoControllerError(f"no Bluetooth controller on this machine; {NO_CONTROLLER_HINT}")
