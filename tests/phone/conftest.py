"""A made-up world for the phone: an export root that signs, and keys to put into it."""

import hashlib
from collections.abc import Callable, Mapping

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

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
