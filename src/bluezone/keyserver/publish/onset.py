"""Which day the illness began, as far as this publish can say.

Source: key server rules 1.3. The surprising decision is the reference's and phones rely on
it: what the phone says beats what the authority signed (trap 4), so the signed onset is
advice, never evidence.
"""

from typing import Final

from bluezone.keyserver.settings import DAY_S, PublishLimits

INTERVAL_S: Final = 600
INTERVALS_A_DAY: Final = 144


def onset_interval(
    asked: int | None, certified: int | None, *, limits: PublishLimits, now: int
) -> int:
    """Return the onset as an interval number: the first usable of three.

    A value is usable when it lies before the current interval and not before the UTC
    midnight `limits.onset_accepted_days` ago. Without one, `limits.onset_default_days` ago.
    """
    midnight = now - now % DAY_S
    oldest = (midnight - limits.onset_accepted_days * DAY_S) // INTERVAL_S
    for value in (asked, certified):
        if value is not None and oldest <= value < now // INTERVAL_S:
            return value
    return (now - limits.onset_default_days * DAY_S) // INTERVAL_S


def days_since_onset(start: int, onset: int) -> int:
    """Return UTC days from the onset's day to the day of interval `start`."""
    return start // INTERVALS_A_DAY - onset // INTERVALS_A_DAY
