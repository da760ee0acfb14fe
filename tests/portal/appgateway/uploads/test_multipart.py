"""The parser keeps what it was asked for, however a body is written or cut."""

import json
from collections.abc import Iterable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.portal.appgateway.uploads.layouts import ANDROID, LAYOUTS, OLD, ROW, Layout

from bluezone.portal.appgateway.errors import BadBodyError
from bluezone.portal.appgateway.uploads import errors
from bluezone.portal.appgateway.uploads.heads import boundary_of, part_name
from bluezone.portal.appgateway.uploads.held import HeldBytes
from bluezone.portal.appgateway.uploads.multipart import HEAD_BYTES, PARTS, MultipartParser

KEEP = {"TokenFirebase": 4096, "FindGUID": 36, "OTP": 16}
VALUES = {
    "TokenFirebase": "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE",
    "InfoF": '{"base_id":"66"}',
    "PhoneNumber": "0912345678",
    "FindGUID": "7f3c2a10-5d1e-4c6b-9a2f-0123456789ab",
}
KEPT = {name: VALUES[name] for name in ("TokenFirebase", "FindGUID")}


def parse(boundary: str, chunks: Iterable[bytes], keep: dict[str, int] = KEEP) -> dict[str, str]:
    parser = MultipartParser(boundary.encode(), keep=keep)
    for chunk in chunks:
        parser.feed(chunk)
    parts = parser.finish()
    return {name: parts.text(name) for name in parts.held}


def simple(*parts: tuple[bytes, bytes], boundary: bytes = b"b", end: bytes = b"--\r\n") -> bytes:
    body = b"".join(b"--%b\r\n%b\r\n\r\n%b\r\n" % (boundary, head, value) for head, value in parts)
    return body + b"--" + boundary + end


def named(name: bytes) -> bytes:
    return b'Content-Disposition: form-data; name="%b"' % name


OTP = named(b"OTP")


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_published_layout_gives_its_parts(layout: Layout) -> None:
    body = layout.body(VALUES)
    assert boundary_of(layout.content_type).decode() == layout.boundary
    assert parse(layout.boundary, [body]) == KEPT


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_body_cut_once_anywhere_gives_the_same_parts(layout: Layout) -> None:
    body = layout.body(VALUES)
    for cut in range(len(body) + 1):
        assert parse(layout.boundary, [body[:cut], body[cut:]]) == KEPT


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 31])
def test_a_body_in_small_pieces_gives_the_same_parts(layout: Layout, size: int) -> None:
    body = layout.body(VALUES)
    assert parse(layout.boundary, [body[at : at + size] for at in range(0, len(body), size)]) == (
        KEPT
    )


