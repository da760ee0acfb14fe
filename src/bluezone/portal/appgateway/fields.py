"""The fields of the published app as they really arrive, and what they mean.

Source: spec/bluezone-wire.md 3.2 and 3.4 rules 2 and 3. A repeat after a sync carries the
previous answer's whole envelope where the token belongs; one screen swaps token and phone
number; a text field may hold a number. A token is any printable text: whether it contains SQL
or HTML is nobody's business here. Texts that a client makes of a lost value are no token.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

import msgspec

TOKEN_CHARACTERS: Final = 4096
"""Real ones have about 163 characters; FCM names no limit, so 4,096 is ours."""
TOKEN_PATTERN: Final = re.compile(r"[0-9A-Za-z_:.\-]{20,4096}")
"""What Firebase gives out: what a recovered token must look like."""
PHONE_CHARACTERS: Final = 40

_PHONE: Final = re.compile(r"\+?[0-9]{9,15}")
_BETWEEN: Final = re.compile(r"[\s.\-()/\u2010-\u2015\u2212]+")
_LOST: Final = frozenset({"null", "undefined", "[object Object]", "NaN"})


def is_phone_shaped(text: str) -> bool:
    """Tell whether `text` is a phone number by its shape, however it is grouped."""
    if len(text) > PHONE_CHARACTERS:
        return False
    plain = unicodedata.normalize("NFKC", text)
    return bool(_PHONE.fullmatch(_BETWEEN.sub("", plain)))


def is_envelope(value: object) -> bool:
    """Tell whether `value` is one of our answers instead of a token."""
    return isinstance(value, Mapping) and "Object" in value and "isOk" in value


def read_token(value: object) -> str | None:
    """Return the token in a field, or None where there is none.

    Args:
        value: a text, or the envelope of an earlier answer that holds the token in `Object`
            (as an object or as its JSON text).
    """
    if isinstance(value, str) and value.startswith("{"):
        value = _object_in(value) or value
    if isinstance(value, Mapping):
        recovered = value.get("Object") if is_envelope(value) else None
        known = isinstance(recovered, str) and TOKEN_PATTERN.fullmatch(recovered)
        return recovered if known and isinstance(recovered, str) else None
    return _token_in(value) if isinstance(value, str) else None


def read_phone_text(value: object) -> str:
    """Return what stands in a phone field as short text; "" where it holds anything else.

    Wide digits and spaces that do not break become the usual ones.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**16 else ""
    if not isinstance(value, str):
        return ""
    if len(value) > 4 * PHONE_CHARACTERS:
        return ""
    text = unicodedata.normalize("NFKC", value).strip()
    return text if len(text) <= PHONE_CHARACTERS and text.isprintable() else ""


def token_and_phone(
    body: Mapping[str, object], token_field: str, phone_field: str
) -> tuple[str | None, str]:
    """Return token and phone number of `body`, swapped back if they came swapped.

    Where both fields hold a token (3.4 rule 3), the phone number is "".
    """
    first, second = body.get(token_field), body.get(phone_field)
    token, other = read_token(first), read_token(second)
    if token is None and other is not None:
        return other, read_phone_text(first)
    return token, "" if other is not None else read_phone_text(second)


def read_text(value: object, *, limit: int) -> str | None:
    """Return a text field without spaces around it, or None if it is no text or too long."""
    if not isinstance(value, str) or len(value) > limit or "\x00" in value:
        return None
    return value.strip()


def read_platform(value: object) -> str:
    """Return `android`, `ios`, or "" where `TypeOS` says neither."""
    word = value.lower() if isinstance(value, str) else ""
    return word if word in {"android", "ios"} else ""


def _token_in(text: str) -> str | None:
    token = text.strip()
    usable = 0 < len(token) <= TOKEN_CHARACTERS and token.isprintable()
    return token if usable and token not in _LOST and not is_phone_shaped(token) else None


def _object_in(text: str) -> object:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return value if is_envelope(value) else None
