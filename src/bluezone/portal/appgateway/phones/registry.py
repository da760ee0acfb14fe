"""The registry of published phones: which token belongs to which phone, for good.

Source: spec/bluezone-wire.md 3.2 and 3.4 rules 2 and 3. A token is never forgotten, an unknown
one is registered by being used, and everything may be repeated. Answers wait for the disk; the
commits are grouped (`bluezone.portal.appgateway.grouping`).

A token is all that a published phone has to show (W7), and nothing can be added to it. Whoever
knows somebody's token can act as that phone; tokens have 163 random characters and are known to
the phone, to Firebase and to us. What a thief cannot do: by "updating" a stolen token to one of
his own he does not cut the phone off, because the earlier token stays known and keeps getting
pushes until Firebase says that it is dead, and the token that spoke last is the one that
warnings go to. Nor can he take over a token that is already another phone's: it stays there.
What remains possible: while he goes on speaking as that phone, he may get a warning in its
stead, or learn that there was one.
"""

from typing import Final

from bluezone.portal.appgateway.database import in_database
from bluezone.portal.appgateway.errors import TokenCollisionError
from bluezone.portal.appgateway.grouping import GroupedWriter
from bluezone.portal.appgateway.phones.looking_up import phone_id_of
from bluezone.portal.appgateway.phones.registering import (
    Admission,
    Registration,
    Renewal,
    commit,
)
from bluezone.portal.appgateway.phones.tokens import PhoneId

_WRITER: Final[GroupedWriter[Registration | Renewal, Admission]] = GroupedWriter(
    "gateway-registry", commit
)


async def admit(token: str, platform: str, *, now: int) -> Admission:
    """Register a phone, durably before this returns; say whether it is a new one.

    Args:
        token: as `fields.read_token` returns it.
        platform: `android`, `ios` or "".
        now: Unix seconds.

    Raises:
        TooBusyError: too many registrations wait.
        DatabaseError: nothing was stored.
    """
    return await _WRITER.submit(Registration(token, platform, now))


async def register(token: str, platform: str, *, now: int) -> PhoneId:
    """Register a phone; the same token is the same phone however often it comes.

    Raises:
        TooBusyError: too many registrations wait.
        DatabaseError: nothing was stored.
    """
    return _id(await admit(token, platform, now=now))


async def update(new: str, old: str, *, now: int, platform: str = "") -> PhoneId | None:
    """Give the phone that has `old` the token `new`; None where nobody has `old`.

    A `new` that is another phone's stays with it: both phones stay as they are, and the phone
    of `new` is returned.

    Raises:
        TooBusyError: too many registrations wait.
        DatabaseError: nothing was stored.
    """
    return (await _WRITER.submit(Renewal(new, old, platform, now))).phone_id


async def find(token: str) -> PhoneId | None:
    """Return the phone that has or had this token."""
    return await in_database(phone_id_of, token)


async def know(token: str, *, now: int) -> PhoneId:
    """Return the phone of a token that was used; an unknown one is registered by it (rule 2).

    Raises:
        TooBusyError: too many registrations wait.
        DatabaseError: nothing was stored.
    """
    return await register(token, "", now=now)


def _id(admission: Admission) -> PhoneId:
    if admission.phone_id is None:
        raise TokenCollisionError("another token has the same hash")
    return admission.phone_id