def cut_up(body: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    return [body[a:b] for a, b in pairwise(places)]


NEAR = st.lists(
    st.sampled_from(
        [b"\r", b"\n", b"-", b"--", b"\r\n", b"\r\n--", b"\r\n--boun", b"d", b"x", b"\0"]
    ),
    max_size=30,
).map(b"".join)


@given(NEAR, st.lists(st.integers(0, 2_000), max_size=12))
@settings(max_examples=150)
def test_values_full_of_near_boundaries_come_out_whole_however_they_are_cut(
    value: bytes, cuts: list[int]
) -> None:
    assume(b"\r\n--bound" not in b"\r\n" + value)
    body = simple((named(b"history"), value), (OTP, value), boundary=b"bound")
    parser = MultipartParser(b"bound", keep={"OTP": 500})
    for chunk in cut_up(body, cuts):
        parser.feed(chunk)
    assert parser.finish().held["OTP"].value() == value


@given(NEAR, st.lists(st.integers(0, 2_000), max_size=12))
@settings(max_examples=150)
def test_any_bytes_end_in_the_same_way_however_they_are_cut(noise: bytes, cuts: list[int]) -> None:
    body = simple((OTP, b"1"), boundary=b"b") + noise + noise.replace(b"x", named(b"OTP"))

    def outcome(chunks: list[bytes]) -> object:
        try:
            return parse("b", chunks)
        except BadBodyError as error:
            return error.code

    for text in (body, noise + body, noise):
        assert outcome(cut_up(text, cuts)) == outcome([text])


@given(st.binary(max_size=300), st.text(max_size=40))
@settings(max_examples=150)
def test_any_bytes_are_parts_or_a_refusal(body: bytes, content_type: str) -> None:
    with suppress(BadBodyError):
        boundary_of("multipart/form-data; boundary=" + content_type)
    with suppress(BadBodyError):
        part_name(body)
    with suppress(BadBodyError):
        parse("b", [b"--b\r\n" + body])


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_body_that_ends_anywhere_too_early_is_refused(layout: Layout) -> None:
    body = layout.body(VALUES)
    for end in range(len(body) - len(b"\r\n")):
        with pytest.raises(errors.TruncatedUploadError):
            parse(layout.boundary, [body[:end]])


def test_another_boundary_than_the_headers_is_refused() -> None:
    with pytest.raises(errors.TruncatedUploadError):
        parse("RNFetchBlob-other", [LAYOUTS[0].body(VALUES)])


def test_what_stands_before_the_first_and_behind_the_last_boundary_is_passed_by() -> None:
    body = b"hello\r\n" + simple((OTP, b"482913")) + b"\r\n--b\r\n" + named(b"OTP") + b"x" * 5_000
    assert parse("b", [body]) == {"OTP": "482913"}
    assert parse("b", [simple((OTP, b"482913"), end=b"--")]) == {"OTP": "482913"}


def test_spaces_behind_a_boundary_are_allowed_and_letters_are_not() -> None:
    body = simple((OTP, b"482913"))
    assert parse("b", [body.replace(b"--b\r\n", b"--b \t\r\n")]) == {"OTP": "482913"}
    with pytest.raises(errors.MalformedUploadError):
        parse("b", [body.replace(b"--b\r\n", b"--boundary\r\n")])


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'CONTENT-DISPOSITION: FORM-DATA; NAME="OTP"', "OTP"),
        (b"content-disposition:form-data;name=OTP", "OTP"),
        (b'Content-Type: a/b\r\ncontent-disposition: form-data; filename="a"; name="OTP"', "OTP"),
        (b'Content-Disposition: form-data; filename="name=x"; name = "OTP" ', "OTP"),
        (b'Content-Disposition: form-data; name=""', ""),
    ],
)  # fmt: skip
def test_a_part_is_named_in_any_case_and_order(head: bytes, name: str) -> None:
    assert part_name(b"\r\n" + head + b"\r\n\r\n") == name


@pytest.mark.parametrize("head", [b"", b"X: y", b"Content-Disposition: form-data", b"name=OTP"])
def test_a_part_without_a_name_is_refused(head: bytes) -> None:
    body = b"--b\r\n" + (head + b"\r\n" if head else b"") + b"\r\n1\r\n--b--\r\n"
    with pytest.raises(errors.MalformedUploadError):
        parse("b", [body])


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=abc",
        "multipart/form-data;boundary=abc",
        'Multipart/Form-Data; charset=utf-8; BOUNDARY="abc"',
        "multipart/form-data; boundary = abc ; x=y",
        "multipart/mixed;boundary=abc",
    ],
)
def test_a_boundary_is_found_quoted_or_not(content_type: str) -> None:
    assert boundary_of(content_type) == b"abc"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        'multipart/form-data; boundary="a',
        "multipart/form-data; boundary=" + "x" * 201,
        "multipart/form-data; boundary=é",
        "multipart/form-data; boundary=a\x00b",
    ],
)
def test_a_content_type_without_a_usable_boundary_is_refused(content_type: str) -> None:
    with pytest.raises(errors.MalformedUploadError):
        boundary_of(content_type)


def test_a_kept_part_that_comes_twice_is_refused_and_a_dropped_one_is_not() -> None:
    with pytest.raises(errors.DuplicatePartError):
        parse("b", [simple((OTP, b"1"), (OTP, b"2"))])
    dropped = (named(b"InfoF"), b"x")
    assert parse("b", [simple(dropped, dropped, (OTP, b"1"))]) == {"OTP": "1"}


