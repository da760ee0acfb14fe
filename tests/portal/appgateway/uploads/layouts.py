"""Upload bodies byte for byte as the published apps write them, with synthetic values.

Source: spec/bluezone-wire.md 3.2 (exact multipart bytes).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ROW = b"ED7380311B3D6CD4DCD0C0E6\t4AA44D209313D206E475E3FF\t-71\t1596880811032\n"
ANDROID = "RNFetchBlob-x7k2p9qf0aadm3"
IOS = "RNFetchBlob1840231312"
OKHTTP = "3b1a9f5e-6f0c-4f6e-9f1d-8c2f4a7d9e10"
OLD = "*****"


@dataclass(frozen=True)
class Layout:
    """What one client sends: its boundary, its header, whether a file comes along."""

    name: str
    boundary: str
    content_type: str
    with_file: bool

    @property
    def headers(self) -> dict[str, str]:
        return {"content-type": self.content_type}

    def body(self, values: Mapping[str, str], history: bytes = ROW * 5) -> bytes:
        return _WRITERS[self.name](self.boundary.encode(), values, history)


LAYOUTS = (
    Layout("android", ANDROID, f"multipart/form-data; boundary={ANDROID}", with_file=True),
    Layout("ios", IOS, f"multipart/form-data; boundary={IOS}", with_file=True),
    Layout("nofile", OKHTTP, f"multipart/form-data; boundary={OKHTTP}", with_file=False),
    Layout("v2.0.4", OLD, "multipart/form-data;boundary=*****", with_file=True),
)


def _part(boundary: bytes, name: str, value: bytes, *more: bytes) -> bytes:
    head = b'--%b\r\nContent-Disposition: form-data; name="%b"' % (boundary, name.encode())
    return head + b"".join(more) + b"\r\n\r\n" + value + b"\r\n"


def _fetch_blob(boundary: bytes, values: Mapping[str, str], history: bytes) -> bytes:
    file = (b'; filename="data_trace.txt"', b"\r\nContent-Type: text/xml")
    plain = b"\r\nContent-Type: text/plain"
    parts = [_part(boundary, "history", history, *file)]
    parts += [_part(boundary, name, text.encode(), plain) for name, text in values.items()]
    return b"".join(parts) + b"--%b--\r\n" % boundary


def _okhttp(boundary: bytes, values: Mapping[str, str], _history: bytes) -> bytes:
    def part(name: str, value: bytes) -> bytes:
        head = b'--%b\r\ncontent-disposition: form-data; name="%b"' % (boundary, name.encode())
        return head + b"\r\nContent-Length: %d\r\n\r\n" % len(value) + value + b"\r\n"

    parts = [part(name, text.encode()) for name, text in values.items()]
    return b"".join(parts) + b"--%b--\r\n" % boundary


def _old(boundary: bytes, values: Mapping[str, str], history: bytes) -> bytes:
    texts = {name: text for name, text in values.items() if name != "PhoneNumber"}
    parts = [_part(boundary, name, text.encode()) for name, text in _old_order(texts)]
    length = b"\r\nContent-Type: text/xml\r\nContent-length: %d" % len(history)
    file = _part(boundary, "history", history + b"\r\n", b'; filename="data_trace.txt"', length)
    return b"".join(parts) + file + b"--%b--\r\n" % boundary


def _old_order(texts: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    order = ["InfoF", "FindGUID", "OTP", "TokenFirebase"]
    return [(name, texts[name]) for name in order if name in texts]


_WRITERS = {"android": _fetch_blob, "ios": _fetch_blob, "nofile": _okhttp, "v2.0.4": _old}
