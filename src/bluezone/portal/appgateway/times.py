"""Times as published phones write them: Android in milliseconds, iOS in seconds.

Source: spec/bluezone-wire.md 3.2 (history file) and 3.4 rule 6. Seconds where milliseconds
belong, and the other way round, are told apart by size: no second of this century has thirteen
digits, no millisecond ten.
"""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

LOCAL: Final = ZoneInfo("Asia/Ho_Chi_Minh")
EARLIEST_S: Final = 1_546_300_800
"""2019-01-01: no published phone recorded anything before."""
LATEST_S: Final = 4_102_444_800
"""2100-01-01."""


def to_seconds(timestamp: int) -> int | None:
    """Return Unix seconds of a timestamp in seconds or milliseconds.

    Returns:
        None for an instant that is in neither unit between 2019 and 2100.
    """
    for divisor in (1, 1000):
        if EARLIEST_S <= timestamp // divisor < LATEST_S:
            return timestamp // divisor
    return None


def local_day(now: int) -> dt.date:
    """Return the day in Hanoi at `now` (Unix seconds)."""
    return dt.datetime.fromtimestamp(now, LOCAL).date()
