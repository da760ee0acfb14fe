"""Agencies of the demo that count with vouchers: slips printed, some redeemed, some left to try.

Every redemption is a real one: blinded, signed, opened and counted as a phone would do it. The
first agency stands at 34 of 40 on the evening of 15 August, the number that docs/agencies.md
explains. Keys come from the operating system, so that they differ from folder to folder.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from bluezone.portal.campaign.agencies.models import Agency, Pool, Purpose
from bluezone.portal.campaign.agencies.pools import print_slips, public_numbers
from bluezone.portal.campaign.agencies.redeeming import redeem, sign_blinded
from bluezone.portal.campaign.agencies.services import AgencyRequest, create_agency
from bluezone.portal.campaign.demo.people import ACTOR, instant
from bluezone.portal.units.models import Unit
from bluezone.protocol import voucher

FIRST_DAY: Final = dt.date(2020, 8, 10)
"""When the slips were handed out."""
SEED: Final = 3440
_HOUR: Final = 10
_TOKEN_BYTES: Final = 32
_SALT_BYTES: Final = 48


@dataclass(frozen=True, slots=True)
class Handing:
    """An agency with vouchers: its size, its slips and what came back on which day.

    Attributes:
        slips: printed for staff; the rest up to `smartphones` is left to print.
        redeemed: of staff, a number a day from `FIRST_DAY` on.
        relatives: vouchers of relatives that came back on the second day.
    """

    name: str
    kind: str
    staff: int
    smartphones: int
    slips: int
    redeemed: tuple[int, ...]
    relatives: int = 0


OFFICE: Final = Handing("Sở có phiếu mẫu", "department", 52, 40, 38, (9, 8, 6, 5, 4, 2, 1), 14)
"""34 by 15 August, 35 later, three slips not used, two not printed."""
PROVINCE_OFFICES: Final = (
    OFFICE,
    Handing("Ban có phiếu mẫu", "department", 24, 21, 21, (12, 5, 2, 1, 1)),
    Handing("Hội có phiếu mẫu", "mass_organisation", 4, 3, 3, (1, 1)),
)
DISTRICT_OFFICES: Final = (
    Handing("Phòng có phiếu mẫu", "department", 18, 15, 15, (3, 2, 1, 0, 1, 0, 1)),
)


def make_voucher_agencies(province: Unit, district: Unit, first: dt.date) -> Agency:
    """Add the agencies with vouchers of a province and a district; return the first of them."""
    rng = Random(SEED)  # noqa: S311 - slips of an invented agency
    made = [_make(province, one, first, rng) for one in PROVINCE_OFFICES]
    for one in DISTRICT_OFFICES:
        _make(district, one, first, rng)
    return made[0]


def _make(unit: Unit, hand: Handing, first: dt.date, rng: Random) -> Agency:
    request = AgencyRequest(hand.name, hand.kind, "vouchers", hand.staff, hand.smartphones)
    agency = create_agency(request, unit, ACTOR, now=instant(first, 8), from_day=first)
    sheet = print_slips(agency, Purpose.STAFF, hand.slips, ACTOR, rng=rng)
    _redeem(sheet.pool, zip(sheet.codes, _days(hand.redeemed), strict=False), rng)
    if hand.relatives:
        sheet = print_slips(agency, Purpose.RELATIVES, hand.relatives, ACTOR, rng=rng)
        second = FIRST_DAY + dt.timedelta(days=1)
        _redeem(sheet.pool, ((code, second) for code in sheet.codes), rng)
    return agency


def _days(counts: tuple[int, ...]) -> Iterator[dt.date]:
    for later, count in enumerate(counts):
        yield from [FIRST_DAY + dt.timedelta(days=later)] * count


def _redeem(pool: Pool, slips: Iterator[tuple[str, dt.date]], rng: Random) -> None:
    """Do with each slip what a phone does: blind, let sign, open, redeem."""
    key = public_numbers(pool).public_key()
    modulus = key.public_numbers().n
    for code, day in slips:
        token = voucher.prepare(rng.randbytes(_TOKEN_BYTES), rng.randbytes(_TOKEN_BYTES))
        salt, factor = rng.randbytes(_SALT_BYTES), rng.randrange(2, modulus)
        blinded = voucher.blind(key, token, salt=salt, factor=factor)
        signed = sign_blinded(code, blinded.message, rng=rng)
        opened = voucher.finalize(key, token, signed, inverse=blinded.inverse)
        redeem(pool.kid, token, opened, now=instant(day, _HOUR))
