"""Names and addresses as people type them: normalised, bounded, and nothing but text.

Names come in NFC and NFD, depending on the keyboard; they are kept in NFC, so that the same name
is the same. HTML and SQL are text. Control characters are not, and neither are the marks that
turn the direction of writing around, because they make a name look like another one.
"""

import unicodedata
from typing import Final

from bluezone.portal.appgateway.people.errors import AddressInvalidError, NameInvalidError

NAME_MIN: Final = 3
"""The app's own rule (spec/bluezone-wire.md 3.2)."""
NAME_MAX: Final = 100
ADDRESS_MAX: Final = 300
_BREAKS: Final = str.maketrans("\r\n\t", "   ")
_NO_TEXT: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_TURNING: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def read_name(value: object) -> str:
    """Return a person's name in NFC, with single spaces.

    Raises:
        NameInvalidError: no text of 3 to 100 characters.
    """
    name = _read(value, most=NAME_MAX)
    if name is None or len(name) < NAME_MIN:
        raise NameInvalidError(f"a name has {NAME_MIN} to {NAME_MAX} characters")
    return name


def read_address(value: object) -> str:
    """Return an address in NFC on one line, with single spaces.

    Raises:
        AddressInvalidError: no text of 1 to 300 characters.
    """
    text = value.translate(_BREAKS) if isinstance(value, str) else value
    address = _read(text, most=ADDRESS_MAX)
    if not address:
        raise AddressInvalidError(f"an address has 1 to {ADDRESS_MAX} characters")
    return address


def read_optional(value: object, *, most: int) -> str | None:
    """Return text of at most `most` characters in NFC, "" for none, None for what is no text."""
    if value is None:
        return ""
    return _read(value.translate(_BREAKS) if isinstance(value, str) else value, most=most)


def _read(value: object, *, most: int) -> str | None:
    if not isinstance(value, str) or len(value) > 4 * most:
        return None
    if any(unicodedata.category(letter) in _NO_TEXT or letter in _TURNING for letter in value):
        return None
    text = " ".join(unicodedata.normalize("NFC", value).split())
    return text if len(text) <= most else None
