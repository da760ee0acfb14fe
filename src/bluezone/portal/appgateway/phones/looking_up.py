"""Who has a token: by its hash, then by its text. One question of two tables."""

from typing import Final
from uuid import UUID

from django.db import connection

from bluezone.portal.appgateway.phones.tokens import PhoneId, hash_of

_FIND: Final = """
    SELECT id, token FROM gateway_phones_phone WHERE token_hash = %s
    UNION ALL
    SELECT phone_id, token FROM gateway_phones_earliertoken WHERE token_hash = %s
"""


def phone_id_of(token: str) -> PhoneId | None:
    """Return the phone that has or had this token."""
    hashed = adapted(hash_of(token))
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [hashed, hashed])
        rows = cursor.fetchall()
    return next((PhoneId(number) for number, text in rows if text == token), None)


def adapted(hashed: UUID) -> UUID | str:
    """Return a hash as the database takes it: SQLite has no such type."""
    return hashed if connection.features.has_native_uuid_field else hashed.hex
