"""Timers in an order that depends on nothing but who asked first.

The decision that surprises: asyncio leaves the order of timers for the same time to the
layout of its heap, which a thread that ends a moment earlier or later can change. Then the
same seed would give another street.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Any


class OrderedTimer(asyncio.TimerHandle):
    """A timer that stands behind those asked for earlier for the same time."""

    __slots__ = ("_order",)

    _when: float
    _scheduled: bool

    def __init__(
        self,
        when: float,
        order: int,
        callback: Callable[..., object],
        args: Sequence[Any],
        loop: asyncio.AbstractEventLoop,
        context: Context | None,
    ) -> None:
        """Make a timer of a loop that has pushed it on its heap.

        Args:
            when: loop time.
            order: how many timers were asked for before.
            callback: what to call.
            args: with what.
            loop: whose timer it is.
            context: in which context; None for the current one.
        """
        super().__init__(when, callback, args, loop, context)
        self._order = order
        self._scheduled = True  # as asyncio's own call_at says of a timer on the heap

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, OrderedTimer):
            return NotImplemented
        return (self._when, self._order) < (other._when, other._order)
