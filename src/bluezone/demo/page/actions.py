"""What a visitor does: small JSON requests, each from the page itself or refused.

The decision that surprises: an action must be JSON and come from this very page (Origin),
because a code that a stranger's page sends is not a person's consent.
"""

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bluezone.demo.cast import PEOPLE, PersonId
from bluezone.demo.page.visitor import Action, Story

_BODY_LIMIT: Final = 1_000
"""Bytes of the largest action; the real ones have fewer than a hundred."""


def story_of(request: Request) -> Story:
    """Return the story that the page shows."""
    story: Story = request.app.state.story
    return story


async def _action(request: Request) -> Action | None:
    """Return the action of a request, or None if it is not a visitor's own."""
    own = {f"http://{request.headers.get('host', '')}"}
    json = request.headers.get("content-type", "").startswith("application/json")
    if not json or request.headers.get("origin", "") not in own:
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_LIMIT:
            return None
    try:
        return msgspec.json.decode(body, type=Action)
    except msgspec.DecodeError:
        return None


def _refused() -> Response:
    return JSONResponse({"error": "bad_request"}, status_code=400)


def _done() -> Response:
    return JSONResponse({"error": None})


async def _control(request: Request) -> Response:
    action = await _action(request)
    if action is None or not story_of(request).control(action.do, action.speed):
        return _refused()
    return _done()


async def _phone(request: Request) -> Response:
    action, person = await _action(request), request.path_params["person"]
    if action is None or person not in PEOPLE:
        return _refused()
    story = story_of(request)
    match request.path_params["what"]:
        case "code":
            story.enter_code(PersonId(person), action.code)
        case "confirm":
            story.confirm(PersonId(person), agreed=True)
        case "cancel":
            story.confirm(PersonId(person), agreed=False)
        case _:
            return _refused()
    return _done()


async def _helper(request: Request) -> Response:
    if await _action(request) is None:
        return _refused()
    story_of(request).help_visitor()
    return _done()


async def _wait(request: Request) -> Response:
    if await _action(request) is None:
        return _refused()
    story_of(request).wait_for_visitor()
    return _done()


async def _again(request: Request) -> Response:
    if await _action(request) is None:
        return _refused()
    story_of(request).again()
    return _done()


def action_routes() -> list[Route]:
    """Return the addresses of all actions."""
    return [
        Route("/control", _control, methods=["POST"]),
        Route("/again", _again, methods=["POST"]),
        Route("/helper", _helper, methods=["POST"]),
        Route("/helper/wait", _wait, methods=["POST"]),
        Route("/phone/{person:int}/{what}", _phone, methods=["POST"]),
    ]
