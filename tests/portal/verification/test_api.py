"""The verification API, call by call. Source: spec/server-rules.md part 2."""

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bluezone.portal import keyring
from bluezone.portal.audit.models import Entry
from bluezone.portal.verification.models import Token, VerificationCode
from bluezone.protocol.certificate import read_jwks, verify_certificate

NOW = 1_597_472_640
Call = Callable[..., tuple[int, dict[str, Any]]]
MAC = base64.b64encode(bytes(range(32))).decode()


def decode_padding(row: dict[str, Any]) -> bytes:
    return base64.b64decode(row["padding"], validate=True)


def error_of(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    status, row = answer
    assert row["errorCode"] == row["error_code"]
    assert row["error"]
    assert 1024 <= len(decode_padding(row)) <= 2047
    return status, row["errorCode"]


def test_a_code_lives_fifteen_minutes_and_is_eight_digits(issued: dict[str, Any]) -> None:
    assert issued["code"].isdigit()
    assert len(issued["code"]) == 8
    assert issued["expiresAtTimestamp"] == NOW + 900
    assert issued["expiresAt"] == "Sat, 15 Aug 2020 06:39:00 GMT"
    assert 1024 <= len(decode_padding(issued)) <= 2047


def test_without_a_phone_number_the_link_ends_with_the_digits(issued: dict[str, Any]) -> None:
    assert issued["longExpiresAtTimestamp"] == issued["expiresAtTimestamp"]


def test_with_a_phone_number_the_link_lives_a_day(call: Call, admin_key: str) -> None:
    body = {"testType": "likely", "testDate": "2020-08-14", "phone": "0912 345 678"}
    _status, row = call("issue", body, admin_key)
    assert row["longExpiresAtTimestamp"] == NOW + 86_400
    assert "generatedSMS" not in row


def test_a_caller_who_sends_the_message_gets_its_text_and_it_is_not_queued(
    call: Call, admin_key: str
) -> None:
    body = {
        "testType": "confirmed",
        "testDate": "2020-08-14",
        "phone": "0912345678",
        "onlyGenerateSMS": True,
    }
    _status, row = call("issue", body, admin_key)
    digits = f"{row['code'][:4]} {row['code'][4:]}"
    assert digits in row["generatedSMS"]
    assert row["phone"] == "+84912345678"
    assert not VerificationCode.objects.get(uuid=row["uuid"]).messages.exists()


def test_the_whole_way_gives_a_certificate_that_a_key_server_accepts(
    call: Call, issued: dict[str, Any], device_key: str
) -> None:
    _status, verified = call("verify", {"code": issued["code"], "nonce": "AAAA"}, device_key)
    assert verified["testtype"] == "confirmed"
    assert verified["symptomDate"] == "2020-08-10"
    assert verified["testDate"] == ""
    body = {"token": verified["token"], "ekeyhmac": MAC, "daykeyhmac": MAC}
    status, row = call("certificate", body, device_key)
    assert status == 200
    keys = read_jwks(Client().get("/.well-known/jwks.json").content)
    names = {"iss": "vn.bluezone.portal", "aud": "vn.bluezone.keyserver"}
    claims = verify_certificate(row["certificate"], keys=keys, now=NOW, **names)
    assert claims.report_type == "confirmed"
    assert claims.symptom_onset_interval == 1_597_017_600 // 600  # UTC midnight of 2020-08-10
    assert claims.tekmac == claims.daykeymac == bytes(range(32))
    assert claims.expires_at - claims.issued_at == 900


def test_without_the_extension_the_certificate_binds_one_scheme_only(
    call: Call, issued: dict[str, Any], device_key: str
) -> None:
    _status, verified = call("verify", {"code": issued["code"]}, device_key)
    _status, row = call("certificate", {"token": verified["token"], "ekeyhmac": MAC}, device_key)
    payload = row["certificate"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert "daykeymac" not in claims


def test_a_code_works_once(call: Call, issued: dict[str, Any], device_key: str) -> None:
    assert call("verify", {"code": issued["code"]}, device_key)[0] == 200
    again = call("verify", {"code": issued["code"]}, device_key)
    assert error_of(again) == (400, "code_invalid")


def test_a_token_works_once(call: Call, issued: dict[str, Any], device_key: str) -> None:
    _status, verified = call("verify", {"code": issued["code"]}, device_key)
    body = {"token": verified["token"], "ekeyhmac": MAC}
    assert call("certificate", body, device_key)[0] == 200
    assert error_of(call("certificate", body, device_key)) == (400, "token_invalid")


def test_a_token_lives_a_day(
    call: Call, issued: dict[str, Any], device_key: str, hands: Any
) -> None:
    _status, verified = call("verify", {"code": issued["code"]}, device_key)
    body = {"token": verified["token"], "ekeyhmac": MAC}
    hands.advance(86_400)
    assert error_of(call("certificate", body, device_key)) == (400, "token_expired")
    hands.advance(-1)
    assert call("certificate", body, device_key)[0] == 200


def test_a_code_is_typed_as_people_type(
    call: Call, issued: dict[str, Any], device_key: str
) -> None:
    typed = f" {issued['code'][:4]}-{issued['code'][4:]} "
    assert call("verify", {"code": typed}, device_key)[0] == 200


def test_a_code_ends_on_the_second(
    call: Call, issued: dict[str, Any], device_key: str, hands: Any
) -> None:
    hands.advance(900)
    late = call("verify", {"code": issued["code"]}, device_key)
    assert error_of(late) == (400, "code_expired")
    hands.advance(-1)
    assert call("verify", {"code": issued["code"]}, device_key)[0] == 200


@pytest.mark.parametrize(
    ("test_type", "accept", "expected"),
    [
        ("confirmed", [], 200),
        ("confirmed", ["confirmed"], 200),
        ("confirmed", ["likely"], 200),
        ("likely", ["confirmed"], 412),
        ("negative", ["confirmed", "likely"], 412),
        ("negative", ["negative"], 200),
        ("confirmed", ["user-report"], 412),
    ],
    ids=str,
)
def test_a_phone_gets_only_what_it_accepts(
    call: Call, admin_key: str, device_key: str, test_type: str, accept: list[str], expected: int
) -> None:
    _s, row = call("issue", {"testType": test_type, "testDate": "2020-08-14"}, admin_key)
    answer = call("verify", {"code": row["code"], "accept": accept}, device_key)
    assert answer[0] == expected
    if expected == 412:
        assert error_of(answer) == (412, "unsupported_test_type")
        assert call("verify", {"code": row["code"]}, device_key)[0] == 200  # the code stays good


def issue_body(**changes: object) -> dict[str, object]:
    return {"testType": "confirmed", "symptomDate": "2020-08-10", **changes}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (issue_body(testType="positive"), 400, "invalid_test_type"),
        (issue_body(testType=""), 400, "invalid_test_type"),
        (issue_body(testType="user-report"), 412, "unsupported_test_type"),
        ({"testType": "confirmed"}, 400, "missing_date"),
        (issue_body(symptomDate="2020-08-16"), 400, "invalid_date"),
        (issue_body(symptomDate="2020-07-17"), 400, "invalid_date"),
        (issue_body(testDate="2020-07-17"), 400, "invalid_date"),
        (issue_body(symptomDate="10/08/2020"), 400, "unparsable_request"),
        (issue_body(symptomDate="2020-02-30"), 400, "unparsable_request"),
        (issue_body(tzOffset=900), 400, "unparsable_request"),
        (issue_body(tzOffset="420"), 400, "unparsable_request"),
        (issue_body(uuid="not-one"), 400, "unparsable_request"),
        (issue_body(phone="113"), 400, "phone_number_invalid"),
        (issue_body(phone="+84 212 345 678"), 400, "phone_number_invalid"),
        (issue_body(externalIssuerID="x" * 256), 400, "unparsable_request"),
        (issue_body(colour="blue"), 400, "unparsable_request"),
        ([issue_body()], 400, "unparsable_request"),
        (b"{", 400, "unparsable_request"),
        (b"{} {}", 400, "unparsable_request"),
        (b"\xff\xfe", 400, "unparsable_request"),
        (b"[" * 50_000, 400, "unparsable_request"),
        (b'{"padding":"' + b"x" * 64_000 + b'"}', 400, "unparsable_request"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_bad_request_for_a_code_stores_nothing(
    call: Call, admin_key: str, body: object, status: int, code: str
) -> None:
    assert error_of(call("issue", body, admin_key)) == (status, code)
    assert not VerificationCode.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        issue_body(symptomDate="2020-07-18"),
        issue_body(symptomDate="2020-08-15"),
        issue_body(symptomDate="2020-07-17", tzOffset=-300),
        issue_body(testType="Confirmed", padding="AAAA", tzOffset=420, smsTemplateLabel="x"),
        issue_body(externalIssuerID="x" * 255),
    ],
    ids=lambda value: str(sorted(value.items()))[:70],
)
def test_the_edges_of_what_is_allowed_are_allowed(
    call: Call, admin_key: str, body: dict[str, object]
) -> None:
    assert call("issue", body, admin_key)[0] == 200


def test_a_uuid_is_given_once(call: Call, admin_key: str) -> None:
    body = issue_body(uuid=str(uuid4()))
    _status, row = call("issue", body, admin_key)
    assert row["uuid"] == body["uuid"]
    assert error_of(call("issue", body, admin_key)) == (409, "uuid_already_exists")


def test_a_batch_says_for_each_code_what_became_of_it(call: Call, admin_key: str) -> None:
    codes = [issue_body(), issue_body(testType="x"), issue_body(symptomDate="2020-08-20")]
    status, row = call("batch-issue", {"codes": codes}, admin_key)
    assert (status, row["errorCode"]) == (400, "invalid_test_type")
    assert [one.get("errorCode", "") for one in row["codes"]] == [
        "",
        "invalid_test_type",
        "invalid_date",
    ]
    assert len(row["codes"][0]["code"]) == 8
    assert VerificationCode.objects.count() == 1


@pytest.mark.parametrize("size", [0, 11])
def test_a_batch_has_one_to_ten_codes(call: Call, admin_key: str, size: int) -> None:
    answer = call("batch-issue", {"codes": [issue_body()] * size}, admin_key)
    assert error_of(answer) == (400, "unparsable_request")
    assert not VerificationCode.objects.exists()


def test_ten_codes_at_once_are_fine(call: Call, admin_key: str) -> None:
    status, row = call("batch-issue", {"codes": [issue_body()] * 10}, admin_key)
    assert status == 200
    assert len({one["code"] for one in row["codes"]}) == 10


def test_the_issuer_sees_whether_a_code_was_used(
    call: Call, issued: dict[str, Any], admin_key: str, device_key: str
) -> None:
    body = {"uuid": issued["uuid"]}
    _status, before = call("checkcodestatus", body, admin_key)
    call("verify", {"code": issued["code"]}, device_key)
    _status, after = call("checkcodestatus", body, admin_key)
    assert (before["claimed"], after["claimed"]) == (False, True)
    assert after["expiresAtTimestamp"] == issued["expiresAtTimestamp"]


def test_an_expired_code_works_no_more_and_expiring_can_be_repeated(
    call: Call, issued: dict[str, Any], admin_key: str, device_key: str, hands: Any
) -> None:
    hands.advance(60)
    _status, row = call("expirecode", {"uuid": issued["uuid"]}, admin_key)
    assert row["expiresAtTimestamp"] == row["longExpiresAtTimestamp"] == NOW + 60
    hands.advance(60)
    assert call("expirecode", {"uuid": issued["uuid"]}, admin_key)[1] | {"padding": ""} == row | {
        "padding": ""
    }
    assert error_of(call("verify", {"code": issued["code"]}, device_key)) == (400, "code_expired")


@pytest.mark.parametrize("name", ["checkcodestatus", "expirecode"])
def test_an_unknown_uuid_is_said_to_be_unknown(call: Call, admin_key: str, name: str) -> None:
    assert error_of(call(name, {"uuid": str(uuid4())}, admin_key)) == (404, "code_not_found")
    assert error_of(call(name, {"uuid": "1"}, admin_key)) == (400, "unparsable_request")


@pytest.mark.parametrize(
    ("mac", "code"),
    [
        ("", "hmac_invalid"),
        ("AAAA", "hmac_invalid"),
        ("*" * 44, "hmac_invalid"),
        ("é" * 44, "hmac_invalid"),
        (base64.b64encode(bytes(33)).decode(), "hmac_invalid"),
    ],
)
def test_an_hmac_must_be_32_bytes_and_a_bad_one_does_not_use_the_token_up(
    call: Call, issued: dict[str, Any], device_key: str, mac: str, code: str
) -> None:
    _status, verified = call("verify", {"code": issued["code"]}, device_key)
    body = {"token": verified["token"], "ekeyhmac": mac}
    assert error_of(call("certificate", body, device_key)) == (400, code)
    body = {"token": verified["token"], "ekeyhmac": MAC, "daykeyhmac": mac or "AA"}
    assert error_of(call("certificate", body, device_key)) == (400, code)
    good = MAC.rstrip("=").replace("+", "-").replace("/", "_")
    status, _row = call("certificate", {"token": verified["token"], "ekeyhmac": good}, device_key)
    assert status == 200


def test_a_token_of_somebody_else_is_refused(call: Call, device_key: str) -> None:
    for token in ("", "a.b.c", "x" * 4096, "\u00e9"):
        body = {"token": token, "ekeyhmac": MAC}
        assert error_of(call("certificate", body, device_key)) == (400, "token_invalid")


CALLS = {
    "verify": "device",
    "certificate": "device",
    "issue": "admin",
    "batch-issue": "admin",
    "checkcodestatus": "admin",
    "expirecode": "admin",
}


@pytest.mark.parametrize(("name", "kind"), CALLS.items())
def test_a_call_needs_a_key_of_its_kind(
    call: Call, admin_key: str, device_key: str, name: str, kind: str
) -> None:
    wrong = admin_key if kind == "device" else device_key
    for key in ("", "x", wrong, wrong[:-2] + "AA", "é", "." * 300):
        assert error_of(call(name, {}, key)) == (401, "unauthorized")


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_post_is_answered(db: None, name: str, method: str) -> None:
    response = getattr(Client(), method)(f"/api/{name}")
    assert error_of((response.status_code, response.json())) == (405, "method_not_allowed")
    assert response["Allow"] == "POST"


def test_a_call_that_does_not_exist_is_answered_in_the_same_shape(call: Call) -> None:
    assert error_of(call("user-reports", {})) == (404, "not_found")


def test_another_content_type_is_refused(db: None, admin_key: str) -> None:
    headers = {"X-API-Key": admin_key}
    response = Client().post("/api/issue", {"testType": "confirmed"}, headers=headers)
    assert error_of((response.status_code, response.json())) == (400, "unparsable_request")


@pytest.mark.parametrize("name", CALLS)
def test_chaff_gets_a_normal_looking_answer_and_touches_nothing(
    call: Call,
    admin_key: str,
    device_key: str,
    name: str,
    django_assert_num_queries: Any,
) -> None:
    key = device_key if CALLS[name] == "device" else admin_key
    with django_assert_num_queries(1):  # the key, and nothing else
        status, row = call(name, b"not even JSON", key, **{"X-Chaff": "1"})
    assert status == 200
    assert "error" not in row
    assert 1024 <= len(decode_padding(row)) <= 2047
    assert error_of(call(name, {}, "", **{"X-Chaff": "1"})) == (401, "unauthorized")


def test_chaff_is_about_as_long_as_the_real_thing(
    call: Call, issued: dict[str, Any], device_key: str
) -> None:
    _s, chaff = call("verify", {}, device_key, **{"X-Chaff": "1"})
    _s, real = call("verify", {"code": issued["code"]}, device_key)
    assert abs(len(chaff["token"]) - len(real["token"])) < 30
    _s, chaff_certificate = call("certificate", {}, device_key, **{"X-Chaff": "1"})
    _s, certificate = call(
        "certificate", {"token": real["token"], "ekeyhmac": MAC, "daykeyhmac": MAC}, device_key
    )
    lengths = [len(row["certificate"]) for row in (chaff_certificate, certificate)]
    assert abs(lengths[0] - lengths[1]) < 30


def test_more_than_120_requests_a_minute_are_refused_and_a_minute_later_welcome(
    call: Call, admin_key: str, hands: Any
) -> None:
    body = {"uuid": str(uuid4())}
    for _ in range(120):
        assert call("checkcodestatus", body, admin_key)[0] == 404
    assert error_of(call("checkcodestatus", body, admin_key)) == (429, "too_many_requests")
    assert call("checkcodestatus", {}, admin_key, **{"X-Chaff": "1"})[0] == 200
    hands.advance(60)
    assert call("checkcodestatus", body, admin_key)[0] == 404


def test_guessing_codes_becomes_slow(
    post: Callable[..., HttpResponse], issued: dict[str, Any], device_key: str, hands: Any
) -> None:
    waits = []
    for guess in range(12):
        wrong = f"{(int(issued['code']) + 1 + guess) % 10**8:08d}"
        assert post("verify", {"code": wrong}, device_key).status_code == 400
        refused = post("verify", {"code": issued["code"]}, device_key) if guess >= 4 else None
        if refused is not None:
            assert refused.status_code == 429
            waits.append(int(refused["Retry-After"]))
            hands.advance(waits[-1])
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128]
    assert post("verify", {"code": issued["code"]}, device_key).status_code == 200


