"""One push to one token, and the bytes of the request that FCM takes for it.

Source: FCM's HTTP v1 API, `projects.messages:send`: a data message (no `notification` block: the
published app handles it itself, spec/bluezone-wire.md 4), `android.priority` and `ttl`, and
`content-available` for iOS, which Apple takes with priority 5 only. A warning is urgent; a
bundle is not: it may wait until the phone wakes up anyway, and FCM holds urgent messages that
show nothing against the app.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import msgspec

from bluezone.portal.appgateway.pushes.push_data import PushData

LONGEST_TTL_S: Final = 2_419_200
"""FCM keeps a message 28 days at most."""

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Message:
    """One push to one token.

    Attributes:
        phone_id: whose token it is.
        token: where it goes.
        push: what it says; only the builders in `commands` make one.
        urgent: whether a sleeping phone is woken for it.
        useless_at: until when FCM may keep it, Unix seconds.
        now: when it is sent, Unix seconds.
    """

    phone_id: int
    token: str = field(repr=False)
    push: PushData
    urgent: bool
    useless_at: int
    now: int


def request_body(message: Message) -> bytes:
    """Return the JSON of the request, UTF-8.

    Raises:
        TypeError: the push is not a `PushData`.
    """
    if type(message.push) is not PushData:
        raise TypeError("only a PushData can be sent")
    tail = _tail(message.urgent, message.useless_at, message.useless_at - message.now)
    return b'{"message":{"token":%b,"data":%b%b' % (
        _encode(message.token),
        message.push.json,
        tail,
    )


@lru_cache(maxsize=64)
def _tail(urgent: bool, useless_at: int, ttl_s: int) -> bytes:  # noqa: FBT001 - private
    """Return what follows the data and is the same for a whole range of phones."""
    ttl = min(max(ttl_s, 0), LONGEST_TTL_S)
    rest = {
        "android": {"priority": "HIGH" if urgent else "NORMAL", "ttl": f"{ttl}s"},
        "apns": {
            "headers": {
                "apns-priority": "5",
                "apns-push-type": "background",
                "apns-expiration": str(useless_at),
            },
            "payload": {"aps": {"content-available": 1}},
        },
    }
    return b"," + _encode(rest)[1:] + b"}"
