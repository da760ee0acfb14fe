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
from types import TracebackType
from typing import Final, Self

from bluezone.demo.errors import HostingError
from bluezone.keyserver.errors import ServerError
from bluezone.keyserver.serve import Site, serve_sites

HOST: Final = "127.0.0.1"
_START_S: Final = 20.0
_TRIES: Final = 200


def free_port(wanted: int, *, taken: Sequence[int] = ()) -> int:
    """Return `wanted`, or any free port if somebody else listens there.

    Args:
        wanted: 1 to 65535, or 0 for any.
        taken: ports that we have promised to others already.

    Raises:
        HostingError: this machine has no free port at all.
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
    """A context in which the sites answer."""

    def __init__(self, sites: Sequence[Site]) -> None:
        """Prepare, start nothing yet."""
        self._sites = sites
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="demo-web", daemon=True)
        self.failed = False

    def __enter__(self) -> Self:
        """Start the thread and return when every port answers.

        Raises:
            HostingError: a port did not answer in time.
        """
        self._thread.start()
        for site in self._sites:
            _wait_for(site)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop every server and wait for the thread."""
        with suppress(RuntimeError):  # the loop is closed already: a server ended by itself
            self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(timeout=_START_S)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(serve_sites(self._sites, self._stopped))
            except ServerError:
                self.failed = True


def _wait_for(site: Site) -> None:
    waited = threading.Event()
    for _ in range(_TRIES):
        with suppress(OSError), socket.create_connection((site.host, site.port), timeout=1):
            return
        waited.wait(_START_S / _TRIES)
    raise HostingError(f"{site.name} does not answer on port {site.port}")
