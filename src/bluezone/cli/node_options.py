"""The options of `bluezone node run`, checked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from bluezone.phone.node import DutyCycle, IPhoneState, NodeConfig
from bluezone.phone.node.config import PUBLISHED_ADVERTISING, PUBLISHED_SCANNING


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options in the words of the command line; what each means stands in its help."""

    transport: str
    data: Path | None
    keyserver: str | None
    public_keys: tuple[Path, ...]
    portal: str | None
    authority: str
    api_key: str
    status_port: int
    duties: tuple[str, ...]
    dwell_s: float
    tx_power_dbm: int
    rssi_correction_db: int
    check_every_s: float
    as_iphone: str | None
    language: str
    seconds: float | None
    as_json: bool
    verbose: bool


def check_options(options: RunOptions) -> None:
    """Refuse options that make no sense together."""
    if options.keyserver and not options.public_keys:
        raise click.UsageError("--keyserver needs --public-key: whose signature to trust")
    if options.portal and not options.keyserver:
        raise click.UsageError("--portal needs --keyserver: where shared keys go")


def node_config(options: RunOptions) -> NodeConfig:
    """Return the node's settings.

    Raises:
        InvalidNodeConfigError: a duty cycle or a number is out of bounds.
    """
    duties = {"advertise": PUBLISHED_ADVERTISING, "scan": PUBLISHED_SCANNING}
    for text in options.duties:
        what, _, cycle = text.partition("=")
        if what not in duties:
            raise click.UsageError(f"--duty {text}: write advertise=ON/OFF or scan=ON/OFF")
        duties[what] = DutyCycle.parse(cycle)
    return NodeConfig(
        advertise=duties["advertise"],
        scan=duties["scan"],
        dwell_s=options.dwell_s,
        tx_power_dbm=options.tx_power_dbm,
        rssi_correction_db=options.rssi_correction_db,
        iphone=IPhoneState(options.as_iphone) if options.as_iphone else None,
        check_every_s=options.check_every_s,
    )


MAX_PEM_BYTES: Final = 65_536


def read_pem(path: Path) -> bytes:
    """Return the bytes of a key file, or refuse the option."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_PEM_BYTES)
    except OSError as error:
        raise click.BadParameter(
            f"{path} cannot be read: {error.strerror}", param_hint="--public-key"
        ) from error