def test_a_missing_part_is_an_empty_text() -> None:
    parser = MultipartParser(b"b", keep=KEEP)
    parser.feed(simple((OTP, b"1")))
    assert parser.finish().text("TokenFirebase") == ""


def test_a_kept_part_over_its_limit_is_refused_as_soon_as_it_is_over() -> None:
    parser = MultipartParser(b"b", keep={"OTP": 6})
    parser.feed(b"--b\r\n" + OTP + b"\r\n\r\n123456")
    with pytest.raises(errors.PartTooLargeError):
        parser.feed(b"7")


def test_a_head_without_end_and_parts_without_end_are_refused() -> None:
    parser = MultipartParser(b"b", keep={})
    parser.feed(b"--b\r\n")
    parser.feed(b"x" * (HEAD_BYTES - 2))
    with pytest.raises(errors.PartTooLargeError):
        parser.feed(b"y")
    with pytest.raises(errors.TooManyPartsError):
        parse("b", [simple(*[(named(b"x"), b"")] * (PARTS + 1))])


def test_a_text_that_is_not_utf_8_is_refused() -> None:
    parser = MultipartParser(b"b", keep=KEEP)
    parser.feed(simple((OTP, b"\xff\xfe")))
    with pytest.raises(errors.MalformedUploadError):
        parser.finish().text("OTP")


def test_a_value_with_one_more_line_end_is_the_value() -> None:
    assert parse("*****", [simple((OTP, b"482913\r\n"), boundary=b"*****")]) == {"OTP": "482913"}


def test_a_sink_gets_every_byte_of_its_part_and_nothing_else() -> None:
    held = HeldBytes(limit=10_000_000)
    parser = MultipartParser(
        OLD.encode(), keep={}, sink=lambda name: held if name == "history" else None
    )
    history = ROW * 3_000
    body = LAYOUTS[3].body(VALUES, history)
    for at in range(0, len(body), 777):
        parser.feed(body[at : at + 777])
    parser.finish()
    assert held.value() == history + b"\r\n"


def test_wiping_overwrites_every_block_and_the_head() -> None:
    held = HeldBytes(limit=200_000)
    held.write(memoryview(b"x" * 150_000))
    blocks = list(held._blocks)
    assert len(held) == 150_000
    held.wipe()
    assert len(held) == 0
    assert not any(any(block) for block in blocks)
    parser = MultipartParser(b"b", keep=KEEP)
    parser.feed(b"--b\r\n" + OTP + b"\r\n\r\n482913")
    block = parser.parts.held["OTP"]._blocks[0]
    parser.wipe()
    assert not any(block)
    assert parser.parts.held == {}


def test_nothing_of_a_dropped_part_stays_in_the_parser() -> None:
    parser = MultipartParser(ANDROID.encode(), keep=KEEP)
    body = LAYOUTS[0].body(VALUES)
    cut = body.index(ROW) + 40
    parser.feed(body[:cut])
    slots = [parser._head, *vars(parser._delimiter).values(), *parser.parts.held.values()]
    assert ROW[:12] not in b"".join(bytes(str(one), "utf-8") for one in slots)


def test_held_bytes_and_parts_show_no_value() -> None:
    held = HeldBytes(limit=10)
    held.write(memoryview(b"482913"))
    assert "482913" not in repr(held)
    parser = MultipartParser(b"b", keep=KEEP)
    parser.feed(simple((OTP, b"482913")))
    assert "482913" not in repr(parser.finish())


def test_the_multipart_examples_of_the_specification_are_understood(shared: Path) -> None:
    examples = json.loads((shared / "spec" / "bluezone-api-examples.json").read_text("utf-8"))
    uploads = [one for one in examples["endpoints"] if "raw_body" in one["request"]]
    assert len(uploads) == 11
    for upload in uploads:
        headers = {name.lower(): text for name, text in upload["request"]["headers"].items()}
        boundary = boundary_of(headers["content-type"]).decode()
        kept = parse(boundary, [upload["request"]["raw_body"].encode()])
        assert kept["TokenFirebase"] == VALUES["TokenFirebase"], upload["id"]
