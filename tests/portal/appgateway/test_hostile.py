"""Whatever is thrown at the gateway, a published phone's answer comes back and nothing is kept.

Source: the rules of spec/bluezone-wire.md 3.4 and W7, W15. Each request goes through the whole
ASGI application as a server would hand it over; before and after, the rows of all tables are
counted.
"""

import json
import unicodedata
from collections.abc import Iterator, MutableMapping
from random import Random
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.portal.appgateway.simulator.bodies import blob_upload, form_upload, native_upload
from tests.portal.appgateway.simulator.tables import grown, row_counts
from tests.portal.appgateway.simulator.wire import JSON_HEADERS, Response, call, check_envelope

from bluezone.portal import asgi
from bluezone.portal.appgateway import limits
from bluezone.portal.appgateway.phones.models import Phone
from bluezone.portal.appgateway.pushes.models import Push

pytestmark = pytest.mark.django_db

TOKEN = "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE"
OTHER = "fcmTokenExample0001:APA91b_OF_SOMEBODY_ELSE_ALTOGETHER"
NUMBER = "0912345678"
GUID = "7f3c2a10-5d1e-4c6b-9a2f-0123456789ab"
APP, HISTORY = "/api/App/", "/api/AppHistoryContact/"
REGISTER = APP + "RegisterUser"
JSON_PATHS = {
    REGISTER: ("TokenFirebase", "TypeOS"),
    APP + "UpdateTokenFirebase": ("TokenFirebaseNew", "TokenFirebaseOld", "PhoneNumber"),
    APP + "CreateAndSendOTPCode": ("PhoneNumber", "TokenFirebase", "TypeOS"),
    APP + "ConfirmOTPCode": ("TokenFirebase", "PhoneNumber", "OTPCode", "TypeOS"),
    APP + "DeclareInformation": ("PhoneNumber", "TokenFirebase", "Fullname", "Address"),
    HISTORY + "DeclareInformation": ("FindGUID", "Token", "InfoF", "TokenFirebase", "UserInfo"),
    HISTORY + "PushInfoApp": ("TokenFirebaseNew", "TokenFirebaseOld", "PhoneNumber", "TypeOS"),
}
FLOWS = {"GetInfo": "FindGUID", "ConfirmDeclare": "OTP", "ConfirmContact": "FindGUID"}
UPLOAD_PATHS = {
    f"{HISTORY}ReportHistory_{flow}{end}": selector
    for flow, selector in FLOWS.items()
    for end in ("", "_NoFile")
} | {"/api/AppLog/SaveFile": "PhoneNumber"}
GETS = [APP + name for name in ("versionApp.json", "configApp.json", "resourceApp.json")]
INFOF = json.dumps(
    {
        "base_id": "66" * 32,
        "time": 1_596_844_800,
        "daily_key": "66" * 32,
        "time_start": 1_596_844_800,
    }
)
ROW = "ED7380311B3D6CD4DCD0C0E6\t4AA44D209313D206E475E3FF\t-71\t1596880811032\n"
SQL = "'); DROP TABLE gateway_phones_phone; --"
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>"
FORM = {"Content-Type": "multipart/form-data; boundary=B"}


@pytest.fixture(autouse=True)
def _full_budgets() -> Iterator[None]:
    limits.forget()
    yield
    limits.forget()


