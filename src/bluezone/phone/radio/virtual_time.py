"""An asyncio event loop whose clock can run faster than the world's, or stand still.

Purpose: real nodes with real timers live through three hours in seconds, or through a
demonstration at sixty times the usual speed. Whatever asks the loop for the time (sleeps,
time limits, bumble's advertising timers) follows the virtual clock without knowing it.

The decision that surprises: work handed to an executor stops the virtual clock until it is
done. Otherwise a download that takes 20 real milliseconds would last virtual hours when
the clock runs as fast as it can, and the outcome would depend on the machine's speed.
"""

import asyncio
import selectors
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, Final, TypeVar

T = TypeVar("T")

_LONGEST_WAIT_S: Final = 3600.0


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop on virtual time.

    The virtual clock starts at `start_s` and then moves in one of two ways: with a pace it
    follows the real clock, that many times as fast; without one it jumps to the next timer
    as soon as nothing else is left to do. `set_pace`, `pause` and `resume` may be called
    from any thread, everything else only from the loop's own.
    """

    def __init__(self, *, start_s: float, pace: float | None = None) -> None:
        """Make a loop whose clock shows `start_s` (Unix seconds) and moves at `pace`."""
        self._closed = True  # so that a refused pace leaves nothing that asks to be closed
        self._pacer = _Pacer(pace)
        self._start_s = start_s
        super().__init__(_PacedSelector(self._pacer))
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


class _Pacer:
    """The virtual clock itself; every method may be called from any thread."""

    def __init__(self, pace: float | None) -> None:
        self._lock = threading.Lock()
        self._virtual_s = 0.0
        self._since = time.monotonic()
        self._holds = 0
        self.paused = False
        self.pace = _checked(pace)

    def now(self) -> float:
        if self.pace is None:  # moves only by jumps: no lock needed to read it
            return self._virtual_s
        with self._lock:
            self._settle()
            return self._virtual_s

    def change(self, **changes: float | bool | None) -> None:
        with self._lock:
            self._settle()
            if "pace" in changes:
                self.pace = _checked(changes["pace"])
            if "paused" in changes:
                self.paused = bool(changes["paused"])

    def hold(self, step: int) -> None:
        with self._lock:
            self._settle()
            self._holds += step

    def standing(self) -> bool:
        return self.paused or self._holds > 0

    def jump(self, seconds: float) -> None:
        with self._lock:
            if self.pace is None and not self.standing():
                self._virtual_s += seconds

    def _settle(self) -> None:
        """Bring the virtual clock up to the real one; the lock is held."""
        real = time.monotonic()
        if self.pace is not None and not self.standing():
            self._virtual_s += (real - self._since) * self.pace
        self._since = real


class _PacedSelector(selectors.DefaultSelector):
    """The loop's selector: it turns a virtual time limit into a real wait or a jump."""

    def __init__(self, pacer: _Pacer) -> None:
        super().__init__()
        self._pacer = pacer

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for sockets at most `timeout` virtual seconds."""
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if timeout is None or self._pacer.standing():
            return super().select(_LONGEST_WAIT_S)
        pace = self._pacer.pace
        if pace is not None:
            return super().select(min(timeout / pace, _LONGEST_WAIT_S))
        ready = super().select(0)
        if not ready:
            self._pacer.jump(timeout)
        return ready


def _checked(pace: float | None) -> float | None:
    if pace is not None and not pace > 0:
        raise ValueError(f"a pace of {pace}; it is virtual seconds in a real one, above 0")
    return pace
