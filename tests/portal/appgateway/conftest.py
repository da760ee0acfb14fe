"""A client of the gateway in the test's own thread, so that a test's transaction sees all."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from bluezone.portal import clock
from bluezone.portal.appgateway import asgi, database
from bluezone.portal.appgateway.files import handlers as file_handlers
from bluezone.portal.appgateway.http import Answer, Request

T = TypeVar("T")

TOKEN = "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE"


async def _in_this_thread(work: Callable[[], T], executor: Executor, /) -> T:
    return await sync_to_async(work, thread_sensitive=True)()


@pytest.fixture(autouse=True)
def _database_in_this_thread() -> Iterator[None]:
    database.use_runner(_in_this_thread)
    yield
    database.use_runner(None)


@pytest.fixture(autouse=True)
def _no_answers_of_other_tests() -> None:
    """Row numbers start again in each test, so that memory of another would look right."""
    file_handlers.forget()


@dataclass
class Phone:
    """Sends what a published phone sends; returns what it would see."""

    address: str = "203.0.113.7"
    rng: Random = field(default_factory=lambda: Random(7))

    def send(
        self,
        method: str,
        path: str,
        chunks: Iterable[bytes] = (),
        *,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a body in the given pieces, and a disconnect where more is read."""
        pieces = list(chunks) or [b""]

        async def receive() -> dict[str, object]:
            if not pieces:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        request = Request(
            method,
            path,
            headers=headers or {},
            address=self.address,
            now=clock.now(),
            rng=self.rng,
            receive=receive,
        )
        return async_to_sync(asgi.answer)(request)

    def post(self, path: str, body: object) -> dict[str, object]:
        """Post JSON as axios does; return the envelope."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/json;charset=utf-8"}
        answer = self.send("POST", path, [raw], headers=headers)
        assert answer.status == 200
        return envelope(answer)


def envelope(answer: Answer) -> dict[str, object]:
    """Return the answer's envelope; it must be one that the published app can read."""
    value = json.loads(answer.body)
    assert set(value) == {"isOk", "Status", "Object", "isError"}
    assert isinstance(value["isOk"], bool)
    assert value["isError"] is not value["isOk"]
    assert type(value["Status"]) is int
    assert (value["Status"] == 0) is value["isOk"]
    assert value["Object"] is not None
    return value


@pytest.fixture
def phone() -> Phone:
    return Phone()


async def chunks_of(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