def send(
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    response: Response = async_to_sync(call)(
        asgi.application, method, path, headers or {}, body, **more
    )
    return response


def post(path: str, body: object, **more: Any) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = more.pop("headers", JSON_HEADERS)
    response = send("POST", path, raw, dict(headers), **more)
    assert response.status == 200
    return check_envelope(response.body)


def upload(path: str, *fields: tuple[str, str], history: str = ROW) -> dict[str, Any]:
    if path.endswith("_NoFile"):
        made = form_upload("android", fields, Random(1))
    else:
        made = blob_upload("android", "data_trace.txt", history.encode(), fields, Random(1))
    return post(path, made.body, headers=made.headers)


def register(token: str = TOKEN) -> None:
    assert post(REGISTER, {"TokenFirebase": token, "TypeOS": "android"})["isOk"]


ALL_POSTS = [*JSON_PATHS, *UPLOAD_PATHS]


# Bodies that are none ---------------------------------------------------------------------

BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "half": b'{"TokenFirebase": "abc',
    "list": b"[]",
    "null": b"null",
    "number": b"12",
    "text": b'"x"',
    "binary": bytes(range(256)),
    "utf16": '{"TokenFirebase": "x"}'.encode("utf-16"),
    "deep list": b"[" * 8_000,
    "deep object": b'{"a":' * 2_500 + b"1" + b"}" * 2_500,
    "huge number": b'{"TokenFirebase": 1' + b"0" * 5_000 + b"}",
    "huge exponent": b'{"TokenFirebase": 1e999999}',
    "not a number": b'{"TokenFirebase": NaN}',
    "lone surrogate": b'{"TokenFirebase": "\\ud800"}',
    "nul": b'{"TokenFirebase": "a\\u0000b"}',
    "too large": b'{"TokenFirebase": "' + b"x" * 100_000 + b'"}',
    "xml": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("path", JSON_PATHS)
def test_a_body_that_is_no_request_is_refused_and_leaves_nothing(path: str, name: str) -> None:
    before = row_counts()
    answer = post(path, BROKEN[name])
    assert not answer["isOk"]
    assert answer["Status"] in {2, 11, 21, 23, 31, 32, 71, 81}
    assert grown(before) == {}


@pytest.mark.parametrize("path", UPLOAD_PATHS)
@pytest.mark.parametrize("name", ["nothing", "half", "binary", "too large"])
def test_an_upload_that_is_no_form_leaves_nothing(path: str, name: str) -> None:
    before = row_counts()
    post(path, BROKEN[name])
    post(path, BROKEN[name], headers=FORM)
    assert grown(before) == {}


# Forms ------------------------------------------------------------------------------------


def form(*parts: bytes, end: bytes = b"--B--\r\n") -> bytes:
    return b"".join(b"--B\r\n" + part + b"\r\n" for part in parts) + end


def field(name: bytes, value: bytes) -> bytes:
    return b'Content-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value


GOOD = (
    field(b"TokenFirebase", TOKEN.encode()),
    field(b"InfoF", INFOF.encode()),
    field(b"PhoneNumber", NUMBER.encode()),
    field(b"FindGUID", GUID.encode()),
    field(b"OTP", b"482913"),
)
BAD_FORMS: dict[str, tuple[str, bytes]] = {
    "truncated": ("boundary=B", form(*GOOD, end=b"")),
    "truncated in a part": ("boundary=B", form(*GOOD)[:150]),
    "truncated in a head": ("boundary=B", form(*GOOD)[:25]),
    "wrong boundary": ("boundary=C", form(*GOOD)),
    "no boundary": ("", form(*GOOD)),
    "empty boundary": ('boundary=""', form(*GOOD)),
    "long boundary": ("boundary=" + "B" * 500, form(*GOOD)),
    "a thousand parts": ("boundary=B", form(*(field(b"x%d" % n, b"1") for n in range(1000)))),
    "an endless head": ("boundary=B", form(b"X: " + b"y" * 50_000, *GOOD)),
    "a long token": ("boundary=B", form(field(b"TokenFirebase", b"t" * 20_000), *GOOD[1:])),
    "a token twice": ("boundary=B", form(GOOD[0], *GOOD)),
    "not utf-8": ("boundary=B", form(field(b"TokenFirebase", b"\xff\xfe"), *GOOD[1:])),
    "a token of sql": ("boundary=B", form(field(b"FindGUID", SQL.encode()))),
}


@pytest.mark.parametrize("name", BAD_FORMS)
@pytest.mark.parametrize("path", UPLOAD_PATHS)
def test_a_broken_form_leaves_nothing(path: str, name: str) -> None:
    before = row_counts()
    told, body = BAD_FORMS[name]
    post(path, body, headers={"Content-Type": f"multipart/form-data; {told}"})
    assert grown(before) == {}


@pytest.mark.parametrize("path", UPLOAD_PATHS)
def test_a_phone_that_goes_away_in_the_middle_leaves_nothing(path: str) -> None:
    before = row_counts()
    made = native_upload((("TokenFirebase", TOKEN), ("FindGUID", GUID)), ROW.encode() * 100)
    response = send("POST", path, made.body[:3000], dict(made.headers), whole=False)
    assert not check_envelope(response.body)["isOk"]
    assert grown(before) == {}


@pytest.mark.parametrize("path", UPLOAD_PATHS)
def test_an_endless_body_is_read_up_to_its_limit_and_no_further(path: str, settings: Any) -> None:
    settings.BLUEZONE_GATEWAY_UPLOAD_BYTES = 1024 * 1024
    head = b"--B\r\n" + b'Content-Disposition: form-data; name="history"\r\n\r\n'
    read = 0

    async def receive() -> MutableMapping[str, Any]:
        nonlocal read
        body = ROW.encode() * 1000 if read else head
        read += len(body)
        return {"type": "http.request", "body": body, "more_body": True}

    sent: list[MutableMapping[str, Any]] = []

    async def keep(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    before = row_counts()
    headers = [(name.lower().encode(), value.encode()) for name, value in FORM.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    async_to_sync(asgi.application)(scope, receive, keep)
    assert check_envelope(sent[1]["body"])["Status"] == 2
    assert read < 1024 * 1024 + 2 * len(ROW) * 1000
    assert grown(before) == {}


# Fields -----------------------------------------------------------------------------------

texts = st.one_of(
    st.sampled_from([SQL, HTML, TOKEN, NUMBER, GUID, INFOF, "482913", "", " ", "null", "../x"]),
    st.text(max_size=40),
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["Object", "isOk", "a"]), inner, max_size=3),
    ),
    max_leaves=6,
)


