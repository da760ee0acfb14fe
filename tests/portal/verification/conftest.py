"""A caller of the API, and a message gateway on this machine."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

Call = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def post(db: None) -> Callable[..., HttpResponse]:
    """Post a body to a call with a key; the answer as it is."""
    client = Client(raise_request_exception=False)

    def send(call: str, body: object, key: str = "", **headers: str) -> HttpResponse:
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        given = {"X-API-Key": key, **headers} if key else headers
        return client.post(f"/api/{call}", content, content_type="application/json", headers=given)

    return send


@pytest.fixture
def call(post: Callable[..., HttpResponse]) -> Call:
    """Post a body to a call with a key; the status and the JSON of the answer."""

    def send(name: str, body: object, key: str = "", **headers: str) -> tuple[int, dict[str, Any]]:
        response = post(name, body, key, **headers)
        return response.status_code, json.loads(response.content)

    return send


@pytest.fixture
def issued(call: Call, admin_key: str) -> dict[str, Any]:
    """A confirmed code, as the API gives it."""
    status, row = call("issue", {"testType": "confirmed", "symptomDate": "2020-08-10"}, admin_key)
    assert status == 200
    return row


@dataclass
class Answer:
    """What the gateway says to one request; status 0 says nothing until it is released."""

    status: int = 200
    body: bytes = b'{"id": "gw-1"}'
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class FakeGateway:
    """The gateway's address, what it received, and what it will answer (the last one stays)."""

    url: str
    answers: list[Answer]
    received: list[dict[str, Any]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def running_gateway(*answers: tuple[Any, ...]) -> Iterator[FakeGateway]:
    """Run a gateway on a free port of this machine; each answer is (status, body, headers)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    host, port = str(server.server_address[0]), server.server_address[1]
    gateway = FakeGateway(f"http://{host}:{port}/send", [Answer(*a) for a in answers] or [Answer()])
    server.gateway = gateway  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield gateway
    finally:
        gateway.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        gateway: FakeGateway = self.server.gateway  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        received = {"authorization": self.headers.get("Authorization", ""), "path": self.path}
        gateway.received.append({**received, "body": json.loads(body)})
        answer = gateway.next_answer()
        if answer.status == 0:
            gateway.release.wait(10)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_args: Any) -> None:
        return


@pytest.fixture
def fake_gateway() -> Callable[..., AbstractContextManager[FakeGateway]]:
    """Start a gateway that gives the answers it is told; the last one stays."""
    return running_gateway
