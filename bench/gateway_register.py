"""Registrations of published phones per second over loopback, each durable before its answer.

One portal process (Granian) and this load generator, a process of its own, share the machine
with the database: PostgreSQL with `fsync` on, or SQLite with `synchronous=FULL`. Every request
is what axios sends, with a new token of 163 characters; every answer is read and checked.
Wanted: 1,500 a second on PostgreSQL and two cores. CPU times of the three parts stand beside
the times of the clock, which others who use the machine make longer.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PHONES = int(os.environ.get("BLUEZONE_BENCH_PHONES", "20000"))
CONNECTIONS = (1, 64)
PORT = 8978
HEAD = (
    "POST /api/App/RegisterUser HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    "accept: application/json, text/plain, */*\r\n"
    "content-type: application/json;charset=utf-8\r\nuser-agent: okhttp/3.12.1\r\n"
    "content-length: {length}\r\n\r\n"
)
GREETING = b'{"isOk":true,"Status":0,'
TICKS = os.sysconf("SC_CLK_TCK")


def make_request() -> bytes:
    """Return one registration, about 430 bytes."""
    token = f"{secrets.token_urlsafe(16)[:22]}:APA91b{secrets.token_urlsafe(101)[:134]}"
    body = json.dumps({"TokenFirebase": token, "TypeOS": "android"}, separators=(",", ":"))
    return (HEAD.format(length=len(body)) + body).encode()


async def connection(requests: list[bytes], waits_s: list[float]) -> None:
    """Send requests one after the other over one connection until none is left."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    while requests:
        started = time.perf_counter()
        writer.write(requests.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        waits_s.append(time.perf_counter() - started)
        assert body.startswith(GREETING), body
    writer.close()


async def load(requests: list[bytes], connections: int) -> list[float]:
    waits_s: list[float] = []
    await asyncio.gather(*(connection(requests, waits_s) for _ in range(connections)))
    return sorted(waits_s)


def cpu_s(pids: list[int]) -> float:
    """Return the processor seconds that these processes have used."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def backends() -> list[int]:
    """Return the processes of PostgreSQL on this machine."""
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _is_postgres(entry)
    ]


def _is_postgres(entry: Path) -> bool:
    try:
        return (entry / "comm").read_text().strip() == "postgres"
    except OSError:
        return False


@contextmanager
def running_portal(home: Path, database: str) -> Iterator[int]:
    """Run the portal with budgets that do not matter; yield its process."""
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(home),
        "BLUEZONE_PORTAL_DATABASE_URL": database,
        "BLUEZONE_PORTAL_GATEWAY_NEW_PHONES_PER_HOUR": "1000000000",
        "BLUEZONE_PORTAL_GATEWAY_POSTS_PER_HOUR": "1000000000",
    }
    command = [sys.executable, "-m", "bluezone.cli.main"]
    subprocess.run([*command, "migrate", "--role", "portal"], env=environment, check=True, stdout=2)
    process = subprocess.Popen(
        [*command, "serve", "--role", "portal", "--portal-port", str(PORT)],
        env=environment,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline(), "the portal did not start"
        asyncio.run(_wait())
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


async def _wait() -> None:
    for _ in range(400):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def measure(pid: int, connections: int, database: str) -> dict[str, object]:
    count = PHONES if connections > 1 else PHONES // 20
    requests = [make_request() for _ in range(count)]
    servers = backends() if database == "postgresql" else []
    before = [cpu_s([pid]), cpu_s(servers), time.process_time()]
    started = time.perf_counter()
    waits_s = asyncio.run(load(requests, connections))
    elapsed_s = time.perf_counter() - started
    alive = [one for one in servers if Path(f"/proc/{one}").exists()]
    after = [cpu_s([pid]), cpu_s(alive), time.process_time()]
    used = [round(1e6 * (b - a) / count) for a, b in zip(before, after, strict=True)]
    return {
        "database": database,
        "connections": connections,
        "registrations": count,
        "per_s": round(count / elapsed_s),
        "median_ms": round(1000 * waits_s[count // 2], 2),
        "p99_ms": round(1000 * waits_s[count * 99 // 100], 2),
        "cpu_us_each": dict(zip(("portal", "database", "load"), used, strict=True)),
        "load_average": round(os.getloadavg()[0], 1),
    }


def run(address: str) -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder, running_portal(Path(folder), address) as pid:
        asyncio.run(load([make_request() for _ in range(500)], 8))  # connections are made
        for connections in CONNECTIONS:
            yield measure(pid, connections, "postgresql" if address else "sqlite")


def main() -> Iterator[dict[str, object]]:
    from tests.postgres import running_postgres  # noqa: PLC0415 - its wheel is for developers

    yield from run("")
    with running_postgres(durable=True) as address:
        yield from run(address)