@st.composite
def json_bodies(draw: st.DrawFn, path: str) -> dict[str, object]:
    names = draw(st.lists(st.sampled_from(JSON_PATHS[path]), unique=True))
    return {name: draw(json_values) for name in names}


@pytest.mark.parametrize("path", JSON_PATHS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_fields_of_any_types_get_an_envelope(path: str, data: st.DataObject) -> None:
    limits.forget()
    answer = post(path, data.draw(json_bodies(path)))
    assert answer["Status"] != 1, "a fault of ours"


@pytest.mark.parametrize("path", UPLOAD_PATHS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["TokenFirebase", "InfoF", "PhoneNumber", "FindGUID", "OTP", "history"]
            ),
            st.one_of(texts.map(str.encode), st.binary(max_size=60)),
        ),
        max_size=6,
    )
)
def test_any_parts_of_any_content_get_an_envelope(
    path: str, parts: list[tuple[str, bytes]]
) -> None:
    limits.forget()
    body = form(*(field(name.encode(), value) for name, value in parts))
    answer = post(path, body, headers=FORM)
    assert answer["Status"] != 1, "a fault of ours"


@pytest.mark.parametrize("path", ALL_POSTS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from([JSON_HEADERS, FORM, {}]))
def test_any_bytes_get_an_envelope(path: str, body: bytes, headers: dict[str, str]) -> None:
    assert post(path, body, headers=headers)["Status"] != 1


@pytest.mark.parametrize("hostile", [SQL, HTML, "%s%n", "\u202e" + NUMBER, "${jndi:ldap://x}"])
def test_sql_and_html_in_every_field_are_text_or_nothing(hostile: str) -> None:
    register()
    count = Phone.objects.count()
    for path, names in JSON_PATHS.items():
        for name in names:
            usual = {"TokenFirebase": TOKEN, "PhoneNumber": NUMBER, "TypeOS": "android"}
            body = {each: usual.get(each, "x") for each in names} | {name: hostile}
            assert post(path, body)["Status"] != 1
    for path, selector in UPLOAD_PATHS.items():
        for name in ("TokenFirebase", "InfoF", "PhoneNumber", selector):
            usual = {"TokenFirebase": TOKEN, "InfoF": INFOF, "PhoneNumber": NUMBER}
            parts = {**usual, selector: usual.get(selector, "482913"), name: hostile}
            assert upload(path, *parts.items())["Status"] != 1
    assert Phone.objects.count() >= count
    for token in Phone.objects.values_list("token", flat=True):
        assert token in {TOKEN, hostile, "x"}


# Methods, addresses, encodings --------------------------------------------------------------


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "QUERY"])
@pytest.mark.parametrize("path", [REGISTER, HISTORY + "ReportHistory_ConfirmContact", GETS[0]])
def test_another_method_is_status_2(method: str, path: str) -> None:
    before = row_counts()
    response = send(method, path, b'{"TokenFirebase": "' + TOKEN.encode() + b'"}')
    assert response.status == 200
    if not (method == "HEAD" and path.endswith(".json")):
        assert check_envelope(response.body)["Status"] == 2
    assert grown(before) == {}


@pytest.mark.parametrize("path", [*JSON_PATHS, *UPLOAD_PATHS])
def test_a_get_of_what_is_posted_is_status_2(path: str) -> None:
    response = send("GET", path)
    assert (response.status, check_envelope(response.body)["Status"]) == (200, 2)


