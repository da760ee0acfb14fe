"""Which phone an upload comes from.

Source: spec/bluezone-wire.md 3.4 rule 2: a token that nobody knows is registered by being used,
as long as its address may register phones.
"""

from typing import Final

from bluezone.portal.appgateway import limits
from bluezone.portal.appgateway.fields import TOKEN_CHARACTERS
from bluezone.portal.appgateway.http import Request
from bluezone.portal.appgateway.phones import registry
from bluezone.portal.appgateway.phones.tokens import PhoneId

TOKEN_PART: Final = "TokenFirebase"  # noqa: S105 - the name of a part
TOKEN_BYTES: Final = 2 * TOKEN_CHARACTERS
"""A token, or the envelope of an earlier answer around it."""


async def phone_of(request: Request, token: str) -> PhoneId | None:
    """Return the sender's phone; None where its address may register no more phones.

    Args:
        request: says from where and when.
        token: as `fields.read_token` returns it.

    Raises:
        TooBusyError: too many registrations wait.
        DatabaseError: nothing was stored.
    """
    known = await registry.find(token)
    if known is not None:
        return known
    if not limits.new_phones().take(request.address, now=request.now):
        return None
    return await registry.know(token, now=request.now)
