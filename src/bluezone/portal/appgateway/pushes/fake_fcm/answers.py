"""The fake's answers, in the shape of FCM's: status, headers, body."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bluezone.portal.appgateway.pushes.fake_fcm.judging import Violation

_FCM_ERROR: Final = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST: Final = "type.googleapis.com/google.rpc.BadRequest"
_STATUS: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the fake; `drop` closes the connection instead."""

    status: int = 200
    content: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False


def accepted(name: str) -> Answer:
    """Return the answer to a message that was taken."""
    return Answer(content={"name": name})


def failed(
    status: int, code: str = "", *, message: str = "", retry_after: str = "", drop: bool = False
) -> Answer:
    """Return a failure as FCM writes it.

    Args:
        status: of HTTP.
        code: FCM's own error code; "" leaves it out, as some failures do.
        message: for people.
        retry_after: value of the header; "" for none.
        drop: whether the connection is closed without an answer instead.
    """
    details = [{"@type": _FCM_ERROR, "errorCode": code}] if code else []
    headers = {"retry-after": retry_after} if retry_after else {}
    return Answer(status, _error(status, message or code, details), headers, drop)


def unregistered() -> Answer:
    """Return what is said of a token that nobody has any more."""
    return failed(404, "UNREGISTERED", message="Requested entity was not found.")


def bad_token() -> Answer:
    """Return what is said of a token that never was one."""
    text = "The registration token is not a valid FCM registration token"
    return failed(400, "INVALID_ARGUMENT", message=text)


def invalid(found: Sequence[Violation]) -> Answer:
    """Return what is said of a message that breaks the rules."""
    each = [{"field": one.field, "description": one.description} for one in found]
    details = [{"@type": _BAD_REQUEST, "fieldViolations": each}]
    return Answer(400, _error(400, found[0].description, details))


def body_of(answer: Answer) -> bytes:
    """Return the bytes of an answer."""
    return json.dumps(answer.content).encode()


def _error(status: int, message: str, details: Sequence[Mapping[str, object]]) -> dict[str, object]:
    name = _STATUS.get(status, "UNKNOWN")
    return {"error": {"code": status, "message": message, "status": name, "details": details}}
