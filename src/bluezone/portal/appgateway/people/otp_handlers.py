"""CreateAndSendOTPCode, ConfirmOTPCode: a phone says which number it has, and shows it.

Source: spec/bluezone-wire.md 3.2, 3.4 and 5.3. Codes 1, 2, 21, 23 and 1, 2, 31, 32, 33, 34. 22
and the other "not registered" are never answered: the app's own repair leads nowhere (3.4 rule 2),
so an unknown token is registered by asking for a code. After a repair the app sends the earlier
answer in the place of the token, or swaps token and number; both are understood.
"""

from collections.abc import Mapping
from typing import Final

from bluezone.portal.appgateway.database import in_database
from bluezone.portal.appgateway.envelope import Status, ok, refused
from bluezone.portal.appgateway.fields import is_envelope, token_and_phone
from bluezone.portal.appgateway.http import Answer, Handler, Request
from bluezone.portal.appgateway.people.confirming import confirm
from bluezone.portal.appgateway.people.errors import CodeNotSentError
from bluezone.portal.appgateway.people.fields import read_code
from bluezone.portal.appgateway.people.one_time_codes import Answer as Judgement
from bluezone.portal.appgateway.people.one_time_codes import (
    Asker,
    CodeRequest,
    of_phone,
    send_code,
)
from bluezone.portal.appgateway.phones import registry
from bluezone.portal.appgateway.phones.numbers import normalise_number
from bluezone.portal.appgateway.uploads.senders import phone_of

_REFUSALS: Final = {
    Judgement.WRONG: Status.OTP_WRONG,
    Judgement.EXPIRED: Status.OTP_EXPIRED,
}


async def create_and_send_otp_code(request: Request) -> Answer:
    """Send a code to a number; 1 where none is sent now, 21 without a token, 23 no number."""
    body = await request.json()
    token, typed = token_and_phone(body, "TokenFirebase", "PhoneNumber")
    if token is None and not is_envelope(body.get("TokenFirebase")):
        return refused(Status.OTP_TOKEN_INVALID)
    number = normalise_number(typed)
    if number is None:
        return refused(Status.PHONE_INVALID)
    phone_id = None if token is None else await phone_of(request, token)
    if token is not None and phone_id is None:
        return refused(Status.SERVER_ERROR)
    wanted = _wanted(number, of_phone(phone_id), request.address)
    try:
        await in_database(send_code, wanted, now=request.now, rng=request.rng)
    except CodeNotSentError:
        return refused(Status.SERVER_ERROR)
    return ok({})


async def confirm_otp_code(request: Request) -> Answer:
    """Confirm a number by the code; 31 without a token, 32 no number, 33 wrong, 34 expired."""
    body = await request.json()
    token, typed = token_and_phone(body, "TokenFirebase", "PhoneNumber")
    if token is None and not is_envelope(body.get("TokenFirebase")):
        return refused(Status.CONFIRM_TOKEN_UNREGISTERED)
    number = normalise_number(typed)
    if number is None:
        return refused(Status.CONFIRM_PHONE_INVALID)
    code = read_code(body.get("OTPCode"))
    if code is None:
        return refused(Status.OTP_WRONG)
    judgement = await _confirm(request, token, number, code)
    if judgement is not Judgement.RIGHT:
        return refused(_REFUSALS[judgement])
    return ok({"PhoneNumber": typed})


async def _confirm(request: Request, token: str | None, number: str, code: str) -> Judgement:
    """Judge the code; an unknown token is registered only if the code was right."""
    phone_id = None if token is None else await registry.find(token)
    judgement = await in_database(confirm, number, phone_id, code, now=request.now, rng=request.rng)
    if judgement is Judgement.RIGHT and phone_id is None and token is not None:
        phone_id = await phone_of(request, token)
        await in_database(confirm, number, phone_id, code, now=request.now, rng=request.rng)
    return judgement


def _wanted(number: str, asker: Asker, address: str) -> CodeRequest:
    """Return the request for a code; in Vietnamese for numbers of Viet Nam."""
    language = "vi" if number.startswith("+84") else "en"
    return CodeRequest(number, asker, address, language=language)


HANDLERS: Final[Mapping[tuple[str, str], Handler]] = {
    ("POST", "/api/App/CreateAndSendOTPCode"): create_and_send_otp_code,
    ("POST", "/api/App/ConfirmOTPCode"): confirm_otp_code,
}
