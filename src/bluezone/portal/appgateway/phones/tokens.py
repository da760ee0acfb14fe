"""Hashes of tokens, and the day that instants are rounded to."""

import hashlib
from typing import Final, NewType
from uuid import UUID

PhoneId = NewType("PhoneId", int)
"""Number of a phone; it survives changes of the token."""

DAY_S: Final = 86_400
HASH_BYTES: Final = 16
"""64-bit hashes of 50 million tokens collide by chance once in 15,000 such tables, and on
purpose in an afternoon; with 128 bits neither happens."""


def hash_of(token: str) -> UUID:
    """Return what a token is found by: BLAKE2b, 16 bytes, in the database's type for such."""
    return UUID(bytes=hashlib.blake2b(token.encode(), digest_size=HASH_BYTES).digest())


def day_start(now: int) -> int:
    """Return the start of the UTC day of `now`, Unix seconds."""
    return now - now % DAY_S
