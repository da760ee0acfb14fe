"""The zip around an export: exactly `export.bin` and `export.sig`, nothing else.

Source: `spec/server-rules.md` 1.6; the zip format is PKWARE's APPNOTE 6.3. The surprising
decision: the end record is read before the standard library sees the file. It must be the
last 22 bytes and count few members, so neither bytes before or after the archive nor a
directory of a million entries is ever looked at. Unsigned extra members are refused.
"""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final, NoReturn

from bluezone.protocol.errors import InvalidExportError
from bluezone.protocol.export.limits import (
    MAX_ARCHIVE_BYTES,
    MAX_PAYLOAD_BYTES,
    MAX_RATIO,
    MAX_SIGNATURE_LIST_BYTES,
    RATIO_FREE_BYTES,
    Check,
)

PAYLOAD_MEMBER: Final = "export.bin"
SIGNATURE_MEMBER: Final = "export.sig"
ZIP_MAGIC: Final = b"PK\x03\x04"

_LIMITS: Final = {
    PAYLOAD_MEMBER: MAX_PAYLOAD_BYTES,
    SIGNATURE_MEMBER: MAX_SIGNATURE_LIST_BYTES,
}
_END: Final = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR_BYTES: Final = 20
_MAX_COUNTED: Final = 16
_MAX_DIRECTORY_BYTES: Final = 4096
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_UNIX: Final = 3
_OWNER_READS_AND_WRITES: Final = 0o600 << 16
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)

# Everything that `zipfile` is known to raise on hostile bytes; ValueError covers bad UTF-8.
_ZIP_FAULTS: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Archive:
    """The two members, unpacked."""

    payload: bytes
    signature_list: bytes


def read_archive(data: bytes) -> Archive:
    """Return the members of an export archive.

    Raises:
        InvalidExportError: `check` is `zip`; `reason` is one of `too_large`,
            `not_a_zip`, `too_many_members`, `corrupt_zip`, `duplicate_member`,
            `unexpected_member`, `missing_member`, `compression`, `encrypted`, `zip_bomb`.
    """
    _check_end_record(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            members = _named(opened.infolist())
            unpacked = {name: _unpack(opened, info) for name, info in members.items()}
    except _ZIP_FAULTS as fault:
        message = f"the archive is damaged ({type(fault).__name__})"
        raise InvalidExportError(message, check=Check.ZIP, reason="corrupt_zip") from fault
    return Archive(unpacked[PAYLOAD_MEMBER], unpacked[SIGNATURE_MEMBER])


def write_archive(archive: Archive) -> bytes:
    """Return the zip of two members, with fixed order, times, rights and system."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for name, content in (
            (PAYLOAD_MEMBER, archive.payload),
            (SIGNATURE_MEMBER, archive.signature_list),
        ):
            info = zipfile.ZipInfo(name, date_time=_EPOCH)
            info.create_system = _UNIX
            info.external_attr = _OWNER_READS_AND_WRITES
            opened.writestr(info, content, zipfile.ZIP_DEFLATED, compresslevel=9)
    return packed.getvalue()


def _check_end_record(data: bytes) -> None:
    if len(data) > MAX_ARCHIVE_BYTES:
        _refuse(f"the archive has {len(data)} bytes, more than {MAX_ARCHIVE_BYTES}", "too_large")
    if len(data) < _END.size or not data.startswith(ZIP_MAGIC):
        _refuse("this is not a zip archive", "not_a_zip")
    magic, _, _, _, count, size, offset, comment = _END.unpack(data[-_END.size :])
    if magic != b"PK\x05\x06" or comment or offset + size + _END.size != len(data):
        _refuse("the archive is cut off, or other bytes surround it", "corrupt_zip")
    if data[-_END.size - _ZIP64_LOCATOR_BYTES :].startswith(b"PK\x06\x07"):
        _refuse("an export is too small to need the 64-bit zip format", "corrupt_zip")
    if count > _MAX_COUNTED or size > _MAX_DIRECTORY_BYTES:
        _refuse(f"the archive has {count} members, an export has 2", "too_many_members")


def _named(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.orig_filename
        if name in members:
            _refuse(f"the archive has two members named {name}", "duplicate_member")
        if name not in _LIMITS:
            _refuse("the archive has a member that no export has", "unexpected_member")
        members[name] = info
    for name in _LIMITS:
        if name not in members:
            _refuse(f"the archive has no {name}", "missing_member")
    return members


def _unpack(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Unpack a member after its declared sizes; the library never reads beyond them."""
    name, limit = info.orig_filename, _LIMITS[info.orig_filename]
    if info.flag_bits & _ENCRYPTED:
        _refuse(f"{name} is encrypted", "encrypted")
    if info.compress_type not in _METHODS:
        _refuse(f"{name} is packed in a way other than deflate", "compression")
    if info.file_size > limit:
        _refuse(f"{name} would unpack to more than {limit} bytes", "zip_bomb")
    if info.file_size > max(RATIO_FREE_BYTES, MAX_RATIO * info.compress_size):
        _refuse(f"{name} would unpack to more than {MAX_RATIO} times its size", "zip_bomb")
    with opened.open(info) as member:
        content = member.read(info.file_size)
        member.read(1)  # the end is where the library compares the checksum
    if len(content) != info.file_size:
        _refuse(f"{name} is shorter than the archive says", "corrupt_zip")
    return content


def _refuse(message: str, reason: str) -> NoReturn:
    raise InvalidExportError(message, check=Check.ZIP, reason=reason)
