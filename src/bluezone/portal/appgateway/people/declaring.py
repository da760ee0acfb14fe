"""Declarations: "I was warned, call me", from a published phone to a health worker's list.

Source: spec/bluezone-wire.md 3.2 (AppHistoryContact/DeclareInformation). A phone declares once a
round, however often it repeats itself; while nobody has called, a repeat puts right what was
typed. The number need not be confirmed, and may be a land line: it is for calling. Who calls sees
whether it was.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

import msgspec
from django.conf import settings
from django.db import transaction

from bluezone.portal import keyring, secret_files
from bluezone.portal.appgateway.fields import is_phone_shaped, read_phone_text
from bluezone.portal.appgateway.people.confirming import number_of_phone
from bluezone.portal.appgateway.people.errors import DeclarationInvalidError
from bluezone.portal.appgateway.people.models import Declaration, DeclarationState
from bluezone.portal.appgateway.people.sealing import Person, number_hmac, seal_declaration
from bluezone.portal.appgateway.people.words import ADDRESS_MAX, NAME_MAX, read_optional
from bluezone.portal.appgateway.phones.numbers import normalise_number

_SIGNS: Final = frozenset("+0123456789")


@dataclass(frozen=True, slots=True)
class Warned:
    """Who was warned: the phone, and the round that warned it."""

    phone_id: int
    round_id: int


def read_user_info(value: object) -> Person:
    """Return the person in `UserInfo`, a JSON text or the object itself.

    Raises:
        DeclarationInvalidError: no number that can be called, or words that are no text.
    """
    fields = _object_of(value)
    number = _number(read_phone_text(fields.get("PhoneNumber")))
    name = read_optional(fields.get("FullName"), most=NAME_MAX)
    address = read_optional(fields.get("Address"), most=ADDRESS_MAX)
    if number is None or name is None or address is None:
        raise DeclarationInvalidError("UserInfo needs a number, and texts that are not too long")
    return Person(name, address, number)


@transaction.atomic
def declare(warned: Warned, person: Person, *, now: int, rng: Random) -> Declaration:
    """Keep a declaration; a repeat is the same one."""
    values = {
        "number_hmac": number_hmac(person.number),
        "is_confirmed": number_of_phone(warned.phone_id, person.number) is not None,
        "sealed": seal_declaration(person, rng=rng),
    }
    times = {"declared_at": now, "expires_at": now + settings.BLUEZONE_GATEWAY_DECLARATION_S}
    row, made = Declaration.objects.get_or_create(key_hmac=_key(warned), defaults=values | times)
    if not made:
        waiting = Declaration.objects.filter(pk=row.pk, state=DeclarationState.WAITING)
        waiting.update(**values)
    return row


def _object_of(value: object) -> dict[str, object]:
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            value = None
    if not isinstance(value, dict):
        raise DeclarationInvalidError("UserInfo is not a JSON object")
    return value


def _number(typed: str) -> str | None:
    """Return a number that can be called; one that gets no messages as it was typed."""
    known = normalise_number(typed)
    if known is not None or not is_phone_shaped(typed):
        return known
    return "".join(letter for letter in typed if letter in _SIGNS)


def _key(warned: Warned) -> str:
    message = f"declaration\n{warned.phone_id}\n{warned.round_id}"
    return keyring.fingerprint(secret_files.PHONE, message)
