"""What the fake finds wrong with a message: what FCM finds wrong, in FCM's words.

Source: FCM's reference of `projects.messages` for HTTP v1 and of its error codes: unknown names
are refused, data values are strings, names and values together have 4,096 bytes, a few names
are FCM's own, `ttl` is seconds with an `s`, 28 days at most.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

DATA_BYTES: Final = 4_096
LONGEST_TTL_S: Final = 2_419_200

_REQUEST: Final = frozenset({"message", "validate_only", "validateOnly"})
_MESSAGE: Final = frozenset(
    {"token", "data", "notification", "android", "apns", "webpush", "fcm_options", "name"}
)
_ANDROID: Final = frozenset(
    {"collapse_key", "priority", "ttl", "restricted_package_name", "data", "direct_boot_ok"}
)
_APNS: Final = frozenset({"headers", "payload", "fcm_options"})
_PRIORITIES: Final = frozenset({"NORMAL", "HIGH", "normal", "high"})
_TTL: Final = re.compile(r"([0-9]{1,9})(\.[0-9]{1,9})?s")
_OWN_NAMES: Final = re.compile(r"from|message_type|gcm|(google|gcm\.notification).*")


@dataclass(frozen=True, slots=True)
class Violation:
    """A field that is wrong, and how."""

    field: str
    description: str


def violations(request: object) -> Iterator[Violation]:
    """Yield what is wrong with the body of a request, in the order in which FCM looks."""
    if not isinstance(request, Mapping):
        yield Violation("", "Invalid JSON payload received.")
        return
    yield from _unknown(request, _REQUEST, "")
    message = request.get("message")
    if not isinstance(message, Mapping):
        yield Violation("message", "Message cannot be empty")
        return
    yield from _unknown(message, _MESSAGE, "message")
    token = message.get("token")
    if not isinstance(token, str) or not token:
        yield Violation("message", "Recipient of the message is not set.")
    yield from _data(message.get("data", {}))
    yield from _android(message.get("android", {}))
    yield from _apns(message.get("apns", {}))


def _unknown(value: Mapping[str, object], known: frozenset[str], where: str) -> Iterator[Violation]:
    for name in value.keys() - known:
        text = f"Invalid JSON payload received. Unknown name \"{name}\" at '{where}'"
        yield Violation(where, f"{text}: Cannot find field.")


def _data(data: object) -> Iterator[Violation]:
    if not isinstance(data, Mapping):
        yield Violation("message.data", "Invalid value at 'message.data'")
        return
    size = 0
    for number, (name, value) in enumerate(data.items()):
        if not isinstance(value, str):
            where = f"message.data[{number}].value"
            yield Violation(where, f"Invalid value at '{where}' (TYPE_STRING)")
            continue
        size += len(name.encode()) + len(value.encode())
        if not name or _OWN_NAMES.fullmatch(name):
            yield Violation("message.data", f"Invalid data payload key: {name}")
    if size > DATA_BYTES:
        yield Violation("message", "Message is too big")


def _android(android: object) -> Iterator[Violation]:
    if not isinstance(android, Mapping):
        yield Violation("message.android", "Invalid value at 'message.android'")
        return
    yield from _unknown(android, _ANDROID, "message.android")
    if android.get("priority", "NORMAL") not in _PRIORITIES:
        yield Violation("message.android.priority", "Invalid value at 'message.android.priority'")
    ttl = android.get("ttl", "0s")
    found = _TTL.fullmatch(ttl) if isinstance(ttl, str) else None
    if found is None or int(found[1]) > LONGEST_TTL_S:
        yield Violation("message.android.ttl", "Invalid ttl")


def _apns(apns: object) -> Iterator[Violation]:
    if not isinstance(apns, Mapping):
        yield Violation("message.apns", "Invalid value at 'message.apns'")
        return
    yield from _unknown(apns, _APNS, "message.apns")
    headers = apns.get("headers", {})
    if not isinstance(headers, Mapping) or not all(isinstance(v, str) for v in headers.values()):
        yield Violation("message.apns.headers", "Invalid value at 'message.apns.headers'")
        return
    if headers.get("apns-push-type") == "background" and headers.get("apns-priority") != "5":
        yield Violation("message.apns.headers", "A background push has the priority 5")
    if not isinstance(apns.get("payload", {}), Mapping):
        yield Violation("message.apns.payload", "Invalid value at 'message.apns.payload'")
