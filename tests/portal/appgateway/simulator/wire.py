"""How the two HTTP libraries of the published app send and what they make of answers.

Source: spec/bluezone-wire.md 3.1. axios: success is HTTP 200 exactly and `isOk` true, any status
outside 2xx becomes Status -1. rn-fetch-blob: a body is parsed at any status. The network in
between may lose a request, lose an answer after the server has done the work, or deliver twice.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

AXIOS_S = 10.0
FILE_S = 3.0
RESOURCE_S = 1.0
UPLOAD_S = 60.0
AXIOS_HEADERS = {"Accept": "application/json, text/plain, */*"}
JSON_HEADERS = {**AXIOS_HEADERS, "Content-Type": "application/json;charset=utf-8"}
CHUNK_BYTES = 1400
LOST = object()
"""`Status` or `Object` of an answer that has none."""


class NoAnswerError(Exception):
    """The library gave up waiting, or the line broke."""


class NotServedError(AssertionError):
    """The server broke a rule of spec/bluezone-wire.md 3.4: a fault of the system under test."""


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What the app sees of an answer."""

    is_ok: bool
    status: object
    value: object
    envelope: object = None


@dataclass(frozen=True)
class Trouble:
    """Chances of each fault, for one request."""

    request_lost: float = 0.0
    answer_lost: float = 0.0
    twice: float = 0.0


@dataclass
class Network:
    """Everything between phones and the server."""

    server: Asgi
    rng: Random
    trouble: Trouble = field(default_factory=Trouble)
    seen: Counter[str] = field(default_factory=Counter)
    statuses: Counter[tuple[str, object]] = field(default_factory=Counter)
    down: bool = False

    async def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        address: str,
        timeout_s: float,
    ) -> Response:
        """Return the answer; virtual time passes where nothing comes."""
        fate = self.rng.random()
        trouble = self.trouble
        if self.down or fate < trouble.request_lost:
            self.seen["lost request"] += 1
            await asyncio.sleep(timeout_s)
            raise NoAnswerError
        self.seen[path] += 1
        response = await call(self.server, method, path, headers, body, address=address)
        self._judge(method, path, body, response)
        if fate < trouble.request_lost + trouble.twice:
            self.seen["twice"] += 1
            response = await call(self.server, method, path, headers, body, address=address)
            self._judge(method, path, body, response)
        elif fate < trouble.request_lost + trouble.twice + trouble.answer_lost:
            self.seen["lost answer"] += 1
            await asyncio.sleep(timeout_s)
            raise NoAnswerError
        await asyncio.sleep(0.05)
        return response

    def _judge(self, method: str, path: str, body: bytes, response: Response) -> None:
        """Hold the server to 3.4 rule 1 in each and every answer."""
        if response.status != 200:
            raise NotServedError(f"{method} {path}: HTTP {response.status}")
        if method == "POST":
            self.statuses[path, check_envelope(response.body)["Status"]] += 1


def check_envelope(body: bytes) -> dict[str, Any]:
    """Return the envelope, or say what the published app could not live with."""
    value = json.loads(body)
    if not isinstance(value, dict) or set(value) != {"isOk", "Status", "Object", "isError"}:
        raise NotServedError("no envelope")
    right = isinstance(value["isOk"], bool) and type(value["Status"]) is int
    if not right or value["Object"] is None or (value["Status"] == 0) is not value["isOk"]:
        raise NotServedError("an envelope that the app misreads")
    return value


async def call(
    server: Asgi,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    address: str = "203.0.113.7",
    query: bytes = b"",
    whole: bool = True,
) -> Response:
    """Speak ASGI; `whole` False ends in a disconnect where more was promised."""
    pieces = [body[at : at + CHUNK_BYTES] for at in range(0, len(body), CHUNK_BYTES)] or [b""]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        if not pieces and whole:
            await asyncio.Event().wait()  # the client waits for its answer
        if not pieces:
            return {"type": "http.disconnect"}
        return {
            "type": "http.request",
            "body": pieces.pop(0),
            "more_body": bool(pieces) or not whole,
        }

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": (address, 40_000),
        "server": ("127.0.0.1", 80),
    }
    await server(scope, receive, send)
    start = sent[0]
    names = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    payload = b"".join(message.get("body", b"") for message in sent[1:])
    return Response(start["status"], names, payload)


def axios_reply(response: Response) -> Reply:
    """Return what the app's axios wrapper gives back."""
    if not 200 <= response.status < 300:
        return Reply(False, -1, response.body.decode(errors="replace"))
    return _read(response.body, whole_success=response.status == 200)


def blob_reply(response: Response) -> Reply:
    """Return what the app makes of an rn-fetch-blob answer: parsed at any status."""
    return _read(response.body, whole_success=response.status == 200)


def _read(body: bytes, *, whole_success: bool) -> Reply:
    try:
        value = json.loads(body)
    except ValueError:
        return Reply(False, -1, LOST)
    if not isinstance(value, dict):
        return Reply(False, LOST, LOST)
    is_ok = whole_success and value.get("isOk") is True
    return Reply(is_ok, _number(value.get("Status")), value.get("Object"), value)


def _number(value: object) -> object:
    """Return a Status that `===` can compare with a number, or what never equals one."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else LOST
