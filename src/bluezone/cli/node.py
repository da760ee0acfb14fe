"""`bluezone node`: a phone-like node on a Bluetooth controller, or on a virtual air.

The work lives in `node_run` and is imported when it is used, so that `--help` needs no
radio.
"""

from pathlib import Path
from typing import Final

import click

from bluezone.cli.device_key import DEVICE_KEY_OPTION
from bluezone.cli.server_address import server_address

EXAMPLES: Final = """\b
Examples:
  bluezone node radios
  sudo bluezone node run --transport hci-socket:0
  bluezone node run --transport usb:0 --keyserver http://127.0.0.1:8080 --public-key key.pem
  bluezone node run --transport virtual --for 60"""

_TRANSPORT_HELP: Final = (
    "Way to the controller: hci-socket:0, usb:0, serial:/dev/ttyUSB0,115200, tcp:HOST:PORT, "
    "any other that bumble knows, or `virtual` for two made-up neighbours and no radio."
)


@click.group(name="node")
def command() -> None:
    """Run a phone-like node on a Bluetooth controller."""


@command.command(epilog=EXAMPLES)
@click.option("--transport", default="hci-socket:0", show_default=True, help=_TRANSPORT_HELP)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of this phone's memory.  [default: phone/ below BLUEZONE_HOME or ~/.bluezone]",
)
@click.option(
    "--keyserver",
    callback=server_address,
    metavar="URL",
    help="Key server to fetch published keys from.",
)
@click.option(
    "--public-key",
    "public_keys",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="PEM whose signature its files must carry; may be given several times.",
)
@click.option(
    "--portal",
    callback=server_address,
    metavar="URL",
    help="Health authority's portal, for sharing keys on the status page.",
)
@click.option("--authority", default="vn.bluezone", show_default=True, help="healthAuthorityID.")
@DEVICE_KEY_OPTION
@click.option(
    "--status-port",
    type=click.IntRange(0, 65535),
    default=8090,
    show_default=True,
    help="Port of the status page on 127.0.0.1; 0 for none.",
)
@click.option(
    "--duty",
    "duties",
    multiple=True,
    metavar="WHAT=ON/OFF",
    help="Duty cycle in seconds, e.g. advertise=15/15 (default), scan=40/260 "
    "(default); an OFF of 0 is always on.",
)
@click.option(
    "--dwell",
    "dwell_s",
    type=float,
    default=1.0,
    show_default=True,
    help="Seconds of one scheme before the other's turn.",
)
@click.option(
    "--tx-power",
    "tx_power_dbm",
    type=int,
    default=-15,
    show_default=True,
    help="Calibrated transmit power, dBm.",
)
@click.option(
    "--rssi-correction",
    "rssi_correction_db",
    type=int,
    default=0,
    show_default=True,
    help="dB added to each received strength.",
)
@click.option(
    "--check-every",
    "check_every_s",
    type=float,
    default=14400.0,
    show_default=True,
    help="Seconds between two looks for published keys.",
)
@click.option(
    "--as-iphone",
    type=click.Choice(["foreground", "background"]),
    help="Show an iPhone's frame and answer reads.",
)
@click.option(
    "--language",
    type=click.Choice(["vi", "en"]),
    default="vi",
    show_default=True,
    help="Language of a warning.",
)
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=0.0, min_open=True),
    help="Stop after that many seconds.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object an event.")
@click.option("--verbose", "-v", is_flag=True, help="Tell of every event.")
def run(**options: object) -> None:
    """Send and hear both schemes until Ctrl-C, and warn.

    Nothing that a server sends can make the node upload anything. It stops cleanly on
    SIGINT and SIGTERM; every sighting is then written.
    """
    from bluezone.cli.node_options import RunOptions  # noqa: PLC0415 (needs numpy)
    from bluezone.cli.node_run import run_node  # noqa: PLC0415 (needs a radio)

    run_node(RunOptions(**options))  # type: ignore[arg-type]  # click checked the types


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a controller.")
def radios(*, as_json: bool) -> None:
    """List the Bluetooth controllers of this machine, with the name to give to `run`."""
    from bluezone.cli.node_radios import list_radios  # noqa: PLC0415 (needs bumble)

    list_radios(as_json=as_json)
