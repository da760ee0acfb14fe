"""App/DeclareInformation: name and address after the code.

Source: spec/bluezone-wire.md 3.2 and 3.4 rule 3. The published screen swaps token and number; its
repeat has the token in both fields, or the earlier answer in one, so the number may be missing.
Codes 1, 2, 81 (no token), 82 (name), 83 (address).
"""

from collections.abc import Mapping
from typing import Final

from bluezone.portal.appgateway.database import in_database
from bluezone.portal.appgateway.envelope import Status, ok, refused
from bluezone.portal.appgateway.fields import token_and_phone
from bluezone.portal.appgateway.http import Answer, Handler, Request
from bluezone.portal.appgateway.people.errors import AddressInvalidError, NameInvalidError
from bluezone.portal.appgateway.people.informing import keep
from bluezone.portal.appgateway.people.sealing import Person
from bluezone.portal.appgateway.people.words import read_address, read_name
from bluezone.portal.appgateway.phones import registry
from bluezone.portal.appgateway.phones.numbers import normalise_number


async def declare_information(request: Request) -> Answer:
    """Keep name and address with the number that this phone confirmed; drop them otherwise."""
    body = await request.json()
    token, typed = token_and_phone(body, "TokenFirebase", "PhoneNumber")
    if token is None:
        return refused(Status.INFORMATION_TOKEN_UNREGISTERED)
    try:
        name, address = read_name(body.get("Fullname")), read_address(body.get("Address"))
    except NameInvalidError:
        return refused(Status.NAME_INVALID)
    except AddressInvalidError:
        return refused(Status.ADDRESS_INVALID)
    phone_id = await registry.find(token)
    number = normalise_number(typed) if typed else ""
    if phone_id is not None and number is not None:
        person = Person(name, address, number)
        await in_database(keep, person, phone_id, now=request.now, rng=request.rng)
    return ok({})


HANDLERS: Final[Mapping[tuple[str, str], Handler]] = {
    ("POST", "/api/App/DeclareInformation"): declare_information,
}
