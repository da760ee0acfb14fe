"""The code on a slip: four characters that name its key, twelve that are the secret.

Twelve characters of 32 are 60 bits: with at most a million live slips a guess hits one in
10^12 tries, and wrong tries are slowed down. Stored as HMAC only.
"""

from random import Random
from typing import Final

from bluezone.portal import keyring, secret_files
from bluezone.portal.campaign.agencies.errors import SlipInvalidError
from bluezone.protocol.voucher.key_id import ALPHABET, LABEL_CHARACTERS

SECRET_CHARACTERS: Final = 12
CODE_CHARACTERS: Final = LABEL_CHARACTERS + SECRET_CHARACTERS
_MISREAD: Final = str.maketrans("ILO", "110", " -.\u00a0\u2011")


def new_code(label: str, rng: Random) -> str:
    """Return a new code of the key `label`."""
    return label + "".join(rng.choice(ALPHABET) for _ in range(SECRET_CHARACTERS))


def normalise(text: str) -> str:
    """Return a typed code without separators, with what is misread put right.

    Raises:
        SlipInvalidError: it has not the shape of a code.
    """
    code = text.strip().upper().translate(_MISREAD)
    if len(code) != CODE_CHARACTERS or any(letter not in ALPHABET for letter in code):
        raise SlipInvalidError("a code has 16 letters and digits")
    return code


def label_of(code: str) -> str:
    """Return the part of a code that names its key."""
    return code[:LABEL_CHARACTERS]


def code_hmac(code: str) -> str:
    """Return the HMAC under which a code is stored."""
    return keyring.fingerprint(secret_files.CODE, f"voucher slip\n{code}")
