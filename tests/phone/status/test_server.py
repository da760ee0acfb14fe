"""The status page over a real socket, inside a loop that runs already."""

import asyncio
import contextlib
import socket

import httpx2
import pytest

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.key_store import KeyStore
from bluezone.phone.status import StatusSources, create_status_app, serve_status
from bluezone.phone.status.server import PortInUseError, check_port_is_free


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def asked(port: int) -> httpx2.Response:
    # The transport tries to connect again, with growing pauses, until the server listens.
    transport = httpx2.AsyncHTTPTransport(retries=8)
    async with httpx2.AsyncClient(transport=transport) as client:
        return await client.get(f"http://127.0.0.1:{port}/")


async def serve_and_ask(app) -> httpx2.Response:
    port = free_port()
    serving = asyncio.create_task(serve_status(app, port=port))
    try:
        return await asyncio.wait_for(asked(port), 20)
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


def test_the_page_is_served_beside_whatever_else_the_loop_does(tmp_path):
    with (
        ContactLog.open(":memory:") as log,
        KeyStore.open(":memory:", rng=bytes) as keys,
    ):
        app = create_status_app(StatusSources(log, keys), clock=lambda: 0, rng=bytes)
        answer = asyncio.run(serve_and_ask(app))
    assert answer.status_code == 200
    assert "Bluezone" in answer.text


def test_a_port_that_is_taken_is_refused_and_not_shared():
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortInUseError):
            check_port_is_free(other.getsockname()[1])
