"""Histories of 5 MB dropped at the door: MB/s and memory, by the parser alone and through Granian.

Wanted: 100 MB/s within 50 MiB of memory. Bodies are what published Android phones send. The
portal is a process of its own with an embedded database; the load comes from threads of this one,
which share two cores with it. `grown_mib` is the growth of the portal's peak of resident memory
over what it had before the first upload; many uploads at once are what it is for.
"""

import asyncio
import os
import re
import socket
import tempfile
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.gateway_register import PORT, cpu_s, running_portal

HISTORY_BYTES = 5_000_000
ROW = b"ED7380311B3D6CD4DCD0C0E6\t4AA44D209313D206E475E3FF\t-71\t1596880811032\n"
BOUNDARY = b"RNFetchBlob-x7k2p9qf0aadm3"
CONTENT_TYPE = b"multipart/form-data; boundary=" + BOUNDARY
GET_INFO = "/api/AppHistoryContact/ReportHistory_GetInfo"
CONFIRM = "/api/AppHistoryContact/ReportHistory_ConfirmContact"
ROUNDS = 20
AT_ONCE = (1, 16, 64)


def part(name: bytes, value: bytes, more: bytes = b"") -> bytes:
    head = b'--%b\r\nContent-Disposition: form-data; name="%b"%b' % (BOUNDARY, name, more)
    return head + b"\r\nContent-Type: text/plain\r\n\r\n" + value + b"\r\n"


def body_of(token: bytes) -> bytes:
    """Return an upload of 5 MB."""
    history = ROW * (HISTORY_BYTES // len(ROW))
    texts = {b"TokenFirebase": token, b"InfoF": b"{}", b"PhoneNumber": b"", b"FindGUID": b"1"}
    parts = [part(b"history", history, b'; filename="data_trace.txt"')]
    parts += [part(name, value) for name, value in texts.items()]
    return b"".join(parts) + b"--%b--\r\n" % BOUNDARY


def chunks_of(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def best_mb_s(work: Callable[[], object], size: int) -> dict[str, int]:
    """Return the best of several runs: by the clock and by processor time."""
    clock, cpu = [], []
    for _ in range(ROUNDS):
        started, used = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
    return {"mb_s": round(size / 1e6 / min(clock)), "mb_per_cpu_s": round(size / 1e6 / min(cpu))}


def peak_kib(work: Callable[[], object]) -> int:
    """Return the peak of what Python allocates meanwhile."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak // 1024


def parser_alone(body: bytes) -> Iterator[dict[str, object]]:
    from bluezone.portal.appgateway.uploads.multipart import MultipartParser  # noqa: PLC0415

    for size in (8_192, 65_536, 262_144):
        chunks = chunks_of(body, size)

        def work(chunks: list[bytes] = chunks) -> None:
            parser = MultipartParser(BOUNDARY, keep={"TokenFirebase": 4096, "FindGUID": 256})
            for chunk in chunks:
                parser.feed(chunk)
            parser.finish()

        yield {
            "what": "parser",
            "chunk_bytes": size,
            **best_mb_s(work, len(body)),
            "peak_kib": peak_kib(work),
        }


def through_asgi(body: bytes) -> Iterator[dict[str, object]]:
    """The whole application in this process, with bodies that are there already."""
    from bluezone.portal.asgi import application  # noqa: PLC0415 - after the environment is set

    chunks = chunks_of(body, 65_536)

    async def one(path: str) -> None:
        left = iter(chunks)
        count = len(chunks)

        async def receive() -> dict[str, Any]:
            nonlocal count
            count -= 1
            return {"type": "http.request", "body": next(left), "more_body": count > 0}

        async def send(message: Any) -> None:
            assert message.get("status", 200) == 200

        headers = [(b"content-type", CONTENT_TYPE)]
        scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
        await application(scope, receive, send)

    for path in (GET_INFO, CONFIRM):

        def work(path: str = path) -> None:
            asyncio.run(_all(one(path) for _ in range(16)))

        kind = path.rpartition("_")[2]
        yield {
            "what": "asgi",
            "call": kind,
            "at_once": 16,
            **best_mb_s(work, 16 * len(body)),
            "peak_kib": peak_kib(work),
        }


async def _all(uploads: Iterator[Awaitable[None]]) -> None:
    await asyncio.gather(*uploads)


def memory_mib(pid: int) -> tuple[float, float]:
    """Return the resident memory of a process and its peak."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = [re.search(rf"{name}:\s+(\d+)", text) for name in ("VmRSS", "VmHWM")]
    now, peak = (int(match[1]) / 1024 for match in found if match)
    return now, peak


def upload(path: str, body: bytes, count: int) -> None:
    """Send uploads one after the other over one connection; read every answer."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: {CONTENT_TYPE.decode()}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", PORT)) as phone, phone.makefile("rb") as answers:
        for _ in range(count):
            phone.sendall(head.encode())
            phone.sendall(body)
            lines = list(iter(answers.readline, b"\r\n"))
            assert lines[0].startswith(b"HTTP/1.1 200"), lines
            length = next(int(line.split()[1]) for line in lines if b"content-length" in line)
            assert b'"Status":' in answers.read(length)


def through_granian(pid: int, body: bytes) -> Iterator[dict[str, object]]:
    upload(GET_INFO, part(b"warm", b"up"), 50)
    start, _ = memory_mib(pid)
    for path in (GET_INFO, CONFIRM):
        for at_once in AT_ONCE:
            count = max(1, ROUNDS * 4 // at_once)
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew
            before, used = time.perf_counter(), cpu_s([pid])
            with ThreadPoolExecutor(at_once) as pool:
                list(pool.map(upload, [path] * at_once, [body] * at_once, [count] * at_once))
            elapsed_s, used_s = time.perf_counter() - before, cpu_s([pid]) - used
            megabytes = at_once * count * len(body) / 1e6
            yield {
                "what": "granian",
                "call": path.rpartition("_")[2],
                "at_once": at_once,
                "uploads": at_once * count,
                "mb_s": round(megabytes / elapsed_s),
                "mb_per_cpu_s": round(megabytes / used_s),
                "grown_mib": round(memory_mib(pid)[1] - start, 1),
                "load_average": round(os.getloadavg()[0], 1),
            }


def main() -> Iterator[dict[str, object]]:
    body = body_of(b"")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BLUEZONE_HOME"] = folder
        os.environ["BLUEZONE_PORTAL_GATEWAY_POSTS_PER_HOUR"] = "1000000000"
        yield from parser_alone(body)
        yield from through_asgi(body)
        with running_portal(Path(folder), "") as pid:
            yield from through_granian(pid, body_of(b"fcmTokenExample0000:APA91b_EXAMPLE"))
