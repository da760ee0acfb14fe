"""ConfirmDeclare: a confirmed person typed the code of a health worker and chose to help.

Source: spec/bluezone-wire.md 3.1 (the screen does not repeat, except once on 11), 3.2, 3.4 rules
4 and 5. Token, code and InfoF are kept for the length of the request. The history is dropped
like any other unless a code of somebody who agreed to share contacts is open; then it is held in
memory until the code is known to be good, handed over, and overwritten in every case.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Final, cast

from django.conf import settings

from bluezone.portal.appgateway.consent import services
from bluezone.portal.appgateway.consent.services import HelpUpload, Receipt, Refusal
from bluezone.portal.appgateway.database import in_database
from bluezone.portal.appgateway.envelope import Status, ok, refused
from bluezone.portal.appgateway.fields import read_token
from bluezone.portal.appgateway.http import Answer, Handler, Request
from bluezone.portal.appgateway.uploads.history import HeldHistory
from bluezone.portal.appgateway.uploads.multipart import Parts
from bluezone.portal.appgateway.uploads.receiving import drop, read_parts
from bluezone.portal.appgateway.uploads.senders import TOKEN_BYTES, TOKEN_PART, phone_of
from bluezone.protocol.bluezone.infof import MAX_INFOF_TEXT

_CODE: Final = "OTP"
_KEYS: Final = "InfoF"
_KEEP: Final[Mapping[str, int]] = {TOKEN_PART: TOKEN_BYTES, _CODE: 64, _KEYS: MAX_INFOF_TEXT}


async def confirm_declare(request: Request) -> Answer:
    """Take in the help of a confirmed person; codes 1, 2, 11, 51, 52."""
    with ExitStack() as stack:
        history = HeldHistory(limit=settings.BLUEZONE_GATEWAY_HISTORY_BYTES)
        stack.callback(history.wipe)
        welcome = await in_database(services.any_open_with_history, request.now)
        sink = history.sink if welcome else drop
        async with read_parts(request, keep=_KEEP, sink=sink) as parts:
            token = read_token(parts.text(TOKEN_PART))
            upload = _upload(parts, request)
        if token is None:
            return refused(Status.TOKEN_INVALID)
        phone_id = await phone_of(request, token)
        if phone_id is None:
            return refused(Status.SERVER_ERROR)
        outcome = await _accept(replace(upload, phone_id=phone_id), history, request)
    return refused(outcome.status) if isinstance(outcome, Refusal) else ok({})


def _upload(parts: Parts, request: Request) -> HelpUpload:
    return HelpUpload(parts.text(_CODE), None, parts.text(_KEYS), address=request.address)


async def _accept(upload: HelpUpload, history: HeldHistory, request: Request) -> Receipt | Refusal:
    """Hand over the keys; then, of somebody whose code was good, the history, too."""
    outcome = await in_database(services.accept, upload, now=request.now, rng=request.rng)
    copied = None if isinstance(outcome, Refusal) else history.copy()
    if copied is None:
        return outcome
    try:
        whole = replace(upload, history=cast("bytes", copied))  # read like bytes, then overwritten
        return await in_database(services.accept, whole, now=request.now, rng=request.rng)
    finally:
        copied[:] = bytes(len(copied))


HANDLERS: Final[Mapping[tuple[str, str], Handler]] = {
    ("POST", "/api/AppHistoryContact/ReportHistory_ConfirmDeclare"): confirm_declare,
    ("POST", "/api/AppHistoryContact/ReportHistory_ConfirmDeclare_NoFile"): confirm_declare,
}
