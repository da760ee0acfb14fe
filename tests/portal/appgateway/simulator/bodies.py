"""The exact bytes of uploads, by library and platform.

Source: spec/bluezone-wire.md 3.2 (executed and captured layouts; bluezone-api-examples.json).
React Native's own form on iOS is library behaviour: 70 characters of boundary, in quotes.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

Fields = Sequence[tuple[str, str]]
BOUNDARY_CHARACTERS = string.ascii_letters + string.digits + "-_"


@dataclass(frozen=True)
class Upload:
    headers: Mapping[str, str]
    body: bytes


def blob_upload(
    platform: str, file_name: str, content: bytes, fields: Fields, rng: Random
) -> Upload:
    """Return an upload by rn-fetch-blob: the file first, then the fields."""
    boundary = _blob_boundary(platform, rng)
    file = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="history"; filename="{file_name}"'
        "\r\nContent-Type: text/xml\r\n\r\n"
    ).encode()
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n'
        f"Content-Type: text/plain\r\n\r\n{value}\r\n"
        for name, value in fields
    ).encode()
    body = file + content + b"\r\n" + parts + f"--{boundary}--\r\n".encode()
    headers = {
        "accept": "application/json",
        "content-type": f"multipart/form-data; boundary={boundary}",
        "content-length": str(len(body)),
    }
    if platform == "ios":
        headers["expect"] = "100-continue"
    return Upload(headers, body)


def _blob_boundary(platform: str, rng: Random) -> str:
    if platform == "ios":
        return f"RNFetchBlob{rng.randrange(2**31)}"
    letters = string.ascii_lowercase + string.digits
    return "RNFetchBlob-" + "".join(rng.choice(letters) for _ in range(14))


def form_upload(platform: str, fields: Fields, rng: Random) -> Upload:
    """Return React Native's own form, without a file."""
    if platform == "ios":
        boundary = "".join(rng.choice(BOUNDARY_CHARACTERS) for _ in range(70))
        told = f'multipart/form-data; boundary="{boundary}"'
        length = ""
    else:
        boundary = str(UUID(int=rng.getrandbits(128), version=4))
        told = f"multipart/form-data; boundary={boundary}"
        length = "\r\nContent-Length: {}"
    body = b"".join(
        f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"'.encode()
        + length.format(len(value.encode())).encode()
        + f"\r\n\r\n{value}\r\n".encode()
        for name, value in fields
    )
    body += f"--{boundary}--\r\n".encode()
    accept = "application/json, text/plain, */*"
    return Upload({"Accept": accept, "Content-Type": told, "Content-Length": str(len(body))}, body)


def native_upload(fields: Fields, history: bytes) -> Upload:
    """Return the upload of 2.0.4: five asterisks, the fields first, an extra line end."""
    parts = "".join(
        f'--*****\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    )
    parts += (
        '--*****\r\nContent-Disposition: form-data; name="history"; filename="data_trace.txt"\r\n'
        f"Content-Type: text/xml\r\nContent-length: {len(history)}\r\n\r\n"
    )
    headers = {
        "Content-Type": "multipart/form-data;boundary=*****",
        "Accept": "application/json",
        "User-Agent": "Dalvik/2.1.0 (Linux; U; Android 10; Pixel 3a Build/QQ3A.200705.002)",
        "Connection": "Keep-Alive",
        "Accept-Encoding": "gzip",
    }
    return Upload(headers, parts.encode() + history + b"\r\n\r\n--*****--\r\n")
