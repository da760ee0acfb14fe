"""Phone numbers as people write them, to E.164.

Source: ITU-T E.164 (at most 15 digits); Vietnam's numbering plan of 2018: mobile numbers
are nine digits after +84, beginning with 3, 5, 7, 8 or 9.
"""

import re
from typing import Final

from django.conf import settings

from bluezone.portal.verification.errors import PhoneNumberInvalidError

_SEPARATORS: Final = re.compile(r"[\s().\-]")
_E164: Final = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
_VIETNAM_MOBILE: Final = re.compile(r"\+84[35789][0-9]{8}", re.ASCII)


def normalise_phone(text: str) -> str:
    """Return the number as +<country><number>.

    Args:
        text: with or without a country code, spaces, dots, hyphens; a leading 0 means this
            country.

    Raises:
        PhoneNumberInvalidError: not a number that can receive messages.
    """
    digits = _SEPARATORS.sub("", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0"):
        digits = f"+{settings.BLUEZONE_SMS_COUNTRY_CODE}{digits[1:]}"
    wanted = _VIETNAM_MOBILE if digits.startswith("+84") else _E164
    if not wanted.fullmatch(digits):
        raise PhoneNumberInvalidError("not a mobile number; write it as 0912 345 678")
    return digits
