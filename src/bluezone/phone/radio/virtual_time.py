"""An asyncio event loop whose clock can run faster than the world's, or stand still.

Purpose: real nodes with real timers live through three hours in seconds, or through a
demonstration at sixty times the usual speed. Whatever asks the loop for the time (sleeps,
time limits, bumble's advertising timers) follows the virtual clock without knowing it.

The decision that surprises: work handed to an executor stops the virtual clock until it is
done. Otherwise a download that takes 20 real milliseconds would last virtual hours when
the clock runs as fast as it can, and the outcome would depend on the machine's speed.
"""

import asyncio
import heapq
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from contextvars import Context
from typing import Any, TypeVar

from bluezone.phone.radio.ordered_timer import OrderedTimer
from bluezone.phone.radio.pacer import PacedSelector, Pacer

T = TypeVar("T")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop on virtual time.

    The virtual clock starts at `start_s` and then moves in one of two ways: with a pace it
    follows the real clock, that many times as fast; without one it jumps to the next timer
    as soon as nothing else is left to do. `set_pace`, `pause` and `resume` may be called
    from any thread, everything else only from the loop's own.
    """

    _scheduled: list[asyncio.TimerHandle]  # asyncio's heap of timers

    def __init__(self, *, start_s: float, pace: float | None = None) -> None:
        """Make a loop whose clock shows `start_s` (Unix seconds) and moves at `pace`."""
        self._closed = True  # so that a refused pace leaves nothing that asks to be closed
        self._pacer = Pacer(pace)
        self._start_s = start_s
        self._asked = 0
        super().__init__(PacedSelector(self._pacer))
        # Timers due within a microsecond fire: after some weeks of virtual time the loop's
        # own nanosecond is lost in the rounding of a float, and no timer would ever be due.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Return virtual seconds since the loop was made."""
        return self._pacer.now()

    def unix_time(self) -> float:
        """Return the virtual instant, Unix seconds: the clock to give to nodes."""
        return self._start_s + self._pacer.now()

    @property
    def pace(self) -> float | None:
        """How many virtual seconds pass in a real one; None is as many as possible."""
        return self._pacer.pace

    @property
    def paused(self) -> bool:
        """Whether the clock stands still by `pause`."""
        return self._pacer.paused

    def set_pace(self, pace: float | None) -> None:
        """Change the speed of the clock from now on.

        Args:
            pace: virtual seconds in a real one, above 0; None for as fast as possible.

        Raises:
            ValueError: the pace is not above 0.
        """
        self._pacer.change(pace=pace)
        self._wake()

    def pause(self) -> None:
        """Stop the clock; what is ready still runs, no timer fires."""
        self._pacer.change(paused=True)
        self._wake()

    def resume(self) -> None:
        """Let the clock go on after `pause`."""
        self._pacer.change(paused=False)
        self._wake()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Stop the clock while the loop waits for the real world, e.g. for a socket."""
        self._pacer.hold(1)
        try:
            yield
        finally:
            self._pacer.hold(-1)

    def call_at(  # type: ignore[override]  # typeshed's form needs TypeVarTuple
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call back at a virtual time; calls for the same time come in the order asked for."""
        self._asked += 1
        timer = OrderedTimer(when, self._asked, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        return timer

    def run_in_executor(  # type: ignore[override]  # typeshed's form needs TypeVarTuple
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Run `func` in a thread and stop the clock until it is done."""
        self._pacer.hold(1)
        try:
            future = super().run_in_executor(executor, func, *args)
        except BaseException:
            self._pacer.hold(-1)
            raise
        future.add_done_callback(lambda _: self._pacer.hold(-1))
        return future

    async def shutdown_default_executor(self, *args: Any, **kwargs: Any) -> None:
        """Wait for the executor's threads; its time limit is in real seconds, so hold."""
        with self.hold():
            await super().shutdown_default_executor(*args, **kwargs)

    def _wake(self) -> None:
        if not self.is_closed():
            self.call_soon_threadsafe(lambda: None)


def run_virtual(
    main: Callable[[VirtualTimeLoop], Coroutine[Any, Any, T]],
    *,
    start_s: float,
    pace: float | None = None,
) -> T:
    """Run `main(loop)` on a new virtual-time loop, close it and return the result.

    Args:
        main: makes the coroutine to run.
        start_s: what the virtual clock shows at the start, Unix seconds.
        pace: virtual seconds in a real one; None for as fast as possible.
    """
    loops: list[VirtualTimeLoop] = []

    def make_loop() -> VirtualTimeLoop:
        loops.append(VirtualTimeLoop(start_s=start_s, pace=pace))
        return loops[0]

    async def run() -> T:
        return await main(loops[0])

    with asyncio.Runner(loop_factory=make_loop) as runner:
        return runner.run(run())
