"""RegisterUser, UpdateTokenFirebase, PushInfoApp: a phone says which token it has.

Source: spec/bluezone-wire.md 3.2 and 3.4. The answer holds the token in `Object`, because the
published app sends that whole answer as its token later on (rule 3). Phone numbers that come
along are not read: nobody has shown that they are theirs.
"""

from collections.abc import Mapping
from typing import Final

from bluezone.portal.appgateway import limits
from bluezone.portal.appgateway.envelope import Status, ok, refused
from bluezone.portal.appgateway.fields import read_platform, read_token
from bluezone.portal.appgateway.http import Answer, Handler, Request
from bluezone.portal.appgateway.phones import registry


async def register_user(request: Request) -> Answer:
    """Register a phone; codes 1, 2, 11."""
    body = await request.json()
    token = read_token(body.get("TokenFirebase"))
    if token is None:
        return refused(Status.TOKEN_INVALID)
    return await _admit(request, token, read_platform(body.get("TypeOS")))


async def update_token_firebase(request: Request) -> Answer:
    """Change a phone's token; codes 1, 2, 11, 41 (the app then registers the new one)."""
    body = await request.json()
    new, old = read_token(body.get("TokenFirebaseNew")), read_token(body.get("TokenFirebaseOld"))
    if new is None:
        return refused(Status.TOKEN_INVALID)
    if old is None or await registry.update(new, old, now=request.now) is None:
        return refused(Status.OLD_TOKEN_UNKNOWN)
    return ok(new)


async def push_info_app(request: Request) -> Answer:
    """Change or register a phone's token, whichever fits; codes 1, 2, 11.

    No push of ours asks for it; phones whose language changes send it anyway.
    """
    body = await request.json()
    new, old = read_token(body.get("TokenFirebaseNew")), read_token(body.get("TokenFirebaseOld"))
    platform = read_platform(body.get("TypeOS"))
    if new is None:
        return refused(Status.TOKEN_INVALID)
    if old is not None and old != new:
        known = await registry.update(new, old, now=request.now, platform=platform)
        if known is not None:
            return ok(new)
    return await _admit(request, new, platform)


async def _admit(request: Request, token: str, platform: str) -> Answer:
    """Register `token` within the budget of its address; known tokens cost nothing."""
    budget = limits.new_phones()
    if not budget.take(request.address, now=request.now):
        known = await registry.find(token)
        return refused(Status.SERVER_ERROR) if known is None else ok(token)
    admission = await registry.admit(token, platform, now=request.now)
    if not admission.is_new:
        budget.give_back(request.address, now=request.now)
    return refused(Status.TOKEN_INVALID) if admission.phone_id is None else ok(token)


HANDLERS: Final[Mapping[tuple[str, str], Handler]] = {
    ("POST", "/api/App/RegisterUser"): register_user,
    ("POST", "/api/App/UpdateTokenFirebase"): update_token_firebase,
    ("POST", "/api/AppHistoryContact/PushInfoApp"): push_info_app,
}
