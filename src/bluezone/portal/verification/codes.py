"""Codes as people see them: made, recognised, grouped for reading aloud.

Source: spec/server-rules.md 2.3. Eight digits to read out, 16 of [a-z0-9] for a link, no
check digit. Stored as HMAC, each kind under its own label.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from bluezone.portal import keyring, secret_files
from bluezone.portal.verification.errors import CodeInvalidError

LONG_CHARACTERS: Final = 16
ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_SHORT_DIGITS: Final = range(6, 9)
_SEPARATORS: Final = str.maketrans("", "", " -.\u00a0")


@dataclass(frozen=True, slots=True)
class CodePair:
    """The two codes of one issue; either may be used, once."""

    short: str = field(repr=False)
    long: str = field(repr=False)


def new_codes(rng: Random, *, digits: int) -> CodePair:
    """Return a short code of `digits` digits and a long one."""
    short = "".join(rng.choice("0123456789") for _ in range(digits))
    return CodePair(short, "".join(rng.choice(ALPHABET) for _ in range(LONG_CHARACTERS)))


def normalise(text: str) -> str:
    """Return a typed code without the spaces, dots and hyphens people put in.

    Raises:
        CodeInvalidError: it has the shape of neither kind of code.
    """
    code = text.strip().translate(_SEPARATORS).lower()
    if not is_short(code) and not _is_long(code):
        raise CodeInvalidError("the code has neither 8 digits nor 16 letters and digits")
    return code


def is_short(code: str) -> bool:
    """Return whether `code` has the shape of a short code."""
    return len(code) in _SHORT_DIGITS and code.isascii() and code.isdigit()


def _is_long(code: str) -> bool:
    return len(code) == LONG_CHARACTERS and all(letter in ALPHABET for letter in code)


def code_hmac(code: str) -> str:
    """Return the HMAC under which `code` is stored."""
    label = "short" if is_short(code) else "long"
    return keyring.fingerprint(secret_files.CODE, f"{label}\n{code}")


def grouped(code: str) -> str:
    """Return the code in groups of four, as it is read aloud: `1234 5678`."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
