"""JSON texts inside pushes: written compactly, read strictly.

Source: spec/bluezone-wire.md 4: each value of the data map is a string, and `Notify` and
`DataContent` are JSON texts. The reader takes only what every phone reads the same way: no name
twice, no NaN, no half of a surrogate pair.
"""

import json
from collections.abc import Mapping
from typing import NoReturn

from bluezone.portal.appgateway.pushes.errors import PushInvalidError

Value = str | int | float | bool | list["Value"] | dict[str, "Value"]


def encode(value: object) -> str:
    """Return `value` as compact JSON; letters of Vietnamese stay letters.

    Raises:
        PushInvalidError: the text has half of a surrogate pair, which is not UTF-8.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return checked_text(text)


def checked_text(text: str) -> str:
    """Return `text` if it can be sent as UTF-8.

    Raises:
        PushInvalidError: it has half of a surrogate pair.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PushInvalidError("a text has half of a surrogate pair") from None
    return text


def read(text: str) -> object:
    """Return the value of a JSON text.

    Raises:
        PushInvalidError: it is not JSON, or phones could read it in two ways.
    """
    try:
        value: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise PushInvalidError("a part of the push is not well-formed JSON") from None
    return value


def read_object(text: str, members: frozenset[str] | None = None) -> Mapping[str, object]:
    """Return the members of a JSON object.

    Args:
        text: the JSON text.
        members: the names it must have, neither more nor fewer; None for any.

    Raises:
        PushInvalidError: it is something else.
    """
    value = read(text)
    if not isinstance(value, dict) or (members is not None and value.keys() != members):
        raise PushInvalidError("an object in the push has not exactly the members it must have")
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise PushInvalidError("a name comes twice in an object of the push")
    return members


def _refuse(_name: str) -> NoReturn:
    raise PushInvalidError("a number in the push is none of JSON")
