"""Giant bodies are refused before anything reads them."""

import asyncio
import json
from typing import Any

import pytest

from bluezone.portal.body_limit import BodyLimit, Message, Receive, Scope, Send


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


def run(
    headers: list[tuple[bytes, bytes]], parts: list[bytes], *, path: str = "/"
) -> tuple[list[Message], int]:
    """Send a body in parts; return what came back and how many parts were read."""
    sent: list[Message] = []
    left = list(parts)

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "headers": headers, "path": path}
    asyncio.run(BodyLimit(echo, limit=100)(scope, receive, send))
    return sent, len(parts) - len(left)


def test_a_body_within_the_limit_passes() -> None:
    sent, read = run([(b"content-length", b"100")], [b"x" * 60, b"x" * 40])
    assert (sent[0]["status"], sent[1]["body"], read) == (200, b"100", 2)


@pytest.mark.parametrize("length", [b"101", b"99999999999999999999", b"-1", b"x"])
def test_a_body_that_says_it_is_too_large_is_not_read(length: bytes) -> None:
    sent, read = run([(b"content-length", length)], [b"x"])
    answer = json.loads(sent[1]["body"])
    assert (sent[0]["status"], answer["errorCode"], read) == (400, "unparsable_request", 0)
    assert len(answer["padding"]) > 1024


def test_a_body_that_turns_out_too_large_is_read_no_further() -> None:
    sent, read = run([], [b"x" * 60] * 50)
    assert (sent[0]["status"], read) == (400, 2)


def test_a_page_that_takes_files_takes_larger_bodies_and_answers_in_words() -> None:
    page = "/campaign/vn2020.30/figures/upload/"
    sent, _read = run([(b"content-length", b"6000000")], [b"x" * 6_000_000], path=page)
    assert (sent[0]["status"], sent[1]["body"]) == (200, b"6000000")
    sent, read = run([(b"content-length", b"17000000")], [b"x"], path=page)
    assert (sent[0]["status"], read) == (413, 0)
    assert "8 MB" in sent[1]["body"].decode()


def test_the_server_hears_that_we_are_ready_and_gone() -> None:
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[Message] = []

    async def receive() -> Message:
        return events.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(BodyLimit(echo)({"type": "lifespan"}, receive, send))
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
