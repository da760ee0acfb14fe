"""Serve the status page inside a program that runs already, on 127.0.0.1 alone.

The surprising decision: there is no option to listen on another address. The page shows a
person's risk and has no login.
"""

import logging
import socket
from typing import Final

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette

from bluezone.phone.errors import PhoneError

ADDRESS: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8090


class PortInUseError(PhoneError):
    """Another program listens on the status page's port."""

    code = "status_port_in_use"


def check_port_is_free(port: int) -> None:
    """Refuse a port that is taken; the server itself would silently share it.

    Raises:
        PortInUseError: another program listens there, perhaps a second node.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise PortInUseError(
                f"port {port} is taken, perhaps by another node; choose another one"
            ) from error


def status_server(app: Starlette, *, port: int = DEFAULT_PORT) -> Server:
    """Return a server whose `serve()` is awaited in the running loop and ended by `stop()`."""
    logging.getLogger("_granian").setLevel(logging.ERROR)
    return Server(app, address=ADDRESS, port=port, interface=Interfaces.ASGINL, log_enabled=False)


async def serve_status(app: Starlette, *, port: int = DEFAULT_PORT) -> None:
    """Serve until the task is cancelled.

    Raises:
        PortInUseError: the port is taken.
    """
    check_port_is_free(port)
    server = status_server(app, port=port)
    try:
        await server.serve()
    finally:
        server.stop()  # type: ignore[no-untyped-call] # granian's embedded server is untyped
