"""A push bundle for a million published phones: prepared, and sent to a fake of FCM on loopback.

Prepared by the worker's own path (`outbox.send_due`): the registry is read in key order, range
by range; each phone gets its own `FindGUID`; the whole request is built, 27 entries and 163
characters of token, about 5 KB; each range's progress is committed before the next one counts.
The push is validated once, as a template; here one request in a thousand is parsed and judged
anew as FCM would. Wanted: 20,000 a second in bounded memory. Peak memory is that of the process
that does it, the database's not counted; beside it what the process had before the first phone.
Sending is for information: the fake, one process, shares the machine.
"""

import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from random import Random

PHONES = int(os.environ.get("BLUEZONE_BENCH_PHONES", "1000000"))
SENT = min(PHONES, 20_000)
DAY = 1_597_449_600
NOW = DAY + 8 * 3600
CHUNK = 5_000
_COLUMNS = ("registered_at", "seen_at", "token_hash", "platform", "token")


def token(number: int) -> str:
    """Return a token of 163 characters, the same for the same number."""
    digest = blake2b(number.to_bytes(8, "big"), digest_size=64).hexdigest()
    return f"{digest[:22]}:APA91b{digest}{digest[:6]}"


def row(number: int) -> tuple[object, ...]:
    text = token(number)
    hashed = blake2b(text.encode(), digest_size=16).hexdigest()  # as `tokens.hash_of`
    return DAY, DAY, hashed, "android", text


def build() -> dict[str, object]:
    """Fill the registry."""
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup

    started = time.perf_counter()
    names = ", ".join(_COLUMNS)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY gateway_phones_phone ({names}) FROM STDIN") as copy:
                for number in range(PHONES):
                    copy.write_row(row(number))
        else:
            values = "VALUES (%s, %s, %s, %s, %s)"
            insert = f"INSERT INTO gateway_phones_phone ({names}) {values}"
            for first in range(0, PHONES, CHUNK):
                last = min(first + CHUNK, PHONES)
                cursor.executemany(insert, [row(number) for number in range(first, last)])
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE gateway_phones_phone")
    return {"what": "registry built", "phones": PHONES, "s": _round(time.perf_counter() - started)}


class Preparing:
    """A provider that builds every request and sends none."""

    name = "preparing"

    def __init__(self) -> None:
        self.bytes = self.count = self.batches = 0

    def send(self, messages: Sequence[object]) -> object:
        from bluezone.portal.appgateway.pushes import provider  # noqa: PLC0415
        from bluezone.portal.appgateway.pushes.message import request_body  # noqa: PLC0415

        self.batches += 1
        body = b""
        for message in messages:
            body = request_body(message)  # type: ignore[arg-type]
            self.bytes += len(body)
        self.count += len(messages)
        judge(body)
        return provider.Delivery([provider.SENT] * len(messages))


def judge(body: bytes) -> None:
    """Read a request as FCM and a phone would."""
    from bluezone.portal.appgateway.pushes.commands import restored  # noqa: PLC0415
    from bluezone.portal.appgateway.pushes.fake_fcm.judging import violations  # noqa: PLC0415

    request = json.loads(body)
    assert not list(violations(request))
    assert restored(json.dumps(request["message"]["data"], ensure_ascii=False))


def open_round() -> None:
    from bluezone.portal.appgateway.pushes import services  # noqa: PLC0415
    from bluezone.protocol.bluezone.day_key import DayKey  # noqa: PLC0415
    from bluezone.protocol.bluezone.f0 import F0Entry  # noqa: PLC0415

    rng = Random(7)
    keys = [DayKey(rng.randbytes(32)) for _ in range(27)]
    services.open_round([F0Entry(key, DAY, 96, DAY + 86_399) for key in keys], now=NOW)


def prepare(database: str) -> dict[str, object]:
    from bluezone.portal.appgateway.pushes import outbox  # noqa: PLC0415
    from bluezone.portal.appgateway.pushes.models import Bundle, Push, Range  # noqa: PLC0415

    open_round()
    way = Preparing()
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    outbox.send_due(way, now=NOW, limit=PHONES, rng=Random(7))  # type: ignore[arg-type]
    elapsed_s = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    bundle = Bundle.objects.get()
    assert bundle.sent == way.count == PHONES
    assert not Range.objects.exists()
    assert not Push.objects.exists()
    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "what": "prepared",
        "database": database,
        "phones": PHONES,
        "per_s": round(PHONES / elapsed_s),
        "cpu_us_each": _round(1e6 * used_s / PHONES),
        "ranges": way.batches,
        "bytes_each": way.bytes // way.count,
        "peak_mib": round(after.ru_maxrss / 1024),
        "before_mib": round(before.ru_maxrss / 1024),
        "load_average": _round(os.getloadavg()[0]),
    }


@contextmanager
def running_fake(folder: Path) -> Iterator[tuple[str, str]]:
    """Run the fake in a process of its own; yield its address and the account's file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    account = str(folder / "account.json")
    module = "bluezone.portal.appgateway.pushes.fake_fcm"
    command = [sys.executable, "-m", module, "--port", str(port), "--account", account]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}", account
    finally:
        process.terminate()
        process.wait(30)


def send(database: str, connections: int) -> dict[str, object]:
    """Send a round to the first phones through the fake."""
    from bluezone.portal.appgateway.pushes import outbox  # noqa: PLC0415
    from bluezone.portal.appgateway.pushes.fcm import Fcm  # noqa: PLC0415
    from bluezone.portal.appgateway.pushes.fcm_auth import access_from_file  # noqa: PLC0415
    from bluezone.portal.appgateway.pushes.models import Bundle  # noqa: PLC0415

    open_round()
    with tempfile.TemporaryDirectory() as folder, running_fake(Path(folder)) as (url, account):
        way = Fcm(access_from_file(account), url=url, connections=connections)
        used_before = time.process_time()
        started = time.perf_counter()
        outbox.send_due(way, now=NOW, limit=SENT, rng=Random(7))
        elapsed_s = time.perf_counter() - started
        used_s = time.process_time() - used_before
        way.close()
    bundle = Bundle.objects.order_by("-pk")[0]
    assert bundle.sent >= SENT
    return {
        "what": "sent to the fake",
        "database": database,
        "connections": connections,
        "messages": bundle.sent,
        "per_s": round(bundle.sent / elapsed_s),
        "cpu_us_each": _round(1e6 * used_s / bundle.sent),
        "load_average": _round(os.getloadavg()[0]),
    }


def _wait(port: int) -> None:
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def _round(value: float) -> float:
    return round(value, 1)


def measure(database: str) -> Iterator[dict[str, object]]:
    import django  # noqa: PLC0415 - the environment names its settings

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup

    call_command("migrate", interactive=False, verbosity=0)
    yield {"database": database, **build()}
    yield prepare(database)
    yield send(database, 16)


def run(address: str) -> Iterator[dict[str, object]]:
    """Measure in a process of its own, so that its memory is its own."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "BLUEZONE_HOME": home,
            "BLUEZONE_PORTAL_DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
        }
        name = "postgresql" if address else "sqlite"
        command = [sys.executable, "-m", "bench.gateway_push", name]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for line in process.stdout:
                yield json.loads(line)
        assert process.returncode == 0


def main() -> Iterator[dict[str, object]]:
    from tests.postgres import running_postgres  # noqa: PLC0415 - its wheel is for developers

    yield from run("")
    with running_postgres(durable=True) as address:
        yield from run(address)


if __name__ == "__main__":
    for result in measure(sys.argv[1]):
        print(json.dumps(result), flush=True)
