"""Sleep by a clock that may be set, or be virtual."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

Clock: TypeAlias = Callable[[], float]
"""Returns Unix seconds: `time.time`, or `unix_time` of a virtual loop."""

_LONGEST_SLEEP_S: Final = 60.0
_SHORTEST_SLEEP_S: Final = 0.001


async def sleep_until(clock: Clock, instant_s: float) -> None:
    """Sleep until the clock shows `instant_s`, also if it is set meanwhile."""
    while (left_s := instant_s - clock()) > 0:  # noqa: ASYNC110 (a clock, not a flag)
        await asyncio.sleep(max(min(left_s, _LONGEST_SLEEP_S), _SHORTEST_SLEEP_S))
