"""A made-up world for the phone: an export root that signs, a portal, a key server."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bluezone.phone.key_store import KeyStore
from bluezone.phone.share import Share, ShareJournal, ShareSettings
from bluezone.protocol.certificate.tekmac import daykeymac, tekmac
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.export import ExportContent, ExportSigner, write_export
from bluezone.protocol.scheme import Scheme

MIDNIGHT = 1_596_844_800  # 2020-08-08 00:00:00 UTC
DAY_S = 86_400


class ExportRoot:
    """An export root behind a `MockTransport`: files, indexes, ETags, requests seen."""

    def __init__(self) -> None:
        self.private_key = ec.derive_private_key(20200808, ec.SECP256R1())
        self.files: dict[str, bytes] = {}
        self.indexes: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self.answer: Callable[[str], httpx2.Response | None] = lambda _path: None

    def add(
        self,
        path: str,
        *,
        keys: tuple[DiagnosisKey, ...] = (),
        day_keys: tuple[DayKeyEntry, ...] = (),
        signed_by: ec.EllipticCurvePrivateKey | None = None,
    ) -> None:
        scheme = Scheme.EN if path.startswith("en") else Scheme.BLUEZONE
        start, end = (int(part) for part in path.rsplit("/", 1)[1].split("-")[:2])
        content = ExportContent(
            scheme=scheme, start_s=start, end_s=end, region="VN", keys=keys, day_keys=day_keys
        )
        signer = ExportSigner(signed_by or self.private_key, "452", "v1")
        self.files[path] = write_export(content, [signer])
        self.list(path)

    def list(self, path: str) -> None:
        index = path.rsplit("/", 1)[0] + "/index.txt"
        self.indexes.setdefault(index, []).append(path)

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix("/export/")
        self.asked.append(path)
        special = self.answer(path)
        if special is not None:
            return special
        if path in self.files:
            return httpx2.Response(200, content=self.files[path])
        if path in self.indexes:
            return _with_etag("".join(f"{line}\n" for line in self.indexes[path]), request.headers)
        return httpx2.Response(404)

    def client(self) -> httpx2.Client:
        return httpx2.Client(transport=httpx2.MockTransport(self.handle))


def _with_etag(text: str, headers: Mapping[str, str]) -> httpx2.Response:
    etag = '"' + hashlib.sha256(text.encode()).hexdigest()[:16] + '"'
    if headers.get("If-None-Match") == etag:
        return httpx2.Response(304, headers={"ETag": etag})
    return httpx2.Response(200, content=text.encode(), headers={"ETag": etag})


@pytest.fixture
def root() -> ExportRoot:
    made = ExportRoot()
    for index in ("en/daily", "en/hourly", "bluezone/daily", "bluezone/hourly"):
        made.indexes[f"{index}/index.txt"] = []
    return made


NOON = 1_596_888_000
CODE = "12345678"


class Servers:
    """Both servers; `fail` maps a path to what it answers instead, `lose` loses answers."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, dict]] = []
        self.fail: dict[str, httpx2.Response] = {}
        self.lose: set[str] = set()
        self.used_tokens: set[str] = set()
        self.hmacs: dict[str, tuple[str, str | None]] = {}
        self.en: list[DiagnosisKey] = []
        self.day_keys: list[DayKeyEntry] = []
        self.symptom_date = "2020-08-06"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.bodies]

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        assert request.method == "POST"
        body = json.loads(request.content)
        self.bodies.append((path, body))
        assert 1024 <= len(base64.b64decode(body.pop("padding"))) < 2048
        if path in self.fail:
            return self.fail[path]
        if (request.headers.get("X-API-Key") == "device-key") != path.startswith("/api/"):
            return httpx2.Response(401, json={})
        answer = getattr(self, "do" + path.replace("/", "_"))(body)
        if path in self.lose:
            raise httpx2.ReadTimeout("lost")
        return answer

    def do_api_verify(self, body: dict) -> httpx2.Response:
        if body["code"] != CODE:
            return _error(400, "code_invalid")
        answer = {"testtype": "confirmed", "symptomDate": self.symptom_date, "token": "tok"}
        return httpx2.Response(200, json={**answer, "testDate": "", "padding": "AA=="})

    def do_api_certificate(self, body: dict) -> httpx2.Response:
        if body["token"] in self.used_tokens:
            return _error(400, "token_invalid")
        self.used_tokens.add(body["token"])
        self.hmacs["certificate"] = (body["ekeyhmac"], body.get("daykeyhmac"))
        return httpx2.Response(200, json={"certificate": "certificate"})

    def do_v1_publish(self, body: dict) -> httpx2.Response:
        keys = [
            DiagnosisKey(base64.b64decode(k["key"]), k["rollingStartNumber"], k["rollingPeriod"])
            for k in body["temporaryExposureKeys"]
        ]
        secret = base64.b64decode(body["hmacKey"])
        mac = base64.b64encode(tekmac(keys, secret)).decode()
        if self.hmacs[body["verificationPayload"]][0] != mac:
            return _error(401, "health_authority_verification_certificate_invalid")
        new = [key for key in keys if key not in self.en]
        self.en += new
        return httpx2.Response(200, json={"insertedExposures": len(new), "revisionToken": "r"})

    def do_bluezone_v1_publish(self, body: dict) -> httpx2.Response:
        keys = [
            DayKeyEntry(base64.b64decode(k["key"]), k["timeStart"], k["slots"])
            for k in body["dayKeys"]
        ]
        secret = base64.b64decode(body["hmacKey"])
        mac = base64.b64encode(daykeymac(keys, secret)).decode()
        if self.hmacs[body["verificationPayload"]][1] != mac:
            return _error(401, "health_authority_verification_certificate_invalid")
        self.day_keys += [key for key in keys if key not in self.day_keys]
        return httpx2.Response(200, json={"insertedExposures": len(keys)})


def _error(status: int, code: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": "a server's own words", "errorCode": code})


def counting_bytes():
    numbers = count(1)
    return lambda size: hashlib.shake_256(next(numbers).to_bytes(4, "big")).digest(size)


@pytest.fixture
def servers():
    return Servers()


@pytest.fixture
def key_store(tmp_path):
    with KeyStore.open(tmp_path / "keys.sqlite3", rng=counting_bytes()) as store:
        for day in range(3):
            store.advertised(NOON - day * DAY_S, tx_power_dbm=-20, confidence=1)
        yield store


def make_share(tmp_path: Path, servers: Servers, key_store: KeyStore) -> Share:
    return Share(
        settings=ShareSettings("http://127.0.0.1:8000", "device-key", "http://127.0.0.1:8080"),
        client=httpx2.Client(transport=httpx2.MockTransport(servers.handle)),
        key_store=key_store,
        journal=ShareJournal.open(tmp_path / "share.sqlite3"),
        receipts=tmp_path / "receipts",
        rng=counting_bytes(),
    )


@pytest.fixture
def share(tmp_path, servers, key_store):
    made = make_share(tmp_path, servers, key_store)
    yield made
    made.journal.close()
