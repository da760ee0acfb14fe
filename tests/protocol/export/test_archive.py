import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from bluezone.protocol.errors import InvalidExportError
from bluezone.protocol.export import read_export
from bluezone.protocol.export.archive import Archive, read_archive, write_archive
from bluezone.protocol.export.limits import MAX_ARCHIVE_BYTES, MAX_PAYLOAD_BYTES

MakeZip = Callable[..., bytes]
BIN, SIG = ("export.bin", b"EK Export v1    "), ("export.sig", b"")


def reason_of(data: bytes) -> str:
    with pytest.raises(InvalidExportError) as caught:
        read_export(data)
    assert caught.value.check == "zip"
    assert caught.value.code == "invalid_export"
    return caught.value.reason


def test_members_survive_the_archive() -> None:
    archive = Archive(b"payload" * 100, b"signatures")
    assert read_archive(write_archive(archive)) == archive


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_stored_and_deflated_members_are_read_in_any_order(make_zip: MakeZip, method: int) -> None:
    assert read_archive(make_zip([SIG, BIN], method)).payload == BIN[1]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([BIN, BIN, SIG], "duplicate_member"),
        ([BIN, SIG, SIG], "duplicate_member"),
        ([BIN], "missing_member"),
        ([SIG], "missing_member"),
        ([BIN, SIG, ("readme.txt", b"hello")], "unexpected_member"),
        ([BIN, SIG, ("folder/", b"")], "unexpected_member"),
        ([BIN, ("../export.sig", b"")], "unexpected_member"),
        ([BIN, ("EXPORT.SIG", b"")], "unexpected_member"),
        ([BIN, SIG, *[(f"{n}", b"") for n in range(20)]], "too_many_members"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_anything_but_the_two_members_is_refused(
    make_zip: MakeZip, members: list[tuple[str, bytes]], reason: str
) -> None:
    assert reason_of(make_zip(members)) == reason


def test_an_empty_archive_is_refused(make_zip: MakeZip) -> None:
    assert reason_of(make_zip([])) == "not_a_zip"


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"EK Export v1    ", b"\x1f\x8b" + bytes(40), b"<html>" + bytes(40)]
)
def test_other_bytes_are_not_a_zip(data: bytes) -> None:
    assert reason_of(data) == "not_a_zip"


def test_a_member_that_unpacks_to_a_thousand_times_its_size_is_refused(make_zip: MakeZip) -> None:
    bomb = make_zip([("export.bin", BIN[1] + bytes(8 * 2**20)), SIG])
    assert len(bomb) < 20_000
    assert reason_of(bomb) == "zip_bomb"


def test_a_member_beyond_the_unpacked_limit_is_refused_unread(make_zip: MakeZip) -> None:
    small = make_zip([BIN, SIG], zipfile.ZIP_STORED)
    at = small.rindex(b"PK\x01\x02", 0, small.rindex(b"PK\x01\x02"))
    sizes = struct.pack("<L", MAX_PAYLOAD_BYTES + 1)
    assert reason_of(small[: at + 24] + sizes + small[at + 28 :]) == "zip_bomb"


def test_a_large_signature_list_is_refused(make_zip: MakeZip) -> None:
    noise = b"".join(n.to_bytes(4, "big") for n in range(20_000))
    assert reason_of(make_zip([BIN, ("export.sig", noise)])) == "zip_bomb"


def test_an_archive_beyond_the_packed_limit_is_refused() -> None:
    assert reason_of(b"PK\x03\x04" + bytes(MAX_ARCHIVE_BYTES)) == "too_large"


def test_a_small_member_may_shrink_as_it_likes(make_zip: MakeZip) -> None:
    assert len(read_archive(make_zip([("export.bin", bytes(100_000)), SIG])).payload) == 100_000


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(make_zip: MakeZip, method: int) -> None:
    assert reason_of(make_zip([BIN, SIG], method)) == "compression"


def test_an_encrypted_member_is_refused(make_zip: MakeZip) -> None:
    data = bytearray(make_zip([BIN, SIG]))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert reason_of(bytes(data)) == "encrypted"


def test_a_wrong_checksum_is_refused(make_zip: MakeZip) -> None:
    data = make_zip([BIN, SIG], zipfile.ZIP_STORED)
    assert reason_of(data.replace(b"EK Export v1", b"EK Export v2")) == "corrupt_zip"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[: len(data) // 2],
        lambda data: b"PK\x03\x04" + data,
        lambda data: data[:-2] + b"\x01\x00!",
    ],
    ids=["cut by a byte", "a byte after it", "half of it", "bytes before it", "a comment"],
)
def test_a_cut_or_surrounded_archive_is_refused(
    en_file: bytes, spoil: Callable[[bytes], bytes]
) -> None:
    assert reason_of(spoil(en_file)) == "corrupt_zip"


def test_a_64_bit_directory_is_refused(make_zip: MakeZip) -> None:
    data = make_zip([BIN, SIG])
    end = struct.unpack("<4s4H2LH", data[-22:])
    locator = b"PK\x06\x07" + bytes(16)
    patched = struct.pack("<4s4H2LH", *end[:5], end[5] + len(locator), *end[6:])
    assert reason_of(data[:-22] + locator + patched) == "corrupt_zip"


def test_a_name_that_hides_another_behind_a_zero_byte_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        opened.writestr(*BIN)
        opened.writestr("export.sigX", b"")
    data = packed.getvalue().replace(b"export.sigX", b"export.sig\0")
    assert reason_of(data) == "unexpected_member"
