"""What `bluezone node run` does: the outermost loop of a node.

The decision that surprises: the status page is bound before the radio is taken, so that a
second node on the same machine fails before it disturbs the first one's controller.
"""

import asyncio
import contextlib
import logging
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final

import click
import httpx2

from bluezone.cli.node_air import open_air
from bluezone.cli.node_lines import printer
from bluezone.cli.node_options import RunOptions, check_options, node_config, read_pem
from bluezone.cli.output import stderr
from bluezone.cli.phone_share import Servers, open_share, phone_folder
from bluezone.phone.node import Node, NodeConfig
from bluezone.phone.node.events import Event
from bluezone.phone.node.wiring import Stores, build_watch, open_stores
from bluezone.phone.risk import Assessment, RiskConfig
from bluezone.phone.share import Share
from bluezone.phone.status import NodeMonitor, StatusSources, create_status_app, serve_status
from bluezone.phone.status.server import check_port_is_free
from bluezone.phone.warning import warning_text
from bluezone.phone.watch import NodeCheck, Watch
from bluezone.protocol.export import read_public_key

_HTTP_LIMIT_S: Final = 30.0


def run_node(options: RunOptions) -> None:
    """Run a node until it is told to stop.

    Raises:
        BluezoneError: it could not start.
    """
    check_options(options)
    config = node_config(options)
    logging.basicConfig(level=logging.ERROR)
    folder = phone_folder(options.data)
    with (
        open_stores(folder, rng=secrets.token_bytes) as stores,
        httpx2.Client(timeout=_HTTP_LIMIT_S) as client,
        _sharing(options, stores, folder) as share,
    ):
        watch = _watch(options, stores, client)
        asyncio.run(_run(options, config, stores, watch=watch, share=share))


async def _run(
    options: RunOptions,
    config: NodeConfig,
    stores: Stores,
    *,
    watch: Watch | None,
    share: Share | None,
) -> None:
    monitor = NodeMonitor()
    tell = printer(as_json=options.as_json, verbose=options.verbose)

    def on_event(event: Event) -> None:
        monitor.on_event(event)
        tell(event)

    sources = StatusSources(
        stores.contact_log,
        stores.key_store,
        stores.exposures,
        stores.fetched if watch is not None else None,
        watch,
        share,
        lambda: monitor.state,
    )
    async with _status_page(options, sources), open_air(options.transport) as radio:
        node = Node(
            config,
            radio,
            stores.contact_log,
            stores.key_store,
            clock=time.time,
            rng=secrets.token_bytes,
            on_event=on_event,
            check=NodeCheck(watch) if watch is not None else None,
        )
        _stop_on_signals(node, options.seconds)
        await node.run()


@contextlib.asynccontextmanager
async def _status_page(options: RunOptions, sources: StatusSources) -> AsyncIterator[None]:
    """Serve the status page meanwhile, if it is wanted."""
    if not options.status_port:
        yield
        return
    check_port_is_free(options.status_port)
    app = create_status_app(sources, clock=lambda: int(time.time()), rng=secrets.token_bytes)
    task = asyncio.create_task(serve_status(app, port=options.status_port))
    stderr().print(f"status page: http://127.0.0.1:{options.status_port}/")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.contextmanager
def _sharing(options: RunOptions, stores: Stores, folder: Path) -> Iterator[Share | None]:
    """Open what the status page needs to share keys by hand, if there is a portal."""
    if options.portal is None or options.keyserver is None:
        yield None
        return
    servers = Servers(
        portal=options.portal,
        keyserver=options.keyserver,
        authority=options.authority,
        api_key=options.api_key,
    )
    with open_share(stores, folder, servers, language=options.language) as share:
        yield share


def _watch(options: RunOptions, stores: Stores, client: httpx2.Client) -> Watch | None:
    if options.keyserver is None:
        return None
    return build_watch(
        stores,
        keyserver_url=options.keyserver,
        public_keys=[read_public_key(read_pem(path)) for path in options.public_keys],
        client=client,
        config=RiskConfig(),
        on_warning=_warner(options.language, as_json=options.as_json),
    )


def _warner(language: str, *, as_json: bool) -> Callable[[Assessment], None]:
    def warn(assessment: Assessment) -> None:
        if not as_json:
            click.echo(f"\n{warning_text(assessment, language).plain}\n")

    return warn


def _stop_on_signals(node: Node, seconds: float | None) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, node.stop)
    if seconds is not None:
        loop.call_later(seconds, node.stop)
