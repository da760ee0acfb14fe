"""Numbers as HMAC, people's words sealed; each kind under a label of its own.

The HMAC of a number here differs from that of the same number in the table of codes
(`verification`), so that the two tables cannot be joined.
"""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Final

from bluezone.portal import keyring, secret_files

_NUMBER: Final = "gateway number"
_INFORMATION: Final = "gateway information"
_DECLARATION: Final = "gateway declaration"


@dataclass(frozen=True, slots=True)
class Person:
    """What a person said about themselves; `number` is E.164 or ""."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    number: str = field(repr=False, default="")


def number_hmac(number: str) -> str:
    """Return what the E.164 `number` is found by."""
    return keyring.fingerprint(secret_files.PHONE, f"person\n{number}")


def audit_name(number: str) -> str:
    """Return how the audit speaks of whoever has `number`; it leads to no row of any table."""
    return "person " + keyring.fingerprint(secret_files.PHONE, f"audit\n{number}")[:16]


def seal_number(number: str, *, rng: Random) -> bytes:
    """Return an E.164 number sealed."""
    return keyring.seal(number.encode(), purpose=_NUMBER, rng=rng)


def seal_information(person: Person, *, rng: Random) -> bytes:
    """Return name and address sealed, without the number."""
    return _seal([person.name, person.address], _INFORMATION, rng)


def open_information(sealed: bytes) -> Person | None:
    """Return name and address, or None if they are not from us."""
    values = _open(sealed, _INFORMATION)
    return None if values is None else Person(values[0], values[1])


def seal_declaration(person: Person, *, rng: Random) -> bytes:
    """Return name, address and number sealed."""
    return _seal([person.name, person.address, person.number], _DECLARATION, rng)


def open_declaration(sealed: bytes) -> Person | None:
    """Return name, address and number, or None if they are not from us."""
    values = _open(sealed, _DECLARATION)
    return None if values is None else Person(*values)


def _seal(values: list[str], purpose: str, rng: Random) -> bytes:
    plain = json.dumps(values, ensure_ascii=False).encode()
    return keyring.seal(plain, purpose=purpose, rng=rng)


def _open(sealed: bytes, purpose: str) -> list[str] | None:
    plain = keyring.unseal(bytes(sealed), purpose=purpose)
    return None if plain is None else [str(value) for value in json.loads(plain)]
