"""Several small web applications in one thread, each on a loopback port of its own.

Both halves and the page run in this process but speak to one another only by HTTP, as
strangers would. The decision that surprises: the thread has an ordinary event loop of its
own, because the phones' loop lives on virtual time and may stand still.
"""

import asyncio
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from granian.constants import Interfaces
from granian.server.embed import Server

from bluezone.demo.errors import HostingError

HOST: Final = "127.0.0.1"
_START_S: Final = 20.0
_TRIES: Final = 200


@dataclass(frozen=True, slots=True)
class Hosted:
    """An ASGI application and the port that it wants."""

    app: Any  # an ASGI callable; Starlette's and Django's types have nothing else in common
    port: int


def free_port(wanted: int, *, taken: Sequence[int] = ()) -> int:
    """Return `wanted`, or any free port if somebody else listens there.

    Args:
        wanted: 1 to 65535, or 0 for any.
        taken: ports that we have promised to others already.
    """
    for candidate in (wanted, *[0] * 8):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((HOST, candidate))
                port = int(probe.getsockname()[1])
                if port not in taken:
                    return port
    raise HostingError("no free port on this machine; stop another program and try again")


class Hosting:
    """A context in which the applications answer."""

    def __init__(self, hosted: Sequence[Hosted]) -> None:
        """Prepare, start nothing yet."""
        self._hosted = hosted
        self._loop = asyncio.new_event_loop()
        self._servers: list[Server] = []
        self._thread = threading.Thread(target=self._run, name="demo-web", daemon=True)

    def __enter__(self) -> Self:
        """Start the thread and return when every port answers.

        Raises:
            HostingError: a port did not answer in time.
        """
        self._thread.start()
        for hosted in self._hosted:
            _wait_for(hosted.port)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop every server and wait for the thread."""
        for server in self._servers:
            self._loop.call_soon_threadsafe(server.stop)
        self._thread.join(timeout=_START_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        for hosted in self._hosted:
            server = Server(
                hosted.app,
                address=HOST,
                port=hosted.port,
                interface=Interfaces.ASGI,
                log_enabled=False,
                websockets=False,
            )
            self._servers.append(server)
        await asyncio.gather(*(server.serve() for server in self._servers))


def _wait_for(port: int) -> None:
    waited = threading.Event()
    for _ in range(_TRIES):
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        waited.wait(_START_S / _TRIES)
    raise HostingError(f"nothing answers on port {port}; another program may hold it")
