"""What FCM's answers mean for a message and for the lane.

Source: FCM's reference of error codes for HTTP v1: `UNREGISTERED` (404), `INVALID_ARGUMENT`
(400, for the token or for anything else: a `BadRequest` names the field, an `FcmError` alone
means the token), `SENDER_ID_MISMATCH` (403), `QUOTA_EXCEEDED` (429), `THIRD_PARTY_AUTH_ERROR`
(401, Apple's key is missing), `UNAVAILABLE` (503), `INTERNAL` (500). Whatever is none of these
is trouble that may pass, so that nothing is lost to an answer that nobody foresaw.
"""

import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bluezone.portal.appgateway.pushes.provider import SENT, Outcome, Result

TOO_MANY_S: Final = 60
"""FCM: where a 429 names no time, a minute."""
LONGEST_WAIT_S: Final = 3_600
_FCM_ERROR: Final = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST: Final = "type.googleapis.com/google.rpc.BadRequest"
_BYTES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read.

    Attributes:
        outcome: what became of the message.
        fault: why nothing at all can be sent; "" where it can.
        refresh: whether a new access token may help.
    """

    outcome: Outcome
    fault: str = ""
    refresh: bool = False


@dataclass(frozen=True, slots=True)
class _Error:
    status: str
    code: str
    fields: tuple[str, ...]


def read_answer(status: int, headers: Mapping[str, str], body: bytes, *, now: int) -> Answer:
    """Return what an answer means.

    Args:
        status: of HTTP.
        headers: any case.
        body: as it came.
        now: Unix seconds of the wall, for a `Retry-After` that is a date.
    """
    if status == 200:
        return Answer(SENT)
    error = _error_in(body)
    wait_s = retry_after_s(headers.get("retry-after", ""), now=now)
    if status in {401, 403}:
        return _of_access(status, error)
    if status == 429:
        return Answer(Outcome(Result.RETRY, "quota_exceeded", wait_s or TOO_MANY_S))
    if status == 404:
        return _of_unknown(error)
    if status == 400 and error.status == "INVALID_ARGUMENT":
        return Answer(_of_invalid(error))
    return Answer(Outcome(Result.RETRY, f"http_{status}", wait_s))


def _of_access(status: int, error: _Error) -> Answer:
    if error.code == "THIRD_PARTY_AUTH_ERROR":  # of iPhones only; the lane goes on
        return Answer(Outcome(Result.RETRY, "apple_key_missing"))
    if error.code == "SENDER_ID_MISMATCH":
        return Answer(Outcome(Result.MISMATCH, "sender_id_mismatch"))
    fault = "fcm_unauthenticated" if status == 401 else "fcm_forbidden"
    return Answer(Outcome(Result.UNTRIED, fault), fault=fault, refresh=status == 401)


def _of_unknown(error: _Error) -> Answer:
    if error.code == "UNREGISTERED":
        return Answer(Outcome(Result.DEAD, "unregistered"))
    if error.status == "NOT_FOUND":  # the token, or the project: the lane knows
        return Answer(Outcome(Result.MISMATCH, "fcm_not_found"))
    return Answer(Outcome(Result.RETRY, "http_404"))


def _of_invalid(error: _Error) -> Outcome:
    about_token = all(field == "message.token" for field in error.fields)
    if error.code == "INVALID_ARGUMENT" and about_token:
        return Outcome(Result.DEAD, "token_invalid")
    return Outcome(Result.REFUSED, "message_refused")


def retry_after_s(text: str, *, now: int) -> int:
    """Return the seconds of a `Retry-After`, a number or a date; 0 for none, an hour at most."""
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return min(int(text), LONGEST_WAIT_S)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return 0
    return min(max(round(at.timestamp()) - now, 0), LONGEST_WAIT_S)


def _error_in(body: bytes) -> _Error:
    try:
        content = json.loads(body[:_BYTES])
    except (ValueError, RecursionError):
        content = None
    error = content.get("error") if isinstance(content, dict) else None
    if not isinstance(error, dict):
        return _Error("", "", ())
    details = error.get("details")
    parts = (
        [part for part in details if isinstance(part, dict)] if isinstance(details, list) else []
    )
    codes = [str(part.get("errorCode")) for part in parts if part.get("@type") == _FCM_ERROR]
    bad = [part.get("fieldViolations") for part in parts if part.get("@type") == _BAD_REQUEST]
    fields = [
        v.get("field")
        for each in bad
        if isinstance(each, list)
        for v in each
        if isinstance(v, dict)
    ]
    return _Error(str(error.get("status", "")), codes[0] if codes else "", tuple(map(str, fields)))
