"""AppHistoryContact/DeclareInformation: the health declaration of somebody who was warned.

Source: spec/bluezone-wire.md 3.2. The screens are not reachable in v3.0.3, and the token it needs
gets lost in the app; the call answers all the same. Codes 1, 2, 11, 61, 62 (`FindGUID`), 71, 72
(`Token`). `InfoF`, which holds the phone's base id, is dropped unread.
"""

from collections.abc import Mapping
from random import Random
from typing import Final

from bluezone.portal.appgateway.database import in_database
from bluezone.portal.appgateway.envelope import Status, ok, refused
from bluezone.portal.appgateway.fields import read_text, read_token
from bluezone.portal.appgateway.http import Answer, Handler, Request
from bluezone.portal.appgateway.people.declaring import Warned, declare, read_user_info
from bluezone.portal.appgateway.people.errors import DeclarationInvalidError
from bluezone.portal.appgateway.people.sealing import Person
from bluezone.portal.appgateway.phones import registry
from bluezone.portal.appgateway.pushes.errors import FindGuidInvalidError
from bluezone.portal.appgateway.pushes.find_guid import find_guid_key, read_find_guid
from bluezone.portal.appgateway.pushes.services import bundle_state
from bluezone.portal.appgateway.uploads.declaration_token import (
    DeclarationTokenExpiredError,
    DeclarationTokenInvalidError,
    declaration_key,
    read,
)

_SELECTOR_CHARACTERS: Final = 256


async def declare_health(request: Request) -> Answer:
    """Keep "call me" of a phone that was warned."""
    body = await request.json()
    token = read_token(body.get("TokenFirebase"))
    if token is None:
        return refused(Status.TOKEN_INVALID)
    find_guid = read_text(body.get("FindGUID"), limit=_SELECTOR_CHARACTERS)
    said = read_text(body.get("Token"), limit=_SELECTOR_CHARACTERS)
    phone_id = await registry.find(token)
    if phone_id is None or find_guid is None:
        return refused(Status.FIND_INVALID)
    try:
        person = read_user_info(body.get("UserInfo"))
    except DeclarationInvalidError:
        person = None
    selectors = (find_guid, said or "")
    status = await in_database(
        _declare, phone_id, selectors, person, now=request.now, rng=request.rng
    )
    return ok({}) if status is Status.OK else refused(status)


def _declare(
    phone_id: int, selectors: tuple[str, str], person: Person | None, *, now: int, rng: Random
) -> Status:
    """Return the status, in the order of the table: bundle, token, then what was typed."""
    status, round_id = _right_to_declare(phone_id, *selectors, now=now)
    if status is not Status.OK:
        return status
    if person is None:
        return Status.INVALID_REQUEST
    declare(Warned(phone_id, round_id), person, now=now, rng=rng)
    return Status.OK


def _right_to_declare(phone_id: int, find_guid: str, said: str, *, now: int) -> tuple[Status, int]:
    """Return whether the phone may declare, and the round that warned it."""
    try:
        state = bundle_state(find_guid, phone_id, now)
    except FindGuidInvalidError:
        return Status.FIND_INVALID, 0
    if state.expired:
        return Status.FIND_EXPIRED, 0
    return _judge_token(phone_id, find_guid, said, now=now), state.round_id


def _judge_token(phone_id: int, find_guid: str, said: str, *, now: int) -> Status:
    """Return whether the token was given to this phone for this bundle."""
    try:
        right = read(said, now, key=declaration_key())
    except DeclarationTokenExpiredError:
        return Status.DECLARATION_TOKEN_EXPIRED
    except DeclarationTokenInvalidError:
        return Status.DECLARATION_TOKEN_INVALID
    bundle_id = read_find_guid(find_guid, phone_id, key=find_guid_key())
    mine = (right.phone_id, right.bundle_id) == (phone_id, bundle_id)
    return Status.OK if mine else Status.DECLARATION_TOKEN_INVALID


HANDLERS: Final[Mapping[tuple[str, str], Handler]] = {
    ("POST", "/api/AppHistoryContact/DeclareInformation"): declare_health,
}
