"""ConfirmContact: a published phone says that it found a match; its owner is warned.

Source: spec/bluezone-wire.md 3.2, 3.4 rule 5, 4.1 (find F1/F2) and W4, W5. The phone sends its
base id, its telephone number and its whole history without asking anybody. To warn its owner the
token and the number of the bundle are enough: everything else is dropped while it streams in.
The file and its `_NoFile` twin are one event, however often and in whatever order they come.
"""

from collections.abc import Mapping
from typing import Final

from bluezone.portal.appgateway.database import in_database
from bluezone.portal.appgateway.envelope import Status, ok, refused
from bluezone.portal.appgateway.fields import read_token
from bluezone.portal.appgateway.http import Answer, Handler, Request
from bluezone.portal.appgateway.phones.tokens import PhoneId
from bluezone.portal.appgateway.pushes import services, warnings
from bluezone.portal.appgateway.pushes.errors import FindGuidInvalidError
from bluezone.portal.appgateway.pushes.find_guid import find_guid_key, read_find_guid
from bluezone.portal.appgateway.uploads.declaration_token import declaration_key, issue
from bluezone.portal.appgateway.uploads.receiving import read_parts
from bluezone.portal.appgateway.uploads.senders import TOKEN_BYTES, TOKEN_PART, phone_of

_SELECTOR: Final = "FindGUID"
_SELECTOR_BYTES: Final = 256
"""Ours has 36 characters; a longer one is told that it is wrong as long as it can be read."""
_KEEP: Final[Mapping[str, int]] = {TOKEN_PART: TOKEN_BYTES, _SELECTOR: _SELECTOR_BYTES}


async def confirm_contact(request: Request) -> Answer:
    """Warn the owner of a phone that found itself in a bundle; codes 1, 2, 11, 61, 62."""
    async with read_parts(request, keep=_KEEP) as parts:
        token, find_guid = read_token(parts.text(TOKEN_PART)), parts.text(_SELECTOR)
    if token is None:
        return refused(Status.TOKEN_INVALID)
    phone_id = await phone_of(request, token)
    if phone_id is None:
        return refused(Status.SERVER_ERROR)
    try:
        declaration = await in_database(_confirm, phone_id, find_guid, request.now)
    except FindGuidInvalidError:
        return refused(Status.FIND_INVALID)
    if declaration is None:
        return refused(Status.FIND_EXPIRED)
    return ok({"Token": declaration})


def _confirm(phone_id: PhoneId, find_guid: str, now: int) -> str | None:
    """Warn once; return the token for a health declaration, None if the bundle is over.

    Raises:
        FindGuidInvalidError: not a number that was pushed to this phone.
    """
    state = services.bundle_state(find_guid, phone_id, now)
    if state.expired:
        return None
    warnings.warn(phone_id, state.round_id, now=now)
    bundle_id = read_find_guid(find_guid, phone_id, key=find_guid_key())
    return issue(phone_id, bundle_id, now, key=declaration_key())


HANDLERS: Final[Mapping[tuple[str, str], Handler]] = {
    ("POST", "/api/AppHistoryContact/ReportHistory_ConfirmContact"): confirm_contact,
    ("POST", "/api/AppHistoryContact/ReportHistory_ConfirmContact_NoFile"): confirm_contact,
}
