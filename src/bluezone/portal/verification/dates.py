"""Days of symptoms and tests: which are believed, and what the certificate says of them.

Source: spec/server-rules.md 2.3: at most 28 days back; a time zone loosens that by a day.
Ours: the reference refuses "today" of a person east of Greenwich while it is still
yesterday in UTC; here the last day is today where the caller is.
"""

import datetime as dt
import re
from typing import Final

from bluezone.portal.verification.errors import (
    InvalidDateError,
    MissingDateError,
    UnparsableRequestError,
)

MAX_AGE_DAYS: Final = 28
MAX_OFFSET_MINUTES: Final = 14 * 60
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTERVAL_S: Final = 600
_DAY_S: Final = 86_400


def parse_day(text: str, name: str) -> dt.date | None:
    """Return the day written as YYYY-MM-DD, or None for an empty text.

    Raises:
        UnparsableRequestError: written in another way, or no day of the calendar.
    """
    if not text:
        return None
    fault = UnparsableRequestError(f"{name} is not a day written as YYYY-MM-DD")
    if not _DAY.fullmatch(text):
        raise fault
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise fault from None


def check_days(
    symptom_date: dt.date | None,
    test_date: dt.date | None,
    *,
    now: int,
    offset_minutes: float,
    required: bool,
) -> None:
    """Refuse days that cannot be.

    Args:
        symptom_date: first day of symptoms, None if there are none.
        test_date: day of the test, None if unknown.
        now: Unix seconds.
        offset_minutes: the caller's time zone, minutes east of UTC, -840 to 840.
        required: whether one of the two must be there.

    Raises:
        MissingDateError: none given although one is required.
        InvalidDateError: in the future, or more than 28 days ago.
        UnparsableRequestError: no such time zone.
    """
    if not -MAX_OFFSET_MINUTES <= offset_minutes <= MAX_OFFSET_MINUTES:
        raise UnparsableRequestError("tzOffset is not a time zone, in minutes")
    if required and symptom_date is None and test_date is None:
        raise MissingDateError("a symptom date or a test date is needed")
    first, last = allowed_days(now=now, offset_minutes=offset_minutes)
    for name, day in (("symptomDate", symptom_date), ("testDate", test_date)):
        if day is not None and not first <= day <= last:
            raise InvalidDateError(f"{name} must be from {first} to {last}")


def allowed_days(*, now: int, offset_minutes: float) -> tuple[dt.date, dt.date]:
    """Return the first and the last day that are believed, both included."""
    today = dt.datetime.fromtimestamp(now, tz=dt.UTC).date()
    local_today = dt.datetime.fromtimestamp(now + 60 * offset_minutes, tz=dt.UTC).date()
    slack = 1 if offset_minutes < 0 else 0
    return today - dt.timedelta(days=MAX_AGE_DAYS + slack), max(today, local_today)


def onset_interval(
    symptom_date: dt.date | None, test_date: dt.date | None, *, now: int
) -> int | None:
    """Return the 10-minute interval of UTC midnight of the day that counts, None without one.

    A local day that has not begun in UTC counts as today: a key server believes no onset
    in the future.
    """
    day = symptom_date or test_date
    if day is None:
        return None
    midnight = int(dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC).timestamp())
    return min(midnight, now - now % _DAY_S) // _INTERVAL_S
