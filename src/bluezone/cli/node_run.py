"""What `bluezone node run` does: the outermost loop of a node.

The decision that surprises: on the virtual air two made-up neighbours, one of them an
iPhone, keep their memory in RAM; only the node asked for writes to the disk.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import httpx2
import numpy as np

from bluezone.cli.node_lines import printer
from bluezone.cli.node_status import status_page
from bluezone.phone.contact_log import ContactLog
from bluezone.phone.key_store import KeyStore
from bluezone.phone.node import DutyCycle, IPhoneState, Node, NodeConfig
from bluezone.phone.node.config import PUBLISHED_ADVERTISING, PUBLISHED_SCANNING
from bluezone.phone.node.events import Event
from bluezone.phone.node.wiring import Stores, build_check, open_stores
from bluezone.phone.radio.bumble_radio import BumbleRadio
from bluezone.phone.radio.transport import real_radio
from bluezone.phone.radio.virtual_air import VirtualAir
from bluezone.phone.radio.virtual_radio import virtual_radio
from bluezone.phone.risk import Assessment, RiskConfig
from bluezone.phone.status import NodeMonitor
from bluezone.phone.warning import warning_text
from bluezone.phone.watch import NodeCheck
from bluezone.protocol.export import read_public_key

VIRTUAL: Final = "virtual"
_HTTP_LIMIT_S: Final = 30.0
_MAX_PEM_BYTES: Final = 65_536
_NEIGHBOURS: Final = ((1.5, 0.0, None), (3.0, 1.0, IPhoneState.FOREGROUND))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of `bluezone node run`, in its words."""

    transport: str
    data: Path | None
    keyserver: str | None
    public_keys: tuple[Path, ...]
    portal: str | None
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


def run_node(options: RunOptions) -> None:
    """Run a node until it is told to stop.

    Raises:
        BluezoneError: it could not start, or not go on.
    """
    logging.basicConfig(level=logging.ERROR)
    config = node_config(options)
    if options.keyserver and not options.public_keys:
        raise click.UsageError("--keyserver needs --public-key: which signatures to trust")
    folder = options.data or _home() / "phone"
    with open_stores(folder, rng=secrets.token_bytes) as stores:
        asyncio.run(_run(options, config, stores, folder))


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


async def _run(options: RunOptions, config: NodeConfig, stores: Stores, folder: Path) -> None:
    monitor = NodeMonitor()
    show = printer(as_json=options.as_json, verbose=options.verbose)

    def on_event(event: Event) -> None:
        monitor.on_event(event)
        show(event)

    async with _radio(options.transport) as radio:
        with httpx2.Client(timeout=_HTTP_LIMIT_S) as client:
            check = _check(options, stores, client)
            node = Node(
                config,
                radio,
                stores.contact_log,
                stores.key_store,
                clock=time.time,
                rng=secrets.token_bytes,
                on_event=on_event,
                check=check,
            )
            _stop_on_signals(node, options.seconds)
            page = status_page(
                stores,
                folder,
                port=options.status_port,
                monitor=monitor,
                watch=None if check is None else check.watch,
                portal=options.portal,
                keyserver=options.keyserver,
                language=options.language,
            )
            async with page:
                await node.run()


def _check(options: RunOptions, stores: Stores, client: httpx2.Client) -> NodeCheck | None:
    if options.keyserver is None:
        return None
    return build_check(
        stores,
        keyserver_url=options.keyserver,
        public_keys=[read_public_key(_read_pem(path)) for path in options.public_keys],
        client=client,
        config=RiskConfig(),
        on_warning=_warner(options.language, as_json=options.as_json),
    )


def _warner(language: str, *, as_json: bool) -> Callable[[Assessment], None]:
    def warn(assessment: Assessment) -> None:
        if not as_json:
            click.echo(f"\n{warning_text(assessment, language).plain}\n")

    return warn


def _read_pem(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_PEM_BYTES)
    except OSError as error:
        raise click.BadParameter(
            f"{path} cannot be read: {error.strerror}", param_hint="--public-key"
        ) from error


def _stop_on_signals(node: Node, seconds: float | None) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, node.stop)
    if seconds is not None:
        loop.call_later(seconds, node.stop)


@contextlib.asynccontextmanager
async def _radio(transport: str) -> AsyncIterator[BumbleRadio]:
    if transport != VIRTUAL:
        yield real_radio(transport)
        return
    air = VirtualAir(np.random.default_rng())
    mine = virtual_radio(air.add_station("this node"))
    async with contextlib.AsyncExitStack() as stack:
        for east, north, kind in _NEIGHBOURS:
            await stack.enter_async_context(_neighbour(air, (east, north), kind))
        yield mine


@contextlib.asynccontextmanager
async def _neighbour(
    air: VirtualAir, place: tuple[float, float], kind: IPhoneState | None
) -> AsyncIterator[None]:
    radio = virtual_radio(air.add_station("neighbour", place))
    with (
        contextlib.closing(ContactLog.open(":memory:")) as log,
        contextlib.closing(KeyStore.open(":memory:", rng=secrets.token_bytes)) as keys,
    ):
        config = NodeConfig(iphone=kind)
        node = Node(config, radio, log, keys, clock=time.time, rng=secrets.token_bytes)
        task = asyncio.create_task(node.run())
        try:
            yield
        finally:
            node.stop()
            await task


def _home() -> Path:
    return Path(os.environ.get("BLUEZONE_HOME") or Path.home() / ".bluezone")
