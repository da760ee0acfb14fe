"""Run ASGI applications in this process with Granian, until told to stop.

There is no access log: it would be a record of who published when. The surprising decision:
the port is tried before Granian takes it, because Granian shares ports and would start
beside another program without a word.
"""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from bluezone.keyserver.errors import ServerError

if TYPE_CHECKING:  # the portal alone runs without Starlette
    from starlette.types import ASGIApp

BUFFER_BYTES: Final = 131_072
"""Of one connection. With Granian's 400 KiB, 64 uploads of published phones at once took 63 MiB,
now 37 MiB; less of a body lies in freed memory; one upload alone takes up to twice the time."""


@dataclass(frozen=True, slots=True)
class Site:
    """An application and where it listens.

    Attributes:
        name: for messages.
        app: the application.
        host: address.
        port: 1 to 65535.
        lifespan: whether the application takes part in ASGI's start and stop.
    """

    name: str
    app: "ASGIApp"
    host: str
    port: int
    lifespan: bool = True

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def check_port(name: str, host: str, port: int) -> None:
    """Make sure that nobody listens there.

    Raises:
        ServerError: the port is in use, not allowed, or the address is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "not a port"
        raise ServerError(
            f"{name} cannot listen on {host} port {port}: {reason}. "
            "Stop the other program or choose another port"
        ) from None


async def serve_sites(sites: Sequence[Site], stopped: asyncio.Event) -> None:
    """Serve every site until `stopped` is set, then finish the requests under way.

    Raises:
        ServerError: a server ended by itself.
    """
    servers = [_server(site) for site in sites]
    running = [asyncio.create_task(server.serve()) for server in servers]
    waiting = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait([waiting, *running], return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        ended_alone = not stopped.is_set()
        stopped.set()
        for server in servers:
            server.stop()  # type: ignore[no-untyped-call] # Granian has no types here
        await asyncio.gather(*running, return_exceptions=True)
    if ended_alone:
        raise ServerError("a server ended by itself; see the log above")


def _server(site: Site) -> Server:
    return Server(
        site.app,
        address=site.host,
        port=site.port,
        interface=Interfaces.ASGI if site.lifespan else Interfaces.ASGINL,
        websockets=False,
        http1_settings=HTTP1Settings(max_buffer_size=BUFFER_BYTES),
        log_enabled=False,
        log_access=False,
    )