@pytest.mark.parametrize(
    "path",
    [
        "/api/App/registeruser", "/api/App//RegisterUser", "/api/App/RegisterUser/",
        "/api/App/../App/RegisterUser", "/api/App/RegisterUser\x00", "/api/App/Registér",
        "/api/App/", "/api/AppHistoryContact/ReportHistory_ConfirmContact_nofile",
        "/api/AppLog/", "/bzentries/", "/bzentries/../settings", "/bzentries/1'--",
    ],
)  # fmt: skip
def test_almost_an_address_is_status_2_and_stores_nothing(path: str) -> None:
    before = row_counts()
    body = json.dumps({"TokenFirebase": TOKEN, "TypeOS": "ios"}).encode()
    response = send("POST", path, body, dict(JSON_HEADERS))
    assert (response.status, check_envelope(response.body)["Status"]) == (200, 2)
    assert grown(before) == {}


@pytest.mark.parametrize("path", ["/api/app/RegisterUser", "//api/App/RegisterUser", "/API/App/x"])
def test_addresses_outside_are_not_the_gateways(path: str) -> None:
    before = row_counts()
    assert send("POST", path, b"{}", dict(JSON_HEADERS)).status in {403, 404}
    assert grown(before) == {}


def test_a_query_changes_nothing_and_one_byte_at_a_time_is_a_body() -> None:
    body = json.dumps({"TokenFirebase": TOKEN, "TypeOS": "ios"}).encode()
    assert post(REGISTER, body, query=b"TokenFirebase=evil&x='--")["Object"] == TOKEN

    pieces = [body[at : at + 1] for at in range(len(body))]

    async def receive() -> MutableMapping[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    sent: list[MutableMapping[str, Any]] = []

    async def keep(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": REGISTER, "headers": []}
    async_to_sync(asgi.application)(scope, receive, keep)
    assert check_envelope(sent[1]["body"])["Object"] == TOKEN
    assert Phone.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Content-Type": "text/plain"}, {"Content-Type": "\u00e9"}, {"content-length": "-5"},
        {"content-length": "999999999999"}, {"Content-Encoding": "gzip"}, {"X-Forwarded-For": SQL},
        {"Cookie": "sessionid=x"}, {"Authorization": "Bearer x"}, {"Host": "evil.example"},
    ],
)  # fmt: skip
def test_headers_do_not_matter(headers: dict[str, str]) -> None:
    body = json.dumps({"TokenFirebase": TOKEN, "TypeOS": "ios"}).encode()
    assert post(REGISTER, body, headers=headers)["Object"] == TOKEN


# Many, and others' ----------------------------------------------------------------------------


def test_a_crowd_of_registrations_from_one_address_ends_where_the_setting_says(
    settings: Any,
) -> None:
    """A million at the usual 5,000 an hour; 200 at 50, here."""
    settings.BLUEZONE_GATEWAY_NEW_PHONES_PER_HOUR = 50
    limits.forget()
    tokens = [f"made-up-token-{number:06d}-{'x' * 20}" for number in range(200)]
    answers = [post(REGISTER, {"TokenFirebase": token, "TypeOS": "ios"}) for token in tokens]
    assert [answer["Status"] for answer in answers] == [0] * 50 + [1] * 150
    assert Phone.objects.count() == 50
    assert post(REGISTER, {"TokenFirebase": tokens[0], "TypeOS": "ios"})["isOk"]
    elsewhere = {"TokenFirebase": tokens[-1], "TypeOS": "ios"}
    assert post(REGISTER, elsewhere, address="198.51.100.4")["isOk"]


@pytest.mark.parametrize("path", UPLOAD_PATHS)
def test_a_crowd_of_uploads_with_new_tokens_registers_no_more_than_the_setting_says(
    path: str, settings: Any
) -> None:
    settings.BLUEZONE_GATEWAY_NEW_PHONES_PER_HOUR = 5
    limits.forget()
    for number in range(12):
        token = f"made-up-token-{number:06d}-{'x' * 20}"
        upload(path, ("TokenFirebase", token), (UPLOAD_PATHS[path], "482913"))
    assert Phone.objects.count() <= 5


def test_nobody_takes_over_a_token_that_is_anothers() -> None:
    register(TOKEN)
    register(OTHER)
    owners = dict(Phone.objects.values_list("token", "pk"))
    body = {"TokenFirebaseNew": OTHER, "TokenFirebaseOld": TOKEN, "PhoneNumber": ""}
    post(APP + "UpdateTokenFirebase", body)
    post(HISTORY + "PushInfoApp", body)
    assert dict(Phone.objects.values_list("token", "pk")) == owners


@pytest.mark.parametrize("end", ["", "_NoFile"])
@pytest.mark.parametrize("guid", [GUID, "", "A" * 36, "123456", "x" * 300, SQL, HTML])
def test_a_made_up_number_of_a_bundle_warns_nobody(guid: str, end: str) -> None:
    register()
    before = row_counts()
    path = HISTORY + "ReportHistory_ConfirmContact" + end
    parts = (("TokenFirebase", TOKEN), ("InfoF", INFOF), ("FindGUID", guid))
    assert upload(path, *parts)["Status"] in {2, 61}
    assert grown(before) == {}
    assert not Push.objects.exists()


