"""What can go wrong while sharing, in plain words with a stable code.

Sources: `spec/server-rules.md` 1.2 and 2.2 for the servers' codes. The surprising decision:
a server's own sentence is never shown. Only codes of these tables are believed, and the
words for them are ours; anything else becomes `server_refused`.
"""

from collections.abc import Callable
from typing import Final

from bluezone.look.i18n import translator
from bluezone.phone.errors import PhoneError

_Translate = Callable[[str], str]


def N_(text: str) -> str:  # noqa: N802 (the customary mark of a text translated later)
    """Mark a text for translation and return it as it is."""
    return text


_NEW_CODE: Final = N_("Ask the health worker for a new code.")
_TRY_AGAIN: Final = N_("Nothing is lost. Try again in a few minutes.")
_TELL_OPERATOR: Final = N_("Nothing is lost. Tell the people who run this service.")

EXPLANATIONS: Final[dict[str, tuple[str, str]]] = {
    "code_invalid": (N_("The code is wrong or was used before."), _NEW_CODE),
    "code_not_found": (N_("The code is wrong or was used before."), _NEW_CODE),
    "code_expired": (N_("The code has expired."), _NEW_CODE),
    "code_malformed": (
        N_("A code has 8 digits, or 16 letters and digits."),
        N_("Type it as it stands in the message."),
    ),
    "unsupported_test_type": (
        N_("The code is for a kind of result that needs no sharing."),
        N_("Ask the health worker what it is for."),
    ),
    "token_invalid": (N_("The permission of this code was used before."), _NEW_CODE),
    "token_expired": (N_("The permission of this code is older than 24 hours."), _NEW_CODE),
    "hmac_invalid": (N_("The portal could not read what this phone sent."), _TELL_OPERATOR),
    "health_authority_verification_certificate_invalid": (
        N_("The key server does not accept the certificate; it may be older than 15 minutes."),
        _NEW_CODE,
    ),
    "unknown_health_authority_id": (
        N_("The key server does not know this health authority."),
        _TELL_OPERATOR,
    ),
    "health_authority_missing_region_config": (
        N_("The key server is not set up for this health authority."),
        _TELL_OPERATOR,
    ),
    "unable_to_load_health_authority": (
        N_("The key server cannot check certificates now."),
        _TRY_AGAIN,
    ),
    "bad_request": (N_("The server did not accept the keys of this phone."), _TELL_OPERATOR),
    "unparsable_request": (N_("The server could not read the request."), _TELL_OPERATOR),
    "internal_error": (N_("The server has a fault."), _TRY_AGAIN),
    "internal_server_error": (N_("The server has a fault."), _TRY_AGAIN),
    "maintenance_mode": (N_("The server is being looked after."), _TRY_AGAIN),
    "quota_exceeded": (N_("The server is very busy."), _TRY_AGAIN),
    "too_many_requests": (N_("There were too many tries in a short time."), _TRY_AGAIN),
    "unauthorized": (N_("The portal does not accept this phone's device key."), _TELL_OPERATOR),
    "missing_revision_token": (
        N_("The key server has these keys already, with another kind of result."),
        N_("Nothing more needs to be done."),
    ),
    "server_unreachable": (N_("The server cannot be reached."), _TRY_AGAIN),
    "unexpected_server_answer": (N_("The server gave an answer that is not right."), _TRY_AGAIN),
    "server_refused": (N_("The server refused, for a reason unknown here."), _TELL_OPERATOR),
    "nothing_to_share": (
        N_("This phone has no keys of the last 14 days that were not shared before."),
        N_("There is nothing to do; keep the code for another phone of yours."),
    ),
    "not_confirmed": (N_("Nothing was sent, because it was not confirmed."), ""),
    "preview_expired": (
        N_("This page is out of date; what it showed was not sent."),
        N_("Type the code again."),
    ),
}


class ShareError(PhoneError):
    """A step of sharing failed; `code` says which way, and nothing of the person is in it.

    Attributes:
        code: a key of `EXPLANATIONS`.
        may_have_arrived: the answer was lost, so the server may have acted.
    """

    def __init__(self, code: str, *, may_have_arrived: bool = False) -> None:
        known = code if code in EXPLANATIONS else "server_refused"
        super().__init__(" ".join(filter(None, EXPLANATIONS[known])))
        self.code = known  # type: ignore[misc] # one class speaks for a whole table of codes
        self.may_have_arrived = may_have_arrived


def explain(code: str, language: str) -> str:
    """Return what happened with its code and what to do, in `vi` or `en`."""
    translate = translator("bluezone.phone", language)
    known = code if code in EXPLANATIONS else "server_refused"
    what, then = EXPLANATIONS[known]
    said = f"{translate(what).rstrip('.')} ({known})."
    return f"{said} {translate(then)}" if then else said