def test_a_server_in_maintenance_says_so(call: Call, device_key: str, settings: Any) -> None:
    settings.BLUEZONE_MAINTENANCE = True
    answer = call("verify", {"code": "12345678"}, device_key)
    assert error_of(answer) == (429, "maintenance_mode")


def test_the_daily_quota_ends_at_utc_midnight(
    call: Call, admin_key: str, settings: Any, hands: Any
) -> None:
    settings.BLUEZONE_CODES_PER_DAY = 2
    for _ in range(2):
        assert call("issue", issue_body(), admin_key)[0] == 200
    assert error_of(call("issue", issue_body(), admin_key)) == (429, "quota_exceeded")
    hands.advance(86_400 - NOW % 86_400)
    assert call("issue", issue_body(), admin_key)[0] == 200


def test_messages_switched_off_are_an_error_and_no_code_is_left_behind(
    call: Call, admin_key: str, settings: Any
) -> None:
    settings.BLUEZONE_SMS_PROVIDER = "off"
    answer = call("issue", issue_body(phone="0912345678"), admin_key)
    assert error_of(answer) == (400, "sms_failure")
    assert not VerificationCode.objects.exists()


def test_a_full_queue_is_an_error_and_no_code_is_left_behind(
    call: Call, admin_key: str, settings: Any
) -> None:
    settings.BLUEZONE_SMS_PROVIDER = "http"
    settings.BLUEZONE_SMS_QUEUE_LIMIT = 1
    assert call("issue", issue_body(phone="0912345678"), admin_key)[0] == 200
    answer = call("issue", issue_body(phone="0912345678"), admin_key)
    assert error_of(answer) == (429, "sms_queue_full")
    assert VerificationCode.objects.count() == 1