# Codes and people -----------------------------------------------------------------------------


def ask(number: str, token: str = TOKEN) -> dict[str, Any]:
    body = {"PhoneNumber": number, "TokenFirebase": token, "TypeOS": "android"}
    return post(APP + "CreateAndSendOTPCode", body)


def confirm(code: object, number: str = NUMBER, token: str = TOKEN) -> dict[str, Any]:
    body = {"TokenFirebase": token, "PhoneNumber": number, "OTPCode": code, "TypeOS": "android"}
    return post(APP + "ConfirmOTPCode", body)


NO_NUMBERS = [
    "", " ", "0", "12", "09123", "0912345678901234567", "+", "++84912345678", "abc", SQL, HTML,
    "0912345678; rm -rf /", "null", "-1", "113", None, [], {}, 1e30, True,
]  # fmt: skip


@pytest.mark.parametrize("number", NO_NUMBERS, ids=repr)
def test_what_is_no_number_gets_no_message(number: Any) -> None:
    register()
    before = row_counts()
    assert ask(number)["Status"] == 23
    assert confirm("482913", number)["Status"] == 32
    assert grown(before) == {}


SPELLINGS = [
    "0912345678", "+84912345678", "84912345678", "0084912345678", "091 234 5678", "0912.345.678",
    "0912-345-678", "(0912) 345 678", "+84 (0) 912 345 678", " 0912345678 ", "+84.912.345.678",
    "０９１２３４５６７８", "0912\u00a0345\u00a0678", "0912\u2013345\u2013678", 912345678,
]  # fmt: skip


@pytest.mark.parametrize("number", SPELLINGS, ids=repr)
def test_a_number_is_one_however_it_is_written(number: Any) -> None:
    register()
    assert ask(number)["isOk"]
    sent = row_counts()
    assert confirm("000000", "0912345678")["Status"] == 33  # a code of this number is known
    assert confirm("000000", "0987654321")["Status"] == 33
    assert grown(sent) == {}


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", None, [], {}, -1, 1e9, SQL])
def test_what_is_no_code_is_wrong(code: object) -> None:
    register()
    ask(NUMBER)
    before = row_counts()
    assert confirm(code)["Status"] == 33
    assert grown(before) == {}


def test_a_stranger_cannot_confirm_a_number_by_anothers_token() -> None:
    register(TOKEN)
    register(OTHER)
    ask(NUMBER, TOKEN)
    before = row_counts()
    assert confirm("000000", NUMBER, OTHER)["Status"] == 33
    assert grown(before) == {}


@pytest.mark.parametrize("form_of", ["NFC", "NFD"])
def test_names_of_either_spelling_are_names(form_of: str) -> None:
    register()
    name = unicodedata.normalize(form_of, "Nguyễn Thị Ngọc Ánh")
    street = unicodedata.normalize(form_of, "12 Đường Trần Hưng Đạo, Hà Nội")
    body = {"PhoneNumber": TOKEN, "TokenFirebase": NUMBER, "Fullname": name, "Address": street}
    assert post(APP + "DeclareInformation", body)["isOk"]


@pytest.mark.parametrize(
    ("name", "address", "status"),
    [
        ("Ng", "1 Trang Thi", 82), ("", "1 Trang Thi", 82), (None, "1 Trang Thi", 82),
        ("x" * 5000, "1 Trang Thi", 82), ([], {}, 82), ("a\u0301o\u0301", "1 Trang Thi", 82),
        ("Nguyen Van A", "", 83), ("Nguyen Van A", None, 83), ("Nguyen Van A", "x" * 5000, 83),
        ("Nguyen Van A", 12, 83),
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_name_or_address_is_refused(name: object, address: object, status: int) -> None:
    register()
    before = row_counts()
    body = {"PhoneNumber": TOKEN, "TokenFirebase": NUMBER, "Fullname": name, "Address": address}
    assert post(APP + "DeclareInformation", body)["Status"] == status
    assert grown(before) == {}


def test_a_stranger_puts_no_name_to_anothers_number() -> None:
    register()
    before = row_counts()
    body = {"PhoneNumber": TOKEN, "TokenFirebase": NUMBER, "Fullname": "Kẻ Lạ", "Address": "1 Phố"}
    assert post(APP + "DeclareInformation", body)["isOk"]
    assert grown(before) == {}
