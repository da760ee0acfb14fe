"""Whatever comes in, the published app gets an envelope that it can read."""

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.appgateway import asgi, routes
from bluezone.portal.appgateway.envelope import Status, ok, refused
from bluezone.portal.appgateway.errors import BadBodyError, BodyTooLargeError, BodyTooSlowError
from bluezone.portal.appgateway.http import Answer, Request

ECHO = "/api/App/Echo"


async def echo(request: Request) -> Answer:
    return ok({"read": str(sorted(await request.json()))})


async def broken(request: Request) -> Answer:
    raise ValueError("the token is secret-value")


@pytest.fixture
def _handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    table: Mapping[tuple[str, str], Any] = {("POST", ECHO): echo, ("GET", ECHO): broken}
    monkeypatch.setattr(routes, "ROUTES", table)
    monkeypatch.setattr(routes, "PREFIX_ROUTES", {("GET", "/bzentries/"): echo})


def call(
    method: str, path: str, pieces: list[bytes], headers: list[tuple[bytes, bytes]] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Speak ASGI with the gateway; return the start message and the envelope."""
    sent: list[Any] = []
    left = list(pieces)

    async def receive() -> dict[str, Any]:
        if not left:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": left.pop(0), "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers or []}
    asyncio.run(asgi.application(scope, receive, send))
    return sent[0], json.loads(sent[1]["body"])


def request(pieces: list[bytes], **more: Any) -> Request:
    left = list(pieces)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return Request("POST", ECHO, receive=receive, rng=Random(1), **more)


def test_the_gateway_takes_its_four_prefixes_and_nothing_else() -> None:
    ours = [
        "/api/App/RegisterUser",
        "/api/AppHistoryContact/x",
        "/api/AppLog/SaveFile",
        "/bzentries/1",
    ]
    others = [
        "/",
        "/api/verify",
        "/api/certificate",
        "/api/app/RegisterUser",
        "/health",
        "/bzentries",
    ]
    assert all(asgi.is_ours({"type": "http", "path": path}) for path in ours)
    assert not any(asgi.is_ours({"type": "http", "path": path}) for path in others)


@pytest.mark.usefixtures("_handlers")
def test_an_unknown_address_and_a_wrong_method_are_refused_in_an_envelope() -> None:
    for method, path in (("POST", "/api/App/Nothing"), ("DELETE", ECHO)):
        start, body = call(method, path, [b""])
        assert start["status"] == 200
        assert body == {"isOk": False, "Status": 2, "Object": "", "isError": True}


@pytest.mark.usefixtures("_handlers")
def test_a_fault_of_ours_is_status_1_and_its_value_reaches_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        start, body = call("GET", ECHO, [])
    assert (start["status"], body["Status"], body["isOk"]) == (200, 1, False)
    assert "ValueError at broken:" in caplog.text
    assert "secret-value" not in caplog.text


@pytest.mark.usefixtures("_handlers")
@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b'"text"', b"null", b"12", b'{"a": 1', b"\xff\xfe{}", b'{"a":"\xc3"}',
        b"[" * 16_000, b'{"a":' * 3_000, b"<xml/>", b'{"a": NaN}', b"x" * 20_000,
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_understood_is_status_2(raw: bytes) -> None:
    with pytest.raises(BadBodyError):
        asyncio.run(request([raw]).json())


@pytest.mark.usefixtures("_handlers")
def test_a_body_cut_off_in_the_middle_is_status_2() -> None:
    start, body = call("POST", ECHO, [b'{"TokenFirebase": "abc'])
    assert (start["status"], body["Status"]) == (200, 2)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_a_refusal(raw: bytes) -> None:
    with suppress(BadBodyError):
        assert isinstance(asyncio.run(request([raw]).json()), dict)


def test_the_last_of_two_equal_names_counts_and_a_byte_order_mark_is_ignored() -> None:
    assert asyncio.run(request([b"\xef\xbb", b'\xbf{"a": 1,', b' "a": 2}']).json()) == {"a": 2}


def test_a_body_over_the_limit_is_read_no_further() -> None:
    large = request([b"x" * 60] * 50)
    with pytest.raises(BodyTooLargeError):
        asyncio.run(large.json(limit=100))


def test_a_slow_body_is_given_up() -> None:
    async def never() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def read() -> list[bytes]:
        slow = Request("POST", ECHO, receive=never)
        return [chunk async for chunk in slow.chunks(within_s=0.01)]

    with pytest.raises(BodyTooSlowError):
        asyncio.run(read())


def test_a_body_is_handed_out_once() -> None:
    async def twice() -> None:
        once = request([b"{}"])
        await once.json()
        await once.json()

    with pytest.raises(BadBodyError):
        asyncio.run(twice())


def test_behind_our_proxies_the_address_is_the_one_that_the_outermost_saw(settings: Any) -> None:
    headers = [(b"X-Forwarded-For", b"198.51.100.9, 203.0.113.7")]
    scope = {"method": "GET", "path": "/", "headers": headers, "client": ("10.0.0.1", 5)}

    def address() -> str:
        return asgi.request_of(scope, request([]).receive, now=0, rng=Random(1)).address  # type: ignore[arg-type]

    assert address() == "10.0.0.1"
    settings.BLUEZONE_TRUSTED_PROXIES = 1
    assert address() == "203.0.113.7"
    settings.BLUEZONE_TRUSTED_PROXIES = 3
    assert address() == "10.0.0.1"


def test_a_request_shows_neither_headers_nor_address() -> None:
    shown = repr(request([], address="203.0.113.7", headers={"cookie": "secret"}))
    assert "203.0.113.7" not in shown
    assert "secret" not in shown


def test_an_envelope_has_native_types_and_an_object() -> None:
    assert json.loads(ok().body) == {"isOk": True, "Status": 0, "Object": "", "isError": False}
    assert json.loads(refused(Status.OTP_WRONG).body)["Status"] == 33
