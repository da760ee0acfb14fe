"""Publishes per second over loopback: real requests, real certificates, durable answers.

One key-server process (Granian; SQLite with synchronous FULL, then PostgreSQL that waits for the
disk, too) and this load generator share the machine. Every request has fourteen new keys and a
certificate of its own; the server verifies the signature and the HMAC, applies every rule and
answers after the commit. Requests are made before the clock starts; answers are checked for
`insertedExposures`.
"""

import asyncio
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from tests.postgres import new_database, running_postgres

from bluezone.keyserver.prepare import prepare
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.protocol.certificate import (
    CertificateClaims,
    issue_certificate,
    tekmac,
    write_jwks,
)
from bluezone.protocol.diagnosis_key import DiagnosisKey

KEYS = 14
PUBLISHES = 6000
CONNECTIONS = (1, 16, 64)
PORT = 8979


def make_request(key: ec.EllipticCurvePrivateKey, now: int) -> bytes:
    """Return the bytes of one HTTP request with new keys, about 2.3 kB."""
    secret = os.urandom(32)
    first = now // 86400 * 144
    keys = [DiagnosisKey(os.urandom(16), first - 144 * day) for day in range(KEYS)]
    claims = CertificateClaims("confirmed", first - 3 * 144, tekmac(keys, secret))
    certificate = issue_certificate(
        claims,
        key=key,
        kid="bench",
        iss="vn.bluezone.portal",
        aud="vn.bluezone.keyserver",
        now=now,
        ttl_s=3600,
    )
    body = json.dumps(
        {
            "temporaryExposureKeys": [
                {
                    "key": base64.b64encode(one.key).decode(),
                    "rollingStartNumber": one.start,
                    "rollingPeriod": one.period,
                }
                for one in keys
            ],
            "healthAuthorityID": "vn.bluezone",
            "verificationPayload": certificate,
            "hmacKey": base64.b64encode(secret).decode(),
        }
    ).encode()
    head = (
        f"POST /v1/publish HTTP/1.1\r\nhost: 127.0.0.1:{PORT}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def connection(requests: list[bytes], waits_s: list[float]) -> None:
    """Send requests one after the other over one connection until none is left."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    while requests:
        started = time.perf_counter()
        writer.write(requests.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        answer = json.loads(await reader.readexactly(length))
        waits_s.append(time.perf_counter() - started)
        assert answer["insertedExposures"] == KEYS, answer["error"]
    writer.close()


async def measure(requests: list[bytes], connections: int, database: str) -> dict[str, object]:
    waits_s: list[float] = []
    count = len(requests)
    started = time.perf_counter()
    await asyncio.gather(*(connection(requests, waits_s) for _ in range(connections)))
    elapsed_s = time.perf_counter() - started
    waits_s.sort()
    return {
        "database": database,
        "connections": connections,
        "publishes": count,
        "keys_each": KEYS,
        "publishes_per_s": round(count / elapsed_s),
        "median_ms": round(1000 * waits_s[count // 2], 2),
        "p99_ms": round(1000 * waits_s[count * 99 // 100], 2),
    }


def start_server(home: Path, address: str) -> "subprocess.Popen[str]":
    """Start the server in `home`, on SQLite there if `address` is empty."""
    if address:
        settings = KeyServerSettings(home=home / "keyserver", database_url=address)
        prepare(settings, entropy=os.urandom)
    environ = {
        **os.environ,
        "BLUEZONE_HOME": str(home),
        "BLUEZONE_KEYSERVER_DATABASE_URL": address,
        "BLUEZONE_KEYSERVER_AUTHORITY_KEYS": str(home / "jwks.json"),
    }
    command = [sys.executable, "-m", "bluezone.cli.main", "serve", "--role", "keyserver"]
    process = subprocess.Popen(
        [*command, "--keyserver-port", str(PORT)], env=environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline(), "the server did not start"
    return process


async def run(requests: list[bytes], database: str) -> list[dict[str, object]]:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            break
    await measure([requests.pop() for _ in range(200)], 8, database)  # loads the authority's keys
    share = len(requests) // len(CONNECTIONS)
    return [
        await measure([requests.pop() for _ in range(share)], connections, database)
        for connections in CONNECTIONS
    ]


def main() -> Iterator[dict[str, object]]:
    """Measure; yield one row for each database and number of connections."""
    yield from measure_on("SQLite", "")
    with running_postgres(durable=True) as server:
        yield from measure_on("PostgreSQL", new_database(server))


def measure_on(database: str, address: str) -> list[dict[str, object]]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = int(time.time())
    requests = [make_request(key, now) for _ in range(PUBLISHES + 200)]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "jwks.json").write_text(write_jwks({"bench": key.public_key()}))
        server = start_server(home, address)
        try:
            return asyncio.run(run(requests, database))
        finally:
            server.terminate()
            server.wait(30)
