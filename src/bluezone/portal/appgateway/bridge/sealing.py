"""What a publication must remember for a while, sealed with the key outside the database."""

import base64
import json
from collections.abc import Sequence
from random import Random
from typing import Final

from bluezone.portal import keyring
from bluezone.protocol.diagnosis_key import DayKeyEntry

Sealed = bytes | memoryview
"""As a column of the database gives it."""
_KEYS: Final = "gateway bridge: day keys of a publish"
_TOKEN: Final = "gateway bridge: revision token"  # noqa: S105 - a purpose


def seal_keys(keys: Sequence[DayKeyEntry], *, rng: Random) -> bytes:
    """Return day keys sealed."""
    rows = [[base64.b64encode(key.key).decode(), key.time_start, key.slots] for key in keys]
    return keyring.seal(json.dumps(rows).encode(), purpose=_KEYS, rng=rng)


def unseal_keys(sealed: Sealed) -> list[DayKeyEntry]:
    """Return what `seal_keys` was given; nothing if the seal is not ours any more."""
    plain = keyring.unseal(bytes(sealed), purpose=_KEYS)
    rows = json.loads(plain) if plain else []
    return [DayKeyEntry(base64.b64decode(key), start, slots) for key, start, slots in rows]


def seal_token(token: str, *, rng: Random) -> bytes:
    """Return a revision token sealed; b"" for none."""
    return keyring.seal(token.encode(), purpose=_TOKEN, rng=rng) if token else b""


def unseal_token(sealed: Sealed) -> str:
    """Return the revision token, "" for none."""
    plain = keyring.unseal(bytes(sealed), purpose=_TOKEN)
    return plain.decode() if plain else ""
