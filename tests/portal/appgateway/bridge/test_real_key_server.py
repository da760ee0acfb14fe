"""The bridge against a key server that really runs, over loopback, by the clock of the wall."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
from tests.portal.appgateway.bridge.scene import some_upload

from bluezone.portal import keyring
from bluezone.portal.appgateway.bridge import worker
from bluezone.portal.appgateway.bridge.models import Publication
from bluezone.portal.appgateway.bridge.withdrawing import withdraw
from bluezone.protocol.certificate import write_jwks

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(tmp_path: Path, keys_folder: Path, settings: Any) -> Iterator[str]:
    """The address of a key server that knows this portal's public key."""
    signer = keyring.certificate_signing_key()
    jwks = tmp_path / "jwks.json"
    jwks.write_text(write_jwks({signer.kid: signer.key.public_key()}), encoding="ascii")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(tmp_path),
        "BLUEZONE_KEYSERVER_AUTHORITY_KEYS": str(jwks),
    }
    command = [sys.executable, "-m", "bluezone.cli.main", "serve", "--role", "keyserver"]
    process = subprocess.Popen(
        [*command, "--keyserver-port", str(port)], env=environment, stdout=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        transport = httpx2.HTTPTransport(retries=8)  # waits for the port, longer each time
        with httpx2.Client(transport=transport, trust_env=False, timeout=30) as client:
            client.get(f"{url}/health").raise_for_status()
        settings.BLUEZONE_GATEWAY_KEY_SERVER_URL = url
        key = tmp_path / "keyserver" / "export-public-key.pem"
        settings.BLUEZONE_GATEWAY_EXPORT_KEYS = [str(key)]
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_an_upload_is_published_and_taken_back_over_loopback(running: str, hands: Any) -> None:
    hands.now = int(time.time())
    upload = some_upload(hands.now, last_ago=1)
    worker.run_due(now=hands.now, rng=Random(hands.now))
    row = Publication.objects.get()
    assert (row.fault, row.until) == ("", upload.last_midnight + 86_400)
    assert bytes(row.sealed_token) != b""

    number = upload.pk
    upload.delete()
    withdraw(number, hands.now)
    worker.run_due(now=hands.now, rng=Random(hands.now + 1))

    assert not Publication.objects.exists()
