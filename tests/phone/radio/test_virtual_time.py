import asyncio
import threading
import time

import pytest

from bluezone.phone.radio.virtual_time import VirtualTimeLoop, run_virtual

START_S = 1_600_000_000.0


def test_three_hours_pass_without_waiting():
    async def main(loop):
        before = time.monotonic()
        await asyncio.sleep(3 * 3600)
        return loop.unix_time(), time.monotonic() - before

    instant, real_s = run_virtual(main, start_s=START_S)
    assert instant == START_S + 3 * 3600
    assert real_s < 3600


def test_timers_fire_in_order_at_their_own_instants():
    fired = []

    async def main(loop):
        async def wait(seconds):
            await asyncio.sleep(seconds)
            fired.append((seconds, loop.unix_time() - START_S))

        await asyncio.gather(*(wait(seconds) for seconds in (50.0, 0.25, 7.0, 3600.0)))

    run_virtual(main, start_s=START_S)
    assert fired == [(s, s) for s in (0.25, 7.0, 50.0, 3600.0)]


def test_timers_of_the_same_instant_fire_in_the_order_asked_for():
    fired = []

    async def main(loop):
        for other in range(20):  # whatever else is in the heap
            loop.call_later(5.0 + other % 3, lambda: None)
        for number in range(100):
            loop.call_at(10.0, fired.append, number)
        await asyncio.sleep(11)

    run_virtual(main, start_s=START_S)
    assert fired == list(range(100))


def test_a_time_limit_is_in_virtual_seconds():
    async def main(loop):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3600):
                await asyncio.Event().wait()
        return loop.time()

    assert run_virtual(main, start_s=START_S) == 3600.0


def test_the_clock_waits_for_work_in_threads():
    started, go_on = threading.Event(), threading.Event()

    def work():
        started.set()
        assert go_on.wait(30)
        return "done"

    async def main(loop):
        ticking = asyncio.create_task(asyncio.sleep(3600))
        job = asyncio.create_task(asyncio.to_thread(work))
        while not started.is_set():  # noqa: ASYNC110 (a thread sets it)
            await asyncio.sleep(0)
        loop.call_soon(go_on.set)
        assert await job == "done"
        assert not ticking.done()
        return loop.time()

    assert run_virtual(main, start_s=START_S) == 0.0


def test_a_real_socket_is_waited_for_under_hold():
    async def main(loop):
        async def answer(reader, writer):
            writer.write(await reader.readline())
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with loop.hold():
            async with asyncio.timeout(0.001):  # would be over at once on a running clock
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"hello\n")
                line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return line

    assert run_virtual(main, start_s=START_S) == b"hello\n"


def test_a_pace_ties_the_clock_to_the_real_one():
    async def main(loop):
        real, virtual = time.monotonic(), loop.time()
        await asyncio.sleep(600)
        return (loop.time() - virtual), (time.monotonic() - real) * 60_000

    virtual_s, real_as_virtual_s = run_virtual(main, start_s=START_S, pace=60_000)
    assert virtual_s >= 600
    assert real_as_virtual_s >= virtual_s * 0.99


def test_the_pace_can_change_from_another_thread():
    async def main(loop):
        nap = asyncio.create_task(asyncio.sleep(1e9))  # thirty years
        await asyncio.sleep(0)
        thread = threading.Thread(target=loop.set_pace, args=(None,))
        thread.start()
        await nap
        thread.join()
        return loop.pace

    assert run_virtual(main, start_s=START_S, pace=1.0) is None


def test_a_paused_clock_stands_until_it_is_resumed():
    async def main(loop):
        loop.pause()
        assert loop.paused
        nap = asyncio.create_task(asyncio.sleep(10))
        for _ in range(50):
            await asyncio.sleep(0)
        assert loop.time() == 0.0
        assert not nap.done()
        loop.call_soon(loop.resume)
        await nap
        return loop.time()

    assert run_virtual(main, start_s=START_S) == 10.0


@pytest.mark.parametrize("pace", [0, -1.0, float("nan")])
def test_a_pace_must_be_above_zero(pace):
    with pytest.raises(ValueError, match="pace"):
        VirtualTimeLoop(start_s=START_S, pace=pace)


def test_the_loop_closes_with_threads_that_still_work():
    go_on = threading.Event()

    async def main(loop):
        loop.run_in_executor(None, go_on.wait, 30)
        threading.Timer(0.05, go_on.set).start()
        return loop.time()

    assert run_virtual(main, start_s=START_S) == 0.0
    assert go_on.is_set()
