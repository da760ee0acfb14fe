"""The envelope of every answer, and the numbers that the published app understands.

Source: spec/bluezone-wire.md 3.1, 3.2 and 3.4 rule 1. Success is `isOk` true in an HTTP 200;
errors are HTTP 200, too, because the client turns any other status into -1. `Object` is never
null: the client reads members of it without looking.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Final

import msgspec

from bluezone.portal.appgateway.http import Answer

Json = str | int | float | bool | Mapping[str, "Json"] | Sequence["Json"]
"""What can stand in `Object`; null cannot."""

_encode: Final = msgspec.json.Encoder().encode


class Status(IntEnum):
    """`Status`: compared by the client as a number."""

    OK = 0
    SERVER_ERROR = 1
    INVALID_REQUEST = 2
    TOKEN_INVALID = 11
    OTP_TOKEN_INVALID = 21
    OTP_TOKEN_UNREGISTERED = 22
    PHONE_INVALID = 23
    CONFIRM_TOKEN_UNREGISTERED = 31
    CONFIRM_PHONE_INVALID = 32
    OTP_WRONG = 33
    OTP_EXPIRED = 34
    OLD_TOKEN_UNKNOWN = 41
    CODE_INVALID = 51
    CODE_EXPIRED = 52
    FIND_INVALID = 61
    FIND_EXPIRED = 62
    DECLARATION_TOKEN_INVALID = 71
    DECLARATION_TOKEN_EXPIRED = 72
    INFORMATION_TOKEN_UNREGISTERED = 81
    NAME_INVALID = 82
    ADDRESS_INVALID = 83


def ok(value: Json = "") -> Answer:
    """Return success with `value` as `Object`."""
    return Answer(
        _encode({"isOk": True, "Status": Status.OK.value, "Object": value, "isError": False})
    )


def refused(status: Status, value: Json = "") -> Answer:
    """Return a refusal: HTTP 200, `isOk` false, the number, `value` as `Object`."""
    return Answer(
        _encode({"isOk": False, "Status": status.value, "Object": value, "isError": True})
    )
