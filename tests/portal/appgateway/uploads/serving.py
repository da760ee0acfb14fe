"""A real server process for uploads, a client that speaks bytes, and a search for canaries."""

import base64
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.portal.appgateway.uploads.layouts import Layout

SERVER = Path(__file__).parent / "canary_server.py"
WITH_DUMPS = ["/bin/sh", "-c", 'ulimit -c unlimited 2>/dev/null; exec "$@"', "sh"]
"""Starts a command with core dumps allowed, as far as this machine allows them."""


@dataclass(frozen=True)
class Served:
    """A running portal that may only write below `folder`."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    find_guid: str
    code: str

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def head(self, path: str, layout: Layout, length: int, *more: str) -> bytes:
        """Return a request's head as rn-fetch-blob writes it."""
        lines = [
            f"POST {path} HTTP/1.1",
            f"host: 127.0.0.1:{self.port}",
            "accept: application/json",
            f"content-type: {layout.content_type}",
            f"content-length: {length}",
            *more,
        ]
        return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()

    def send(self, path: str, layout: Layout, body: bytes) -> dict[str, Any]:
        """Send an upload at once; return the envelope."""
        with closing(self.connect()) as phone:
            phone.sendall(self.head(path, layout, len(body)) + body)
            return answer_of(phone)


def answer_of(phone: socket.socket) -> dict[str, Any]:
    """Read one answer; return its envelope."""
    with phone.makefile("rb") as stream:
        assert stream.readline() == b"HTTP/1.1 200 OK\r\n"
        lines = iter(stream.readline, b"\r\n")
        fields = dict(line.decode().lower().rstrip().split(": ", 1) for line in lines)
        body: dict[str, Any] = json.loads(stream.read(int(fields["content-length"])))
    return body


@contextmanager
def serving(folder: Path, token: str) -> Iterator[Served]:
    """Run the portal with everything that it could write below `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name in ("home", "tmp", "cwd"):
        (folder / name).mkdir()
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(folder / "home"),
        "BLUEZONE_PORTAL_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
        "TMPDIR": str(folder / "tmp"),
        "PYTHONFAULTHANDLER": "1",
    }
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(
            [*WITH_DUMPS, sys.executable, str(SERVER), str(port), token],
            env=environment,
            cwd=folder / "cwd",
            stdout=out,
            stderr=err,
        )
    try:
        first = _ready(process, folder, port)
        yield Served(process, port, folder, find_guid=first["find_guid"], code=first["code"])
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=60)


def _ready(process: subprocess.Popen[bytes], folder: Path, port: int) -> dict[str, str]:
    """Wait for the port; return what the server printed first."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
            continue
        first: dict[str, str] = json.loads((folder / "stdout").read_text().splitlines()[0])
        return first
    raise AssertionError((folder / "stderr").read_text())


def forms_of(secret: bytes) -> set[bytes]:
    """Return every way in which the bytes of a secret are likely to be written down."""
    texts = {secret.hex(), secret.hex().upper()}
    forms = {secret, *(text.encode() for text in texts), *(t.encode("utf-16-le") for t in texts)}
    for inner in (secret, secret.hex().encode(), secret.hex().upper().encode()):
        for before in range(3):
            coded = base64.b64encode(bytes(before) + inner)
            middle = coded[4 if before else 0 : len(coded) // 4 * 4 - 4]
            forms |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return forms


def forms_of_text(text: str) -> set[bytes]:
    """Return the ways to write a number that people read."""
    return {text.encode(), text.encode("utf-16-le"), text.encode().hex().encode()}


def found_in(data: bytes, canaries: Mapping[str, Iterable[bytes]]) -> set[str]:
    """Return the names of the canaries that are somewhere in `data`."""
    return {name for name, forms in canaries.items() if any(form in data for form in forms)}


def found_below(folder: Path, canaries: Mapping[str, Iterable[bytes]]) -> dict[str, set[str]]:
    """Return which files below `folder` have which canaries, in their names or their bytes."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        found[name] = found_in(name.encode() + b"\n" + path.read_bytes(), canaries)
    return {name: names for name, names in found.items() if names}


def writable_memory(pid: int) -> Iterator[bytes]:
    """Yield the regions of a process of ours that it can write to.

    Raises:
        OSError: this platform does not show them.
    """
    maps = Path(f"/proc/{pid}/maps").read_text()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps.splitlines():
            addresses, permissions, *_ = line.split()
            start, end = (int(address, 16) for address in addresses.split("-"))
            if "w" in permissions:
                memory.seek(start)
                yield memory.read(end - start)
