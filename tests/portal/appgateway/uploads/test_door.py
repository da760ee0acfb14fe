"""What an upload meets before anything is known of it: limits, no Django, nothing kept."""

import ast
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.portal.appgateway.uploads.conftest import INFOF, TOKEN
from tests.portal.appgateway.uploads.layouts import LAYOUTS, ROW, Layout

from bluezone.portal import asgi
from bluezone.portal.appgateway import uploads
from bluezone.portal.appgateway.consent import services

GET_INFO = "/api/AppHistoryContact/ReportHistory_GetInfo"
CONFIRM = "/api/AppHistoryContact/ReportHistory_ConfirmContact"
DECLARE = "/api/AppHistoryContact/ReportHistory_ConfirmDeclare"
SAVE = "/api/AppLog/SaveFile"
HISTORIES = (GET_INFO, CONFIRM, DECLARE)
VALUES = {"TokenFirebase": TOKEN, "InfoF": INFOF, "PhoneNumber": "0912345678", "FindGUID": "1"}
Receive = Callable[[], Awaitable[dict[str, Any]]]


@pytest.fixture(autouse=True, params=[False])
def _code_is_open(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No code that a history could belong to is open, unless a test says so."""
    monkeypatch.setattr(services, "any_open_with_history", lambda _now: request.param)


def speak(path: str, receive: Receive, layout: Layout = LAYOUTS[0]) -> dict[str, Any]:
    """Speak ASGI with the portal as a whole; return the envelope."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"Content-Type", layout.content_type.encode()), (b"Expect", b"100-continue")]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    asyncio.run(asgi.application(scope, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 200
    body: dict[str, Any] = json.loads(sent[1]["body"])
    return body


def streamed(pieces: Iterator[bytes]) -> Receive:
    async def receive() -> dict[str, Any]:
        piece = next(pieces, None)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": True}

    return receive


def whole(body: bytes, size: int = 1000) -> Receive:
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    return receive


@pytest.mark.parametrize("path", [GET_INFO, GET_INFO + "_NoFile", SAVE])
def test_what_nobody_wants_is_dropped_with_success_in_every_layout(
    path: str, layout: Layout
) -> None:
    answer = speak(path, whole(layout.body(VALUES)), layout)
    assert answer == {"isOk": True, "Status": 0, "Object": {}, "isError": False}


@pytest.mark.parametrize("body", [b"", b"not multipart", ROW * 1000], ids=["empty", "text", "rows"])
def test_what_nobody_wants_is_not_even_looked_at(body: bytes) -> None:
    assert speak(GET_INFO, whole(body))["isOk"] is True


@pytest.mark.parametrize("path", [*HISTORIES, SAVE])
def test_a_client_that_goes_away_in_the_middle_is_status_2(path: str) -> None:
    half = LAYOUTS[0].body(VALUES)[:400]
    assert speak(path, streamed(iter([half])))["Status"] == 2


@pytest.mark.parametrize("path", [*HISTORIES, SAVE])
def test_an_endless_body_is_read_to_the_limit_and_no_further(path: str, settings: Any) -> None:
    settings.BLUEZONE_GATEWAY_UPLOAD_BYTES = 1_000_000
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        yield LAYOUTS[0].body(VALUES)[:200]
        while True:
            taken += 50_000
            yield b"x" * 50_000

    assert speak(path, streamed(endless()))["Status"] == 2
    assert taken == 1_000_000


@pytest.mark.parametrize("path", [*HISTORIES, SAVE])
def test_a_slow_body_is_given_up(path: str, settings: Any) -> None:
    settings.BLUEZONE_GATEWAY_UPLOAD_SECONDS = 0.02
    pieces = iter([LAYOUTS[0].body(VALUES)[:200]])

    async def slow() -> dict[str, Any]:
        piece = next(pieces, None)
        if piece is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": piece, "more_body": True}

    assert speak(path, slow)["Status"] == 2


@pytest.mark.parametrize("path", HISTORIES)
@pytest.mark.parametrize("end", ["complete", "cut off", "twice"])
@pytest.mark.parametrize("_code_is_open", [False, True], indirect=True)
def test_of_a_history_never_more_than_one_chunk_is_alive(path: str, end: str) -> None:
    body = LAYOUTS[0].body({**VALUES, "TokenFirebase": ""}, ROW * 10_000)
    if end == "twice":
        body = body.replace(b'"FindGUID"', b'"TokenFirebase"')
    elif end == "cut off":
        body = body[:-30]
    chunks = [bytes(bytearray(body[at : at + 8_192])) for at in range(0, len(body), 8_192)]
    free = [sys.getrefcount(chunk) for chunk in chunks]
    alive: list[int] = []
    at = iter(range(len(chunks)))

    def count_alive() -> int:
        now = [sys.getrefcount(chunk) for chunk in chunks]
        return sum(a != b for a, b in zip(now, free, strict=True))

    async def receive() -> dict[str, Any]:
        alive.append(count_alive())
        number = next(at)
        more = number + 1 < len(chunks)
        return {"type": "http.request", "body": chunks[number], "more_body": more}

    speak(path, receive)
    assert len(alive) == len(chunks)
    assert max(alive) <= 1
    assert count_alive() == 0


def test_django_never_sees_an_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    async def django(*_: Any) -> None:
        raise AssertionError("Django was asked")

    monkeypatch.setattr(asgi, "_django", django)
    for path in (GET_INFO, GET_INFO + "_NoFile", CONFIRM, CONFIRM + "_NoFile", SAVE):
        assert speak(path, whole(b"not multipart"))["Status"] in {0, 2}
    with pytest.raises(AssertionError, match="Django was asked"):
        speak("/api/verify", whole(b""))


FORBIDDEN = {"logging", "tempfile", "shutil", "io", "mmap", "pickle", "shelve", "traceback"}


def test_nothing_of_uploads_can_log_or_touch_a_file() -> None:
    files = sorted(Path(uploads.__file__).parent.rglob("*.py"))
    assert len(files) >= 9
    for path in files:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            assert not FORBIDDEN & imported(node), path.name
            assert not (isinstance(node, ast.Name) and node.id in {"open", "print"}), path.name
            attribute = node.attr if isinstance(node, ast.Attribute) else ""
            assert attribute not in {"open", "write_bytes", "write_text", "stdout"}, path.name


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0], *(alias.name for alias in node.names)}
    return set()
