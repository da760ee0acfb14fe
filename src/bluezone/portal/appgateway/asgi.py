"""The gateway as an ASGI application: a request in, an envelope out, whatever happens.

Source: spec/bluezone-wire.md 3.1 and 3.4 rule 1. A fault of ours becomes Status 1 and one log
line that says where, never what: messages of exceptions may hold values. A body that cannot be
understood, an unknown path and a wrong method become Status 2; an address that sent too much
gets Status 1 until its budget is back. No request is logged.
"""

import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from random import Random
from typing import Any, Final

from django.conf import settings

from bluezone.portal import chance, clock
from bluezone.portal.appgateway import limits
from bluezone.portal.appgateway.envelope import Status, refused
from bluezone.portal.appgateway.errors import BadBodyError
from bluezone.portal.appgateway.http import Answer, Receive, Request
from bluezone.portal.appgateway.routes import PREFIXES, handler_for

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LOG: Final = logging.getLogger("bluezone.portal.appgateway")


def is_ours(scope: Scope) -> bool:
    """Tell whether the gateway answers this request."""
    return scope["type"] == "http" and str(scope.get("path", "")).startswith(PREFIXES)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of the published app."""
    request = request_of(scope, receive, now=clock.now(), rng=chance.SYSTEM)
    await _send(await answer(request), send)


async def answer(request: Request) -> Answer:
    """Return the answer to `request`; never raises."""
    handler = handler_for(request.method, request.path)
    if handler is None:
        return refused(Status.INVALID_REQUEST)
    if request.method == "POST" and not limits.posts().take(request.address, now=request.now):
        return refused(Status.SERVER_ERROR)
    try:
        return await handler(request)
    except BadBodyError:
        return refused(Status.INVALID_REQUEST)
    except Exception as error:  # noqa: BLE001 - the outermost loop: the client needs an envelope
        _LOG.error("%s at %s", type(error).__name__, _place(error))
        return refused(Status.SERVER_ERROR)


def request_of(scope: Scope, receive: Receive, *, now: int, rng: Random) -> Request:
    """Return the request that an ASGI server describes."""
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    return Request(
        scope["method"],
        str(scope["path"]),
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=headers,
        address=_address(scope, headers.get("x-forwarded-for", "")),
        now=now,
        rng=rng,
        receive=receive,
    )


def _address(scope: Scope, forwarded: str) -> str:
    """Return the client's address; proxies of ours are believed (`bluezone.portal.addresses`)."""
    client = scope.get("client")
    direct = str(client[0]) if client else "unknown"
    hops = settings.BLUEZONE_TRUSTED_PROXIES
    said = [part.strip() for part in forwarded.split(",")] if hops else []
    return said[-hops] if hops and len(said) >= hops and said[-hops] else direct


def _place(error: BaseException) -> str:
    """Return where `error` came up, by our code and whatever it called; no message, no value."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "bluezone" in frame.filename] or frames
    places = [f"{frame.name}:{frame.lineno}" for frame in (frames[-1], ours[-1])]
    return " in ".join(dict.fromkeys(places))


async def _send(answer: Answer, send: Send) -> None:
    headers = {
        "content-type": answer.content_type,
        "content-length": str(len(answer.body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **answer.headers,
    }
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body})
