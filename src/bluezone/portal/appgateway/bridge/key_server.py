"""The key server as a stranger sees it: files to get, two addresses to post to.

The surprising decisions are those of our phones: redirects and content encodings are refused,
sizes are bounded before a byte is read, and nothing is believed without its signature.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import httpx2
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from django.conf import settings

from bluezone.portal.appgateway.bridge.errors import (
    KeyServerAnswerError,
    KeyServerUnreachableError,
)
from bluezone.protocol.export import read_public_key

MAX_INDEX_BYTES: Final = 1 << 20
MAX_FILE_BYTES: Final = 32 << 20
MAX_ANSWER_BYTES: Final = 64_000
_TIMEOUT_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Download:
    """A resource, or that the version at hand is still the newest (`body` is None)."""

    body: bytes | None = field(repr=False)
    etag: str


@dataclass(frozen=True, slots=True)
class Posted:
    """An answer of the key server.

    Attributes:
        status: HTTP status.
        members: what it says.
    """

    status: int
    members: Mapping[str, object] = field(repr=False)

    def text(self, name: str) -> str:
        """Return a member that is text, "" if it is something else."""
        value = self.members.get(name)
        return value if isinstance(value, str) else ""


class KeyServer:
    """One key server; close it after use."""

    def __init__(self) -> None:
        """Read where it is from the settings."""
        self._url = str(settings.BLUEZONE_GATEWAY_KEY_SERVER_URL).rstrip("/")

    @cached_property
    def _client(self) -> httpx2.Client:
        """Made when it is first needed: most rounds of the worker have nothing to ask."""
        return httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            self._client.close()

    def download(self, path: str, *, limit_bytes: int, etag: str = "") -> Download:
        """Return a resource below `/export/`.

        Args:
            path: relative to the export root.
            limit_bytes: the stream is dropped as soon as it is longer.
            etag: version at hand, "" for none.

        Raises:
            KeyServerUnreachableError: no answer.
            KeyServerAnswerError: another status, too long, encoded.
        """
        headers = {"Accept-Encoding": "identity"} | ({"If-None-Match": etag} if etag else {})
        url = f"{self._url}/export/{path}"
        try:
            with self._client.stream("GET", url, headers=headers) as answer:
                if answer.status_code == httpx2.codes.NOT_MODIFIED and etag:
                    return Download(None, etag)
                if answer.status_code != httpx2.codes.OK:
                    raise KeyServerAnswerError(f"status {answer.status_code}")
                return Download(_read(answer, limit_bytes), answer.headers.get("ETag", "")[:256])
        except httpx2.HTTPError as error:
            raise KeyServerUnreachableError(type(error).__name__) from None

    def post(self, path: str, body: Mapping[str, object]) -> Posted:
        """Post JSON; return what the key server answers, whatever its status.

        Raises:
            KeyServerUnreachableError: no answer.
            KeyServerAnswerError: too long, or not a JSON object.
        """
        headers = {"Accept-Encoding": "identity", "Content-Type": "application/json"}
        content = json.dumps(body).encode()
        url = f"{self._url}{path}"
        try:
            with self._client.stream("POST", url, content=content, headers=headers) as answer:
                members = _object(_read(answer, MAX_ANSWER_BYTES))
                return Posted(answer.status_code, members)
        except httpx2.HTTPError as error:
            raise KeyServerUnreachableError(type(error).__name__) from None


def public_keys() -> tuple[EllipticCurvePublicKey, ...]:
    """Return the keys that must have signed the files; none while no file of one is there.

    Raises:
        ExportSignatureError: a file holds no P-256 public key.
    """
    paths = [Path(path) for path in settings.BLUEZONE_GATEWAY_EXPORT_KEYS]
    return tuple(read_public_key(path.read_bytes()) for path in paths if path.is_file())


def _read(answer: httpx2.Response, limit_bytes: int) -> bytes:
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise KeyServerAnswerError("encoded although that was not asked for")
    body = bytearray()
    for part in answer.iter_raw():
        body += part
        if len(body) > limit_bytes:
            raise KeyServerAnswerError(f"longer than {limit_bytes} bytes")
    return bytes(body)


def _object(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise KeyServerAnswerError("not JSON") from None
    if not isinstance(value, dict):
        raise KeyServerAnswerError("not a JSON object")
    return value
