"""What time it is, for every part of the portal; replaceable as a whole.

Two clocks, because the demo plays days in minutes: `now` is the time that codes, tokens,
certificates and cases live in and may run fast; `desk_now` is the time of the person at the
desk and of whoever attacks us (sessions, sign-in tries, rate limits) and always runs at the
pace of the wall unless a test replaces it.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

Clock = Callable[[], float]

_WALL: Final[Clock] = time.time
_clocks: Final[dict[str, Clock]] = {"events": _WALL, "desk": _WALL}


def now() -> int:
    """Return the time of events, Unix seconds."""
    return int(_clocks["events"]())


def desk_now() -> int:
    """Return the time of people at the desk, Unix seconds."""
    return int(_clocks["desk"]())


def aware(instant_s: int) -> dt.datetime:
    """Return Unix seconds as an aware datetime in UTC."""
    return dt.datetime.fromtimestamp(instant_s, tz=dt.UTC)


def use(clock: Clock | None) -> None:
    """Read the time of events from `clock` from now on; None goes back to the wall."""
    _clocks["events"] = clock or _WALL


def use_desk(clock: Clock | None) -> None:
    """Read the time of people from `clock` from now on; None goes back to the wall."""
    _clocks["desk"] = clock or _WALL


@contextmanager
def frozen(clock: Clock) -> Iterator[None]:
    """Read both times from `clock` inside the block."""
    before = dict(_clocks)
    use(clock)
    use_desk(clock)
    try:
        yield
    finally:
        _clocks.update(before)
