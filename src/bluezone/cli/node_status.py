"""The status page beside a running node: the same stores, the node's events, sharing.

The surprising decision: without a portal and its device key the page is served all the
same and says that keys cannot be shared from here.
"""

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from bluezone.cli.phone_share import Servers, open_share
from bluezone.phone.node.wiring import Stores
from bluezone.phone.share import Share
from bluezone.phone.status import NodeMonitor, StatusSources, create_status_app, serve_status
from bluezone.phone.status.server import check_port_is_free
from bluezone.phone.watch import Watch

API_KEY: Final = "BLUEZONE_PHONE_API_KEY"


@contextlib.asynccontextmanager
async def status_page(
    stores: Stores,
    folder: Path,
    *,
    port: int,
    monitor: NodeMonitor,
    watch: Watch | None,
    portal: str | None,
    keyserver: str | None,
    language: str,
) -> AsyncIterator[None]:
    """Serve the status page on 127.0.0.1 as long as the block runs; port 0 serves none.

    Args:
        stores: of the node.
        folder: of this phone; receipts and the journal of sharing go there.
        port: TCP port.
        monitor: told of the node's events.
        watch: judges; None without a key server.
        portal: where codes are exchanged; None without one.
        keyserver: where shared keys go; None without one.
        language: of written receipts.

    Raises:
        PortInUseError: another program listens on the port.
        StoreError: the journal of sharing cannot be opened.
    """
    if not port:
        yield
        return
    check_port_is_free(port)
    with contextlib.ExitStack() as stack:
        share = _share(stack, stores, folder, portal, keyserver, language=language)
        sources = StatusSources(
            stores.contact_log,
            stores.key_store,
            exposures=stores.exposures,
            fetched=stores.fetched if watch is not None else None,
            watch=watch,
            share=share,
            node=lambda: monitor.state,
        )
        app = create_status_app(sources, clock=lambda: int(time.time()), rng=secrets.token_bytes)
        serving = asyncio.create_task(serve_status(app, port=port))
        try:
            yield
        finally:
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving


def _share(
    stack: contextlib.ExitStack,
    stores: Stores,
    folder: Path,
    portal: str | None,
    keyserver: str | None,
    *,
    language: str,
) -> Share | None:
    api_key = os.environ.get(API_KEY, "")
    if not (portal and keyserver and api_key):
        return None
    servers = Servers(portal=portal, keyserver=keyserver, authority="vn.bluezone", api_key=api_key)
    return stack.enter_context(open_share(stores, folder, servers, language=language))
