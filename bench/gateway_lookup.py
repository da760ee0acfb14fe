"""Looking up a token among fifty million phones: `make bench-large`.

Builds the registry's table once, for real, on PostgreSQL: the portal's own migrations, a COPY of
50 million rows with tokens of 163 characters, then the index on their hashes. Takes a quarter of
an hour and 20 GiB of disk, asks for that before it starts, and removes everything afterwards.
The table is UNLOGGED while it is measured, which spares the disk and changes no look-up.
Runs only if BLUEZONE_BENCH_LARGE is set. Looked up as the gateway does (`phone_id_of`): first
with the pages of the database taken out of the system's cache, then warm; tokens that are known,
and tokens that nobody has, for which two tables are asked. Wanted: under 5 ms. Beside the times
of the clock stand the processor's, of this process and of the database's: where others use the
machine, the clock mostly measures them.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

PHONES = int(os.environ.get("BLUEZONE_BENCH_ROWS", "50000000"))
LOOKUPS = 2_000
PAGE = 5_000
DISK_BYTES_EACH = 450
CHUNK = 1_000
DAY = 1_597_449_600
_COLUMNS = "registered_at, seen_at, dead_at, token_hash, platform, token"


def token(number: int) -> str:
    """Return a token of 163 characters, the same for the same number."""
    digest = blake2b(number.to_bytes(8, "big"), digest_size=64).hexdigest()
    return f"{digest[:22]}:APA91b{digest}{digest[:6]}"


def row(number: int) -> str:
    text = token(number)
    hashed = blake2b(text.encode(), digest_size=16).hexdigest()  # as `tokens.hash_of`
    return f"{DAY}\t{DAY}\t\\N\t{hashed}\tandroid\t{text}\n"


def build() -> dict[str, object]:
    """Fill the table without the index on hashes, then make it."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'u'"
            " AND conrelid = 'gateway_phones_phone'::regclass"
        )
        unique = cursor.fetchone()[0]
        cursor.execute("ALTER TABLE gateway_phones_earliertoken SET UNLOGGED")
        cursor.execute("ALTER TABLE gateway_phones_phone SET UNLOGGED")
        cursor.execute(f"ALTER TABLE gateway_phones_phone DROP CONSTRAINT {unique}")
        with cursor.copy(f"COPY gateway_phones_phone ({_COLUMNS}) FROM STDIN") as copy:
            for first in range(0, PHONES, CHUNK):
                copy.write("".join(map(row, range(first, min(first + CHUNK, PHONES)))))
        copied = time.perf_counter()
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(
            f"ALTER TABLE gateway_phones_phone ADD CONSTRAINT {unique} UNIQUE (token_hash)"
        )
        cursor.execute("VACUUM ANALYZE gateway_phones_phone")
        cursor.execute("CHECKPOINT")
        indexed = time.perf_counter()
        sizes = "pg_table_size(%s), pg_indexes_size(%s), pg_relation_size(%s)"
        name = "gateway_phones_phone"
        cursor.execute(f"SELECT {sizes}", [name, name, unique])
        table, indexes, on_hash = (round(size / 1024**2) for size in cursor.fetchone())
    return {
        "what": "built",
        "phones": PHONES,
        "copy_s": round(copied - started),
        "index_s": round(indexed - copied),
        "table_mib": table,
        "indexes_mib": indexes,
        "index_on_hash_mib": on_hash,
    }


def forget_cache() -> None:
    """Take the database's files out of the system's cache; PostgreSQL's own holds 128 MiB."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT current_setting('data_directory')")
        folder = Path(cursor.fetchone()[0])
    for path in folder.glob("base/*/*"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def cpu_s() -> float:
    """Return the processor seconds of this process and of its half of the database."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(what: str, work: Callable[[int], object], numbers: list[int]) -> dict[str, object]:
    """Do `work` for every number; return how long one took."""
    waits_s, before = [], cpu_s()
    for number in numbers:
        started = time.perf_counter()
        work(number)
        waits_s.append(time.perf_counter() - started)
    used_s = cpu_s() - before
    waits_s.sort()
    at = {"median_ms": 0.5, "p99_ms": 0.99, "p999_ms": 0.999}
    found = {
        name: round(1000 * waits_s[int(len(waits_s) * share)], 3) for name, share in at.items()
    }
    return {
        "what": what,
        "lookups": len(waits_s),
        **found,
        "max_ms": round(1000 * waits_s[-1], 3),
        "cpu_ms": round(1000 * used_s / len(waits_s), 3),
        "load_average": round(os.getloadavg()[0], 1),
    }


def known(number: int) -> None:
    from bluezone.portal.appgateway.phones.looking_up import phone_id_of  # noqa: PLC0415

    assert phone_id_of(token(number)) is not None


def unknown(number: int) -> None:
    from bluezone.portal.appgateway.phones.looking_up import phone_id_of  # noqa: PLC0415

    assert phone_id_of(token(PHONES + number)) is None


def page(after: int) -> None:
    from bluezone.portal.appgateway.phones.services import live_tokens  # noqa: PLC0415

    assert live_tokens(after, PAGE)


def measure() -> Iterator[dict[str, object]]:
    import django  # noqa: PLC0415 - the environment names its settings

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup

    call_command("migrate", interactive=False, verbosity=0)
    yield build()
    yield from look_up()


def look_up() -> Iterator[dict[str, object]]:
    """Look tokens up, cold and warm, in the table that is there."""
    rng = random.Random(7)

    def some() -> list[int]:
        return [rng.randrange(PHONES) for _ in range(LOOKUPS)]

    for what, work in (("known", known), ("unknown", unknown)):
        forget_cache()
        work(0)  # connects
        yield timed(f"{what}, cold", work, some())
    warm = some()
    for what, work in (("known", known), ("unknown", unknown)):
        timed("", work, warm)
        rng.shuffle(warm)
        yield timed(f"{what}, warm", work, warm)
    yield timed(f"page of {PAGE} living tokens", page, some()[:40])


def main() -> Iterator[dict[str, object]]:
    if not os.environ.get("BLUEZONE_BENCH_LARGE"):
        yield {"what": "skipped: set BLUEZONE_BENCH_LARGE=1"}
        return
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < PHONES * DISK_BYTES_EACH:
        yield {"what": f"skipped: {PHONES * DISK_BYTES_EACH >> 30} GiB of disk are needed"}
        return
    from tests.postgres import running_postgres  # noqa: PLC0415 - its wheel is for developers

    with running_postgres(durable=True) as address, tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "BLUEZONE_HOME": home,
            "BLUEZONE_PORTAL_DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
        }
        command = [sys.executable, "-m", "bench.gateway_lookup"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for line in process.stdout:
                yield json.loads(line)
        assert process.returncode == 0


if __name__ == "__main__":
    for result in measure():
        print(json.dumps(result), flush=True)
