"""The six digits: drawn, recognised, hashed.

Source: spec/bluezone-wire.md 3.2: the published app takes exactly six digits. They stand in the
table as HMAC; docs/app-gateway-consent.md says what guessing them costs.
"""

from random import Random
from typing import Final

from bluezone.portal import keyring, secret_files

DIGITS: Final = 6
NUMBERS: Final = 10**DIGITS
_BETWEEN: Final = str.maketrans("", "", " -.\u00a0")


def new_code(rng: Random) -> str:
    """Return six digits, each number as likely as any other."""
    return f"{rng.randrange(NUMBERS):0{DIGITS}d}"


def normalise(text: str) -> str | None:
    """Return what was typed without spaces, dots and hyphens; None if it is not six digits."""
    code = text.strip().translate(_BETWEEN)
    fits = len(code) == DIGITS and code.isascii() and code.isdigit()
    return code if fits else None


def code_hmac(code: str) -> str:
    """Return the HMAC under which a code is stored."""
    return keyring.fingerprint(secret_files.CODE, f"help\n{code}")


def claimant_hmac(code: str, phone_id: int) -> str:
    """Return what recognises the phone that used a code, for as long as it may come again."""
    return keyring.fingerprint(secret_files.CODE, f"help claimant\n{code}\n{phone_id}")


def owner_hmac(code: str, root: str) -> str:
    """Return what recognises the keys whose contacts a person agreed to share."""
    return keyring.fingerprint(secret_files.CODE, f"help owner\n{code}\n{root}")
