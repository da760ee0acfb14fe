"""A real key server in this process, whose clock is the test's; phones that publish to it."""

import base64
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from bluezone.keyserver.app import create_app
from bluezone.keyserver.export.loop import run_once
from bluezone.keyserver.export.objects import open_objects
from bluezone.keyserver.export.series import all_series
from bluezone.keyserver.export.worker import ExportWorker
from bluezone.keyserver.prepare import prepare
from bluezone.keyserver.settings import Authority, ExportSettings, KeyServerSettings
from bluezone.keyserver.signing_key import open_signer
from bluezone.keyserver.store.db import open_store
from bluezone.portal import keyring
from bluezone.portal.appgateway.bridge import key_server
from bluezone.protocol.certificate import (
    CertificateClaims,
    daykeymac,
    issue_certificate,
    tekmac,
    write_jwks,
)
from bluezone.protocol.diagnosis_key import DayKeyEntry
from bluezone.protocol.export import read_export

HOUR, DAY = 3600, 86_400


@dataclass
class PortalKeys:
    """Shows the portal's public key as `/.well-known/jwks.json` would."""

    async def load(self, _: str) -> bytes:
        signer = keyring.certificate_signing_key()
        return write_jwks({signer.kid: signer.key.public_key()}).encode()


class _Body(httpx2.SyncByteStream):
    """An answer's bytes as they were sent."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content


@dataclass
class KeyServerScene:
    """The key server, its export worker, and what the bridge's requests meet on their way."""

    settings: KeyServerSettings
    client: TestClient
    hands: Any
    rng: Random = field(default_factory=lambda: Random(31))
    asked: list[tuple[str, str]] = field(default_factory=list)
    broken: str = ""
    """"refused": no request gets there; "lost": each does, and no answer comes back; or a
    path, whose requests are refused."""

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.raw_path.decode()
        self.asked.append((request.method, path))
        if self.broken in {"refused", path}:
            raise httpx2.ConnectError("refused")
        headers = dict(request.headers)
        answer = self.client.request(request.method, path, content=request.read(), headers=headers)
        if self.broken == "lost":
            raise httpx2.ReadError("lost")
        plain = {k: v for k, v in answer.headers.items() if k != "content-length"}
        return httpx2.Response(answer.status_code, headers=plain, stream=_Body(answer.content))

    def posts(self, path: str) -> int:
        return self.asked.count(("POST", path))

    def new_phone_publishes(
        self, days: int = 3, *, report_type: str = "confirmed", until: int | None = None
    ) -> list[DayKeyEntry]:
        """Publish fresh day keys of the last `days` days that are over; return them."""
        today = self.hands.now - self.hands.now % DAY if until is None else until
        keys = [DayKeyEntry(self.rng.randbytes(32), today - DAY * n) for n in range(1, days + 1)]
        secret = b"s" * 32
        claims = CertificateClaims(report_type, None, tekmac([], secret), daykeymac(keys, secret))
        signer = keyring.certificate_signing_key()
        token = issue_certificate(
            claims,
            key=signer.key,
            kid=signer.kid,
            iss="vn.bluezone.portal",
            aud="vn.bluezone.keyserver",
            now=self.hands.now,
            ttl_s=900,
        )
        rows = [
            {"key": base64.b64encode(key.key).decode(), "timeStart": key.time_start, "slots": 96}
            for key in keys
        ]
        body = {
            "dayKeys": rows,
            "healthAuthorityID": "vn.bluezone",
            "verificationPayload": token,
            "hmacKey": base64.b64encode(secret).decode(),
        }
        answer = self.client.post("/bluezone/v1/publish", json=body)
        assert answer.json()["insertedExposures"] == days, answer.text
        return keys

    def export(self) -> None:
        """Write every file that is due."""
        store = open_store(self.settings.resolved_database_url)
        worker = ExportWorker(
            settings=self.settings.export,
            series=all_series(self.settings.authorities, self.settings.export),
            store=store,
            objects=open_objects(self.settings),
            signer=open_signer(self.settings),
            entropy=self.rng.randbytes,
        )
        run_once(worker, now=self.hands.now)
        store.close()

    def exported(self) -> dict[bytes, DayKeyEntry]:
        """Return every day key that a phone finds, by key."""
        found: dict[bytes, DayKeyEntry] = {}
        for path in self.client.get("/export/bluezone/hourly/index.txt").text.split():
            export = read_export(self.client.get(f"/export/{path}").content)
            found |= {key.key: key for key in export.day_keys}
        return found


@pytest.fixture(scope="session")
def fresh_key_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a key server that nobody has used yet."""
    home = tmp_path_factory.mktemp("fresh") / "keyserver"
    prepare(KeyServerSettings(home=home), entropy=Random(2).randbytes)
    return home


@pytest.fixture
def key_server_scene(
    tmp_path: Path,
    hands: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    keys_folder: Path,
    fresh_key_server: Path,
) -> Iterator[KeyServerScene]:
    """A key server that trusts this portal; files without made-up keys, an hour old."""
    shutil.copytree(fresh_key_server, tmp_path / "keyserver")
    server = KeyServerSettings(
        home=tmp_path / "keyserver",
        authorities=(Authority(),),
        export=ExportSettings(min_day_keys=0, min_day_keys_spread=0, settle_s=0),
    )
    app = create_app(
        server,
        clock=lambda: hands.now,
        entropy=Random(3).randbytes,
        load_keys=PortalKeys().load,
    )
    settings.BLUEZONE_GATEWAY_EXPORT_KEYS = [str(server.public_key_path)]
    with TestClient(app) as client:
        scene = KeyServerScene(server, client, hands)
        real = httpx2.Client

        def open_client(**options: Any) -> httpx2.Client:
            return real(transport=httpx2.MockTransport(scene.handle), **options)

        monkeypatch.setattr(key_server.httpx2, "Client", open_client)
        yield scene
