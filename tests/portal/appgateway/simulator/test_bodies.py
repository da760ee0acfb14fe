"""The simulator's bytes are those of the specification's examples."""

import json
from email.message import Message
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.portal.appgateway.simulator.bodies import blob_upload, form_upload, native_upload

TOKEN = "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE"
GUID = "7f3c2a10-5d1e-4c6b-9a2f-0123456789ab"


@pytest.fixture
def examples(shared: Path) -> dict[str, Any]:
    text = (shared / "spec" / "bluezone-api-examples.json").read_text(encoding="utf-8")
    return {each["id"]: each["request"] for each in json.loads(text)["endpoints"]}


def part(raw: str, name: str) -> str:
    """Return a part's value as it stands in the example."""
    head = raw.index(f'name="{name}"')
    start = raw.index("\r\n\r\n", head) + 4
    return raw[start : raw.index("\r\n--", start)]


def same_but_boundary(raw: str, body: bytes, told: str) -> None:
    """Compare both bodies after giving them one boundary of one length."""
    ours = boundary_of(told)
    theirs = raw.split("\r\n", 1)[0].removeprefix("--")
    assert body.decode().replace(ours, "B") == raw.replace(theirs, "B")


def boundary_of(told: str) -> str:
    message = Message()
    message["content-type"] = told
    return str(message.get_boundary())


@pytest.mark.parametrize("platform", ["android", "ios"])
@pytest.mark.parametrize("flow", ["f01_auto", "f01_otp", "f12"])
def test_an_upload_with_a_file_is_the_example_byte_for_byte(
    examples: dict[str, Any], platform: str, flow: str
) -> None:
    request = examples[f"report_history_{flow}_{platform}"]
    raw = request["raw_body"]
    selector = "OTP" if flow == "f01_otp" else "FindGUID"
    names = ("TokenFirebase", "InfoF", "PhoneNumber", selector)
    fields = [(name, part(raw, name)) for name in names]
    history = part(raw, "history").encode()
    upload = blob_upload(platform, "data_trace.txt", history, fields, Random(1))
    same_but_boundary(raw, upload.body, upload.headers["content-type"])
    assert upload.headers.keys() == request["headers"].keys()


@pytest.mark.parametrize("flow", ["f01_auto", "f01_otp", "f12"])
def test_an_upload_without_a_file_is_the_example_byte_for_byte(
    examples: dict[str, Any], flow: str
) -> None:
    raw = examples[f"report_history_{flow}_nofile"]["raw_body"]
    selector = "OTP" if flow == "f01_otp" else "FindGUID"
    names = ("TokenFirebase", "InfoF", "PhoneNumber", selector)
    upload = form_upload("android", [(name, part(raw, name)) for name in names], Random(1))
    same_but_boundary(raw, upload.body, upload.headers["Content-Type"])


def test_the_upload_of_the_earlier_version_is_the_example_byte_for_byte(
    examples: dict[str, Any],
) -> None:
    request = examples["report_history_v2_0_4_native"]
    raw = request["raw_body"]
    fields = [(name, part(raw, name)) for name in ("InfoF", "FindGUID", "TokenFirebase")]
    history = part(raw, "history").removesuffix("\r\n").encode()
    upload = native_upload(fields, history)
    assert upload.body == raw.encode()
    assert upload.headers == request["headers"]


def test_the_log_upload_is_the_example_byte_for_byte(examples: dict[str, Any]) -> None:
    raw = examples["log_save_file"]["raw_body"]
    fields = [(name, part(raw, name)) for name in ("TokenFirebase", "PhoneNumber")]
    upload = blob_upload("android", "log.txt", b"content", fields, Random(1))
    same_but_boundary(raw, upload.body, upload.headers["content-type"])
    assert int(upload.headers["content-length"]) == len(upload.body)


def test_a_form_of_an_iphone_quotes_its_boundary() -> None:
    upload = form_upload("ios", [("TokenFirebase", TOKEN), ("FindGUID", GUID)], Random(1))
    told = upload.headers["Content-Type"]
    assert told.startswith('multipart/form-data; boundary="')
    assert len(boundary_of(told)) == 70
    assert upload.body.startswith(b"--" + boundary_of(told).encode() + b"\r\n")
