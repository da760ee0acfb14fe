import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.keyserver.errors import BadRequestError
from bluezone.keyserver.publish.body import check_content_type
from bluezone.keyserver.publish.request import (
    DayKeyPublishRequest,
    PublishRequest,
    decode_base64,
    decode_request,
)

KEY = {"key": "AAECAwQFBgcICQoLDA0ODw==", "rollingStartNumber": 1, "rollingPeriod": 144}
GOOD = {"temporaryExposureKeys": [KEY], "healthAuthorityID": "vn.bluezone"}


def encode(changes: dict[str, object]) -> bytes:
    return json.dumps(GOOD | changes).encode()


def test_reads_every_member_of_the_published_form() -> None:
    body = encode(
        {
            "verificationPayload": "a.b.c",
            "hmacKey": "AAAA",
            "symptomOnsetInterval": 5,
            "traveler": True,
            "revisionToken": "AAAA",
            "padding": "xyz",
            "temporaryExposureKeys": [KEY | {"transmissionRisk": 3}],
        }
    )
    request = decode_request(body, PublishRequest)
    assert request.authority == "vn.bluezone"
    assert request.temporary_exposure_keys[0].transmission_risk == 3
    assert (request.symptom_onset_interval, request.traveler) == (5, True)


def test_optional_members_may_be_absent_or_null() -> None:
    nulls = dict.fromkeys(
        ("verificationPayload", "hmacKey", "symptomOnsetInterval", "traveler", "revisionToken")
    )
    assert decode_request(encode(nulls), PublishRequest) == decode_request(
        encode({}), PublishRequest
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="an empty object"),
        pytest.param(encode({}) + b"{}", id="a second object"),
        pytest.param(encode({}) + b" x", id="trailing letters"),
        pytest.param(encode({})[:-1], id="cut off"),
        pytest.param(b"\xef\xbb\xbf" + encode({}), id="a byte order mark"),
        pytest.param(encode({"padding": "x"}).replace(b"x", b"\xff"), id="not UTF-8"),
        pytest.param(encode({"extra": 1}), id="an unknown member"),
        pytest.param(encode({"temporaryExposureKeys": [KEY | {"x": 1}]}), id="unknown in a key"),
        pytest.param(encode({"healthauthorityid": "x"}), id="a member in other letters"),
        pytest.param(encode({"healthAuthorityID": 1}), id="a number for a text"),
        pytest.param(encode({"healthAuthorityID": None}), id="null for a required text"),
        pytest.param(encode({"symptomOnsetInterval": 1.5}), id="half an interval"),
        pytest.param(encode({"symptomOnsetInterval": "5"}), id="a number in quotes"),
        pytest.param(encode({"symptomOnsetInterval": 2**31}), id="an interval over 32 bits"),
        pytest.param(encode({"temporaryExposureKeys": None}), id="null for the keys"),
        pytest.param(encode({"temporaryExposureKeys": {}}), id="an object for the keys"),
        pytest.param(encode({"temporaryExposureKeys": [1]}), id="a number for a key"),
        pytest.param(encode({"temporaryExposureKeys": [{"key": "AA"}]}), id="a key without start"),
        pytest.param(
            encode({}).replace(
                b'"healthAuthorityID"', b'"healthAuthorityID": "x", ' + b'"healthAuthorityID"'
            ),
            id="a member twice",
        ),
        pytest.param(
            encode({}).replace(b'"rollingPeriod"', b'"rollingPeriod": 1, "rollingPeriod"'),
            id="a member of a key twice",
        ),
        pytest.param(
            encode({}).replace(b'"rollingPeriod"', b'"rollingPeriod": 1, "rolling\\u0050eriod"'),
            id="a member twice, once in disguise",
        ),
        pytest.param(b"[" * 20_000, id="deep nesting"),
        pytest.param(b'{"temporaryExposureKeys":' + b"[" * 20_000, id="deep nesting inside"),
        pytest.param(encode({}).replace(b"144", b"9" * 6000), id="a number of 6,000 digits"),
        pytest.param(encode({}).replace(b"144", b"NaN"), id="not a number"),
    ],
)
def test_refuses(body: bytes) -> None:
    with pytest.raises(BadRequestError) as refused:
        decode_request(body, PublishRequest)
    assert refused.value.code == "bad_request"


def test_a_message_never_repeats_what_the_client_wrote() -> None:
    with pytest.raises(BadRequestError) as refused:
        decode_request(encode({"SECRETKEYINANAME": 1}), PublishRequest)
    assert "SECRET" not in str(refused.value)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(max_examples=80)
def test_any_bytes_give_a_request_or_our_error(body: bytes) -> None:
    for kind in (PublishRequest, DayKeyPublishRequest):
        with suppress(BadRequestError):
            assert isinstance(decode_request(body, kind), kind)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "hmacKey", "padding", "traveler"]), JSON))
@settings(max_examples=80)
def test_any_values_of_known_members_give_a_request_or_our_error(
    changes: dict[str, object],
) -> None:
    with suppress(BadRequestError):
        assert isinstance(decode_request(encode(changes), PublishRequest), PublishRequest)


@given(st.binary(max_size=64), st.booleans(), st.booleans())
def test_base64_of_both_alphabets_padded_or_not(data: bytes, url: bool, padded: bool) -> None:
    text = (base64.urlsafe_b64encode if url else base64.b64encode)(data).decode()
    assert decode_base64(text if padded else text.rstrip("=")) == data


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "AAAAA",
        "AA=",
        "AA===",
        "AA==AA==",
        "A=A=",
        "+_AA",
        "AA A",
        "AA\n",
        "éé==",
        "AA..",
        "====",
    ],
)
def test_refuses_other_base64(text: str) -> None:
    with pytest.raises(BadRequestError):
        decode_base64(text)


@pytest.mark.parametrize(
    "value",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
    ],
)
def test_accepts_the_content_type(value: str) -> None:
    check_content_type(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "text/json",
        "application/jsonp",
        "application/json, text/html",
        "application/json+x",
        "application/json; charset=latin-1",
        "application/json; boundary=x",
        "text/plain",
        ";",
        "\x00",
    ],
)
def test_refuses_other_content_types(value: str) -> None:
    with pytest.raises(BadRequestError):
        check_content_type(value)
