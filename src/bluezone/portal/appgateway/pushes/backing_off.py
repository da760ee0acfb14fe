"""How long to wait before the next try.

Source: FCM's advice on sending at scale: at least 10 s, twice as long each time, up to an hour,
by chance longer or shorter so that not all come back at once, and never before the time that an
answer names.
"""

from random import Random
from typing import Final

FIRST_S: Final = 10
LONGEST_S: Final = 3_600
NO_TOKEN_S: Final = 6 * 3_600
"""A phone without a token says so itself when it has one (`returned`); this is the net below."""


def wait_s(attempts: int, *, rng: Random, at_least_s: int = 0) -> int:
    """Return seconds until the next try.

    Args:
        attempts: tries so far, from 1 on.
        rng: chance.
        at_least_s: what the answer asked for.
    """
    base_s = min(FIRST_S << min(attempts - 1, 20), LONGEST_S)
    return max(round(base_s * rng.uniform(1.0, 1.5)), at_least_s)
