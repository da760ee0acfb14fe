"""The real server on loopback: started as a process, killed, stopped politely."""

import base64
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text

from bluezone.keyserver.errors import ServerError
from bluezone.keyserver.publish.accepted import split_records, unpack_tek
from bluezone.keyserver.serve import check_port
from bluezone.keyserver.store.db import open_store
from bluezone.protocol.certificate import (
    CertificateClaims,
    issue_certificate,
    tekmac,
    write_jwks,
)
from bluezone.protocol.diagnosis_key import DiagnosisKey
from bluezone.protocol.scheme import Scheme

START_S = 60
Start = Callable[[], tuple["subprocess.Popen[str]", str]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def start(tmp_path: Path, key: ec.EllipticCurvePrivateKey) -> Iterator[Start]:
    """Return a function that starts the key server and waits until it answers."""
    (tmp_path / "jwks.json").write_text(write_jwks({"k": key.public_key()}))
    environ = {
        **os.environ,
        "BLUEZONE_HOME": str(tmp_path),
        "BLUEZONE_KEYSERVER_AUTHORITY_KEYS": str(tmp_path / "jwks.json"),
    }
    started: list[subprocess.Popen[str]] = []

    def run() -> tuple[subprocess.Popen[str], str]:
        port = free_port()
        command = [sys.executable, "-m", "bluezone.cli.main", "serve", "--role", "keyserver"]
        process = subprocess.Popen(
            [*command, "--keyserver-port", str(port), "--json"],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        url = json.loads(first_line(process))["url"]
        assert url == f"http://127.0.0.1:{port}"
        wait_for(port)
        return process, url

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def first_line(process: "subprocess.Popen[str]") -> str:
    """Return the first line of its output, or fail when none comes in time."""
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda out: lines.put(out.readline()), args=[process.stdout]).start()
    return lines.get(timeout=START_S)


def wait_for(port: int) -> None:
    waited = threading.Event()
    for _ in range(START_S * 20):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            waited.wait(0.05)
        else:
            return
    pytest.fail("the server does not answer")


def post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=START_S) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def body_of(keys: list[DiagnosisKey], key: ec.EllipticCurvePrivateKey, now: int) -> dict[str, Any]:
    secret = b"s" * 32
    certificate = issue_certificate(
        CertificateClaims("confirmed", None, tekmac(keys, secret)),
        key=key,
        kid="k",
        iss="vn.bluezone.portal",
        aud="vn.bluezone.keyserver",
        now=now,
        ttl_s=900,
    )
    rows = [
        {
            "key": base64.b64encode(one.key).decode(),
            "rollingStartNumber": one.start,
            "rollingPeriod": one.period,
        }
        for one in keys
    ]
    return {
        "temporaryExposureKeys": rows,
        "healthAuthorityID": "vn.bluezone",
        "verificationPayload": certificate,
        "hmacKey": base64.b64encode(secret).decode(),
    }


def test_a_publish_that_was_answered_survives_a_kill(
    start: Start, key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    process, url = start()
    now = int(time.time())
    rng = Random(4)
    yesterday = now // 86400 * 144 - 144
    answered: set[bytes] = set()
    for _ in range(5):
        keys = [DiagnosisKey(rng.randbytes(16), yesterday - 144 * day) for day in range(7)]
        assert post(f"{url}/v1/publish", body_of(keys, key, now))["insertedExposures"] == 7
        answered |= {one.key for one in keys}
    process.send_signal(signal.SIGKILL)  # in the moment of the last answer
    process.wait(START_S)

    store = open_store(f"sqlite:///{tmp_path / 'keyserver' / 'keyserver.sqlite3'}")
    with store.reads.begin() as db:
        packed = db.execute(text("SELECT packed_keys FROM published_keys")).scalars().all()
    store.close()
    found = {
        unpack_tek(record).key for row in packed for record in split_records(Scheme.EN, bytes(row))
    }
    assert found == answered

    _, url = start()
    again = post(f"{url}/v1/publish", body_of(keys, key, now))
    assert again["insertedExposures"] == 7


def test_sigterm_stops_it_with_exit_status_zero_and_nothing_was_logged(
    start: Start, key: ec.EllipticCurvePrivateKey
) -> None:
    process, url = start()
    with urllib.request.urlopen(f"{url}/health", timeout=START_S) as answer:  # noqa: S310
        assert json.load(answer) == {"status": "ok"}
    with pytest.raises(urllib.error.HTTPError):
        post(f"{url}/v1/publish", {"secret": "value"})
    process.terminate()
    out, err = process.communicate(timeout=START_S)
    assert process.returncode == 0
    assert (out, err) == ("", "stopped\n")


def test_a_taken_port_is_a_clear_error() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        with pytest.raises(ServerError, match=f"port {port}.*choose another port"):
            check_port("the key server", "127.0.0.1", port)
    check_port("the key server", "127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 8080), ("127.0.0.1", 70_000)])
def test_an_address_that_is_not_ours_is_a_clear_error(host: str, port: int) -> None:
    with pytest.raises(ServerError):
        check_port("the key server", host, port)
