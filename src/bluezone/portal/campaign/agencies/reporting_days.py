"""Days as vouchers are counted: they end at 17:00, when their figure appears.

The surprising decision: what happens after the last closing is not shown to anybody. Whoever
watches a figure grow while colleagues press a button learns who pressed it; a figure that moves
once a day, for everybody together, tells much less. 17:00 is in time for the evening report.
"""

import datetime as dt
from typing import Final

from bluezone.look import format as look_format

CLOSING_HOUR: Final = 17
"""Local time, Asia/Ho_Chi_Minh."""


def reporting_day(now: int) -> dt.date:
    """Return the day to which something at `now` (Unix seconds) is counted."""
    return (look_format.local(now) + dt.timedelta(hours=24 - CLOSING_HOUR)).date()


def last_closed(now: int) -> dt.date:
    """Return the newest day whose figures may be shown at `now` (Unix seconds)."""
    return reporting_day(now) - dt.timedelta(days=1)