def test_a_fault_of_ours_keeps_the_shape_and_tells_nothing(
    call: Call, admin_key: str, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the secret detail")

    monkeypatch.setattr("bluezone.portal.verification.api.views.find_code", broken)
    answer = call("checkcodestatus", {"uuid": str(uuid4())}, admin_key)
    assert error_of(answer) == (500, "internal_server_error")
    assert "secret detail" not in answer[1]["error"]


def test_the_database_holds_neither_code_nor_token_nor_keys_hmac(
    call: Call, issued: dict[str, Any], device_key: str
) -> None:
    _s, verified = call("verify", {"code": issued["code"]}, device_key)
    call("certificate", {"token": verified["token"], "ekeyhmac": MAC}, device_key)
    stored = [
        str(value)
        for model in (VerificationCode, Token, Entry)
        for row in model.objects.values_list()
        for value in row
    ]
    for secret in (issued["code"], verified["token"], MAC, bytes(range(32)).hex(), device_key):
        assert not any(secret in value for value in stored)


def test_a_token_has_no_link_to_its_code() -> None:
    names = {field.name for field in Token._meta.get_fields()}
    assert names == {
        "token_hmac",
        "test_type",
        "symptom_date",
        "test_date",
        "expires_at",
        "used_at",
    }


def test_the_jwks_shows_the_public_half_of_one_key(db: None) -> None:
    response = Client().get("/.well-known/jwks.json")
    keys = read_jwks(response.content)
    assert list(keys) == [keyring.certificate_signing_key().kid]
    assert "max-age=300" in response["Cache-Control"]
    assert b'"d"' not in response.content


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    ["code", "accept", "token", "ekeyhmac", "uuid", "testType", "symptomDate", "codes", "phone"]
)


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from(sorted(CALLS)),
    body=st.binary(max_size=200)
    | json_values.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(names, json_values).map(lambda value: json.dumps(value).encode()),
)
def test_whatever_is_sent_the_answer_is_ours(
    call: Call, admin_key: str, device_key: str, hands: Any, name: str, body: bytes
) -> None:
    hands.advance(7200)
    status, row = call(name, body, device_key if CALLS[name] == "device" else admin_key)
    assert status in {200, 400, 404, 409, 412, 429}
    assert status == 200 or row["errorCode"] == row["error_code"] != "internal_server_error"
    assert 1024 <= len(decode_padding(row)) <= 2047
