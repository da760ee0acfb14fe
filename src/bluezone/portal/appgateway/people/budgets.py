"""How many codes are sent: for a number, a phone, an address, and in all.

Every message costs money, and whoever can make us send them can make us pay (and somebody else's
phone ring). The counts lie in the database, so that all processes see the same; numbers and
addresses stand there as HMAC only. One number too many costs nothing of the other budgets: all
are taken in one transaction or none.
"""

from typing import Final

from django.conf import settings

from bluezone.portal.accounts import tallies
from bluezone.portal.accounts.tallies import Limit

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S
PER_NUMBER_AND_DAY: Final = 10
_EVERYBODY: Final = "everybody"
_FOREIGN: Final = "foreign"


def take(number: str, asker: str, address: str, *, now: int) -> None:
    """Take one code from every budget, in the caller's transaction; in one order everywhere.

    Args:
        number: E.164.
        asker: the phone or browser that asks.
        address: of the client.
        now: Unix seconds.

    Raises:
        TooManyTriesError: one of them is used up; the caller must roll back.
    """
    for limit, who in _limits(number, asker, address):
        tallies.take(limit, who, now=now)


def _limits(number: str, asker: str, address: str) -> list[tuple[Limit, str]]:
    hourly = settings.BLUEZONE_GATEWAY_CODES_PER_NUMBER
    found = [
        (Limit("gateway code number", hourly, HOUR_S), number),
        (Limit("gateway code number day", max(PER_NUMBER_AND_DAY, hourly), DAY_S), number),
        (Limit("gateway code phone", settings.BLUEZONE_GATEWAY_CODES_PER_PHONE, HOUR_S), asker),
        (
            Limit("gateway code address", settings.BLUEZONE_GATEWAY_CODES_PER_ADDRESS, HOUR_S),
            address,
        ),
    ]
    if not number.startswith(f"+{settings.BLUEZONE_SMS_COUNTRY_CODE}"):
        foreign = settings.BLUEZONE_GATEWAY_FOREIGN_CODES_PER_HOUR
        found.append((Limit("gateway code foreign", foreign, HOUR_S), _FOREIGN))
    total = settings.BLUEZONE_GATEWAY_CODES_PER_HOUR
    return [*found, (Limit("gateway code total", total, HOUR_S), _EVERYBODY)]
