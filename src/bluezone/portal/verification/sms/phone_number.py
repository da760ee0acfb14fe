"""Phone numbers as people write them, to E.164; the one place where it is done.

Source: ITU-T E.164 (at most 15 digits); Viet Nam's numbering plan since 2018: mobile numbers are
nine digits after +84, beginning with 3, 5, 7, 8 or 9. Numbers of eleven digits from before
15/9/2018 are taken for what they became (the ministry's table, 21 prefixes): people still have
them in their heads, and nobody else can have them now. Land lines get no messages.
"""

import re
import unicodedata
from typing import Final

from django.conf import settings

from bluezone.portal.verification.errors import PhoneNumberInvalidError

MAX_CHARACTERS: Final = 40
_SEPARATORS: Final = re.compile(
    # What people put in between, and the invisible marks that come along when a number is copied.
    r"[\s().\-/\u00b7\u2010-\u2015\u2212\u2022\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_E164: Final = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
_VIETNAM_MOBILE: Final = re.compile(r"\+84[35789][0-9]{8}", re.ASCII)
_VIETNAM: Final = "84"
_NINE_DIGITS: Final = re.compile(r"[35789][0-9]{8}", re.ASCII)
_ELEVEN_DIGITS: Final = re.compile(r"\+84(1[0-9]{2})([0-9]{7})", re.ASCII)
_SINCE_2018: Final = {
    # MobiFone
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    # VinaPhone
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    # Viettel
    "162": "32", "163": "33", "164": "34", "165": "35",
    "166": "36", "167": "37", "168": "38", "169": "39",
    # Vietnamobile, Gmobile
    "186": "56", "188": "58", "199": "59",
}  # fmt: skip


def normalise_phone(text: str, *, without_zero: bool = False) -> str:
    """Return the number as +<country><number>.

    Args:
        text: with or without a country code, spaces, dots, hyphens, digits of any script; a
            leading 0 means this country.
        without_zero: take nine digits that could be a mobile number of Viet Nam for one.

    Raises:
        PhoneNumberInvalidError: not a number that can receive messages.
    """
    number = _international(_digits(text), without_zero=without_zero)
    if number.startswith("+84"):
        number = _of_vietnam(number)
        wanted = _VIETNAM_MOBILE
    else:
        wanted = _E164
    if not wanted.fullmatch(number):
        raise PhoneNumberInvalidError("not a mobile number; write it as 0912 345 678")
    return number


def _digits(text: str) -> str:
    """Return `text` without what people put between digits, all digits in ASCII."""
    if len(text) > MAX_CHARACTERS:
        return ""
    plain = unicodedata.normalize("NFKC", text).strip().lower().removeprefix("tel:")
    return "".join(_ascii_digit(letter) for letter in _SEPARATORS.sub("", plain))


def _ascii_digit(letter: str) -> str:
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


def _international(digits: str, *, without_zero: bool) -> str:
    country = str(settings.BLUEZONE_SMS_COUNTRY_CODE)
    if digits.startswith("00"):
        return "+" + digits[2:]
    if digits.startswith("084") and len(digits) >= 12:  # 84 written with a zero too many
        return "+" + digits[1:]
    if digits.startswith("0"):
        return f"+{country}{digits[1:]}"
    if country == _VIETNAM and digits.startswith(_VIETNAM) and len(digits) >= 11:
        return "+" + digits
    if without_zero and country == _VIETNAM and _NINE_DIGITS.fullmatch(digits):
        return f"+{country}{digits}"
    return digits


def _of_vietnam(number: str) -> str:
    """Return +84… without the zero in +84 (0)…, and with the prefix that it has since 2018."""
    if number.startswith("+840"):
        number = "+84" + number[4:]
    old = _ELEVEN_DIGITS.fullmatch(number)
    if old is None or old[1] not in _SINCE_2018:
        return number
    return f"+84{_SINCE_2018[old[1]]}{old[2]}"
