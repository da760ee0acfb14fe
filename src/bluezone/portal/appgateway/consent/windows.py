"""The days that count: when somebody is infectious, and which of them a phone still has.

Source: WHO, "Contact tracing in the context of COVID-19" (10 May 2020): contacts count from two
days before the onset of symptoms, without symptoms from two days before the sample was taken.
The end is the specification's table of infectiousness (spec/exposure.md 5.1): none from the
tenth day on. Phones keep and look back 14 days. The surprising part: a local day of the case is
taken as the UTC day of the same date, as everywhere in the verification (`verification.dates`).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from bluezone.portal.cases.models import Case
from bluezone.protocol.bluezone.slot import DAY_S, utc_midnight_s

BEFORE_DAYS: Final = 2
LAST_DAY: Final = 9
"""Days after the onset; the tenth is no longer one."""
LOOK_BACK_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Window:
    """Whole UTC days.

    Attributes:
        first_midnight: of the first day, Unix seconds.
        last_midnight: of the last day, not before the first.
    """

    first_midnight: int
    last_midnight: int

    @property
    def last_second(self) -> int:
        """The last second of the last day."""
        return self.last_midnight + DAY_S - 1


def infectious_days(case: Case) -> tuple[dt.date, dt.date]:
    """Return the first and the last infectious day of a case, both included.

    Raises:
        ValueError: the case has no day, which its table forbids.
    """
    onset = case.day
    if onset is None:
        raise ValueError("a case has a day of symptoms or of a test")
    return onset - dt.timedelta(days=BEFORE_DAYS), onset + dt.timedelta(days=LAST_DAY)


def window_at(first_day: dt.date, last_day: dt.date, *, keys_from: int, now: int) -> Window | None:
    """Return the days of [`first_day`, `last_day`] that are kept of an upload.

    Args:
        first_day: first infectious day.
        last_day: last infectious day.
        keys_from: UTC midnight of the first day that the phone has a key of.
        now: Unix seconds; no day after today, none more than 14 days before it.

    Returns:
        None if no day is left.
    """
    today = utc_midnight_s(now)
    first = max(_midnight(first_day), keys_from, today - LOOK_BACK_DAYS * DAY_S)
    last = min(_midnight(last_day), today)
    return Window(first, last) if first <= last else None


def _midnight(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC).timestamp())
