"""Numbers and dates as people write them in each language.

Source: LOOK "Voice": 310.000 and 23,4 % in Vietnamese; dates 15/08/2020 13:24 in both.
Local time is Asia/Ho_Chi_Minh (UTC+7, no daylight saving since 1975).
"""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_SWAP: Final = str.maketrans({",": ".", ".": ","})


def number(value: float, language: str, *, decimals: int = 0) -> str:
    """Return `value` with the separators of `language` (`vi` or `en`)."""
    text = f"{value:,.{decimals}f}"
    return text.translate(_SWAP) if language == "vi" else text


def percent(share: float, language: str, *, decimals: int = 1) -> str:
    """Return a share of 1 as a percentage: 0.234 is `23,4 %` in Vietnamese, `23.4%` in English."""
    text = number(100 * share, language, decimals=decimals)
    return f"{text} %" if language == "vi" else f"{text}%"


def local(instant_s: int) -> dt.datetime:
    """Return the local date and time of Unix seconds."""
    return dt.datetime.fromtimestamp(instant_s, tz=VIETNAM)


def date(day: dt.date) -> str:
    """Return a day as 15/08/2020, the same in both languages."""
    return f"{day:%d/%m/%Y}"


def instant(instant_s: int) -> str:
    """Return Unix seconds as local 15/08/2020 13:24."""
    return f"{local(instant_s):%d/%m/%Y %H:%M}"


def clock(instant_s: int) -> str:
    """Return Unix seconds as local 13:24."""
    return f"{local(instant_s):%H:%M}"
