"""The small server behind the page: one page, pictures as events, the way to the desk.

The decision that surprises: a picture is looked for eight times a second instead of being
announced, because its maker lives in another thread and must never wait for a browser.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import (
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bluezone.demo.board import Board, Step
from bluezone.demo.cast import NAMES, PEOPLE
from bluezone.demo.choreography import END_S, START_S
from bluezone.demo.page.actions import action_routes, story_of
from bluezone.demo.page.campaign import Campaign, campaign_routes
from bluezone.demo.page.scenery import TREES, houses
from bluezone.demo.page.texts import TEXTS
from bluezone.demo.page.visitor import Story, page_language
from bluezone.demo.page.writing import written
from bluezone.look.i18n import texts, translator
from bluezone.look.routes import look_routes

_HERE: Final = Path(__file__).parent
_PICTURES_A_SECOND: Final = 8
_QUIET_S: Final = 10
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def _facts(story: Story, language: str) -> dict[str, object]:
    """Return what the script needs once: names, paths and texts."""
    return {
        "names": list(NAMES),
        "paths": [
            [
                [point.time_s, point.x_m, point.y_m]
                for point in story.choreography.paths[one].waypoints
            ]
            for one in PEOPLE
        ],
        "ill": story.choreography.ill,
        "startS": START_S,
        "nightS": END_S + 6 * 3600,
        "texts": texts("bluezone.demo", language, TEXTS),
    }


def _step_names(language: str) -> list[tuple[str, str]]:
    _ = translator("bluezone.demo", language)
    names = {
        Step.PHONE: _("Phone"),
        Step.CERTIFICATE: _("Certificate"),
        Step.KEY_SERVER: _("Key server"),
        Step.FILE: _("File"),
        Step.PHONES: _("Phones"),
    }
    return [(step.value, name) for step, name in names.items()]


async def _page(request: Request) -> Response:
    story, language = story_of(request), page_language(request)
    return written(
        "demo.html",
        request,
        language,
        login=story.login,
        steps=_step_names(language),
        houses=houses(),
        trees=TREES,
        campaign=request.app.state.campaign is not None,
        story={**_facts(story, language), "repeatable": request.app.state.repeatable},
    )


async def _pictures(board: Board) -> AsyncIterator[bytes]:
    """Yield each new picture as an event; a comment now and then shows that we are alive."""
    seen, quiet = -1, 0
    while not board.closed:
        revision, picture = board.read()
        if revision != seen:
            seen, quiet = revision, 0
            yield b"data: " + picture + b"\n\n"
        elif (quiet := quiet + 1) >= _QUIET_S * _PICTURES_A_SECOND:
            quiet = 0
            yield b": still here\n\n"
        await asyncio.sleep(1 / _PICTURES_A_SECOND)


async def _events(request: Request) -> Response:
    return StreamingResponse(_pictures(story_of(request).board), media_type="text/event-stream")


async def _knows(request: Request) -> Response:
    rows = await asyncio.to_thread(story_of(request).what_servers_know)
    return Response(msgspec.json.encode(rows), media_type="application/json")


async def _desk(request: Request) -> Response:
    """Send the visitor to the real portal, signed in as the demo's health worker."""
    host = request.url.hostname or "127.0.0.1"
    address, cookies = await asyncio.to_thread(story_of(request).desk_entry, host)
    response = RedirectResponse(address, status_code=303)
    for name, value in cookies.items():
        response.set_cookie(name, value, httponly=True, samesite="lax")
    return response


class _Headers:
    """ASGI middleware that puts the page's policy on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def create_page(
    story: Story, *, language: str, repeatable: bool, campaign: Campaign | None = None
) -> Starlette:
    """Return the page's application.

    Args:
        story: the running story.
        language: `vi` or `en`, what a visitor sees who has not chosen.
        repeatable: whether the story may be asked for once more at its end.
        campaign: the other demo, which the page links to.
    """
    routes = [
        Route("/", _page),
        Route("/events", _events),
        Route("/knows", _knows),
        Route("/desk", _desk),
        *action_routes(),
        *(campaign_routes() if campaign is not None else ()),
        *look_routes(),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app = Starlette(routes=routes, middleware=[hosts, Middleware(_Headers)])
    app.state.story = story
    app.state.language = language
    app.state.repeatable = repeatable
    app.state.campaign = campaign
    return app
