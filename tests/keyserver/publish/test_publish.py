"""The two endpoints over HTTP: every code, what is stored, what is answered."""

import base64
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from bluezone.keyserver.app import create_app
from bluezone.keyserver.errors import AuthorityUnavailableError
from bluezone.keyserver.publish import store as publish_store
from bluezone.keyserver.publish.accepted import split_records, unpack_day_key, unpack_tek
from bluezone.keyserver.settings import Authority, KeyServerSettings
from bluezone.keyserver.store.db import Store
from bluezone.protocol.certificate import CertificateClaims, daykeymac, tekmac
from bluezone.protocol.diagnosis_key import DiagnosisKey
from bluezone.protocol.scheme import Scheme

MEMBERS = {"revisionToken", "insertedExposures", "error", "code", "padding", "warnings"}


def stored(store: Store, scheme: Scheme = Scheme.EN) -> list[Any]:
    """Return every stored key of a scheme, in the order of its bytes."""
    unpack = unpack_tek if scheme is Scheme.EN else unpack_day_key
    with store.reads.begin() as db:
        rows = db.execute(
            text("SELECT packed_keys FROM published_keys WHERE scheme = :scheme"),
            {"scheme": scheme.value},
        ).scalars()
        records = [record for row in rows for record in split_records(scheme, bytes(row))]
    return [unpack(record) for record in sorted(records)]


def test_stores_fourteen_keys_and_answers_with_every_member(
    client: TestClient, phone: Any, store: Store
) -> None:
    keys = phone.teks()

    answer = client.post("/v1/publish", json=phone.body(keys))

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == MEMBERS
    assert (body["insertedExposures"], body["error"], body["code"]) == (14, "", "")
    assert body["warnings"] == []
    assert [one.key for one in stored(store)] == sorted(one.key for one in keys)
    assert {one.report_type for one in stored(store)} == {1}
    assert {one.transmission_risk for one in stored(store)} == {2}
    assert sorted(one.days_since_onset for one in stored(store)) == list(range(-10, 4))


def test_no_exact_time_and_nothing_of_the_request_but_the_keys_is_stored(
    client: TestClient, phone: Any, store: Store
) -> None:
    client.post("/v1/publish", json=phone.body(phone.teks()))

    with store.reads.begin() as db:
        rows = db.execute(text("SELECT * FROM published_keys")).mappings().all()
    assert {row["created_at"] % 3600 for row in rows} == {0}
    assert set(rows[0]) == {
        "published_id",
        "scheme",
        "region",
        "traveler",
        "health_authority_id",
        "created_at",
        "generated",
        "packed_keys",
    }


def test_the_padding_of_answers_has_1024_to_2047_bytes_and_varies(
    client: TestClient, phone: Any
) -> None:
    body = phone.body(phone.teks(2))
    sizes = [
        len(base64.b64decode(client.post("/v1/publish", json=body).json()["padding"]))
        for _ in range(30)
    ]
    assert min(sizes) >= 1024
    assert max(sizes) <= 2047
    assert len(set(sizes)) > 10


def test_errors_are_padded_too(client: TestClient, phone: Any) -> None:
    answer = client.post("/v1/publish", json=phone.body([]))
    assert answer.status_code == 400
    assert set(answer.json()) == MEMBERS
    assert len(base64.b64decode(answer.json()["padding"])) >= 1024


def with_members(**changes: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda phone: phone.body(phone.teks(2)) | changes


def issued(**changes: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda phone: phone.body(phone.teks(2), issue=changes)


def for_other_keys(phone: Any) -> dict[str, Any]:
    mine = phone.body(phone.teks(2))
    return mine | {"verificationPayload": phone.body(phone.teks(2))["verificationPayload"]}


def key_shifted_by_an_interval(phone: Any) -> dict[str, Any]:
    body = phone.body(phone.teks(2))
    body["temporaryExposureKeys"][0]["rollingStartNumber"] += 1
    return body


def risk_added(phone: Any) -> dict[str, Any]:
    body = phone.body(phone.teks(2))
    body["temporaryExposureKeys"][0]["transmissionRisk"] = 5
    return body


def key_left_out(phone: Any) -> dict[str, Any]:
    body = phone.body(phone.teks(2))
    del body["temporaryExposureKeys"][0]
    return body


def forged(phone: Any) -> dict[str, Any]:
    return phone.body(phone.teks(2), issue={"key": ec.generate_private_key(ec.SECP256R1())})


def all_too_old(phone: Any) -> dict[str, Any]:
    return phone.body(phone.teks(2, until=1000))


def all_in_the_future(phone: Any) -> dict[str, Any]:
    return phone.body(phone.teks(2, until=2_700_000))


def every_other_curve(phone: Any) -> dict[str, Any]:
    body = phone.body(phone.teks(2))
    key = ec.generate_private_key(ec.SECP384R1())
    claims = jwt.decode(body["verificationPayload"], options={"verify_signature": False})
    token = jwt.encode(claims, key, algorithm="ES384", headers={"kid": "desk-1"})
    return body | {"verificationPayload": token}


CERTIFICATE = "health_authority_verification_certificate_invalid"


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        pytest.param(
            with_members(healthAuthorityID="nobody"), 401, "unknown_health_authority_id",
            id="an authority that nobody knows",
        ),
        pytest.param(
            with_members(healthAuthorityID=""), 401, "unknown_health_authority_id",
            id="an empty authority",
        ),
        pytest.param(with_members(verificationPayload=""), 401, CERTIFICATE, id="no certificate"),
        pytest.param(
            with_members(verificationPayload="a.b.c"), 401, CERTIFICATE, id="not a certificate"
        ),
        pytest.param(
            with_members(verificationPayload="é" * 9), 401, CERTIFICATE, id="foreign letters"
        ),
        pytest.param(with_members(hmacKey=""), 401, CERTIFICATE, id="no secret"),
        pytest.param(with_members(hmacKey="%%%"), 401, CERTIFICATE, id="a secret not in base64"),
        pytest.param(with_members(hmacKey="AAAA"), 401, CERTIFICATE, id="another secret"),
        pytest.param(forged, 401, CERTIFICATE, id="signed by somebody else"),
        pytest.param(every_other_curve, 401, CERTIFICATE, id="signed on another curve"),
        pytest.param(issued(kid="desk-2"), 401, CERTIFICATE, id="an unknown key id"),
        pytest.param(issued(iss="other"), 401, CERTIFICATE, id="another issuer"),
        pytest.param(issued(aud="other"), 401, CERTIFICATE, id="for another server"),
        pytest.param(issued(now=1_597_932_345 - 906), 401, CERTIFICATE, id="expired six s ago"),
        pytest.param(issued(now=1_597_932_345 + 6), 401, CERTIFICATE, id="valid in six seconds"),
        pytest.param(
            issued(now=1_597_932_345 + 3 * 86400), 401, CERTIFICATE, id="a clock off by days"
        ),
        pytest.param(for_other_keys, 401, CERTIFICATE, id="a certificate replayed for other keys"),
        pytest.param(key_shifted_by_an_interval, 401, CERTIFICATE, id="a key moved in time"),
        pytest.param(risk_added, 401, CERTIFICATE, id="a risk that was not certified"),
        pytest.param(key_left_out, 401, CERTIFICATE, id="a certified key left out"),
        pytest.param(with_members(temporaryExposureKeys=[]), 400, "bad_request", id="no keys"),
        pytest.param(with_members(nonsense=1), 400, "bad_request", id="an unknown member"),
        pytest.param(all_too_old, 400, "bad_request", id="all keys too old"),
        pytest.param(all_in_the_future, 400, "bad_request", id="all keys in the future"),
        pytest.param(
            lambda phone: phone.body([DiagnosisKey(bytes([n]) * 16, 2_663_000) for n in range(31)]),
            400, "bad_request", id="31 keys",
        ),
        pytest.param(
            lambda phone: phone.body(phone.teks(1) * 2), 400, "bad_request", id="a key twice"
        ),
    ],
)  # fmt: skip
def test_refuses_with_a_stable_code_and_stores_nothing(
    make: Callable[[Any], dict[str, Any]],
    status: int,
    code: str,
    client: TestClient,
    phone: Any,
    store: Store,
) -> None:
    answer = client.post("/v1/publish", json=make(phone))

    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code)
    assert body["error"]
    assert (body["insertedExposures"], body["revisionToken"]) == (0, "")
    assert stored(store) == []


def test_a_certificate_forgives_five_seconds(client: TestClient, phone: Any) -> None:
    early = phone.body(phone.teks(2), issue={"now": 1_597_932_345 + 5})
    late = phone.body(phone.teks(2), issue={"now": 1_597_932_345 - 904})
    for body in (early, late):
        assert client.post("/v1/publish", json=body).status_code == 200


def test_saves_the_one_key_that_is_just_right(client: TestClient, phone: Any, store: Store) -> None:
    right, old, future, short, long_lived = phone.teks(5)
    keys = [
        replace(old, start=1000),  # ended in 1970
        replace(future, start=2_700_000),  # starts next year
        replace(short, key=b"short"),  # five bytes
        replace(long_lived, period=145),  # longer than a day
        right,
    ]

    answer = client.post("/v1/publish", json=phone.body(keys))

    body = answer.json()
    assert (answer.status_code, body["code"]) == (200, "partial_failure")
    assert (body["insertedExposures"], len(body["warnings"])) == (1, 4)
    assert [one.key for one in stored(store)] == [right.key]


def test_a_key_far_from_the_onset_is_dropped_with_a_warning(
    client: TestClient, phone: Any, store: Store
) -> None:
    keys = phone.teks(15)
    today = keys[0].start

    body = client.post("/v1/publish", json=phone.body(keys, symptomOnsetInterval=today + 1)).json()
    assert (body["insertedExposures"], body["code"]) == (15, "")

    more = phone.teks(15)
    body = client.post(
        "/v1/publish", json=phone.body(more, symptomOnsetInterval=today - 15 * 144)
    ).json()
    assert (body["insertedExposures"], body["code"]) == (14, "partial_failure")
    assert "onset" in body["warnings"][0]


def test_the_onset_of_the_request_beats_that_of_the_certificate(
    client: TestClient, phone: Any, store: Store
) -> None:
    (key,) = phone.teks(1)
    client.post("/v1/publish", json=phone.body([key], symptomOnsetInterval=key.start - 5 * 144))
    assert stored(store)[0].days_since_onset == 5


@pytest.mark.parametrize(
    ("report_type", "number"),
    [("confirmed", 1), ("likely", 2), ("user-report", 3), ("negative", 5)],
)
def test_the_report_type_is_the_certificates(
    report_type: str, number: int, client: TestClient, phone: Any, store: Store
) -> None:
    client.post("/v1/publish", json=phone.body(phone.teks(1), report_type=report_type))
    assert stored(store)[0].report_type == number


def test_the_same_publish_again_gets_the_same_success_and_stores_nothing(
    client: TestClient, phone: Any, store: Store
) -> None:
    body = phone.body(phone.teks())
    first, second = (client.post("/v1/publish", json=body) for _ in range(2))

    assert first.status_code == second.status_code == 200
    for member in ("insertedExposures", "code", "error", "warnings"):
        assert first.json()[member] == second.json()[member]
    assert second.json()["revisionToken"]
    assert len(stored(store)) == 14


def test_a_second_publish_may_add_new_keys_to_old_ones(
    client: TestClient, phone: Any, store: Store
) -> None:
    keys = phone.teks(3)
    client.post("/v1/publish", json=phone.body(keys[1:]))
    assert client.post("/v1/publish", json=phone.body(keys)).json()["insertedExposures"] == 3
    assert len(stored(store)) == 3


def test_a_stored_key_with_another_interval_is_not_stored_again(
    client: TestClient, phone: Any, store: Store
) -> None:
    old, new = phone.teks(2)
    client.post("/v1/publish", json=phone.body([old]))

    body = client.post(
        "/v1/publish", json=phone.body([replace(old, period=9), replace(new, start=new.start)])
    ).json()

    assert (body["insertedExposures"], body["code"]) == (1, "partial_failure")
    assert len(stored(store)) == 2


def test_another_report_type_needs_a_token_then_says_that_nothing_is_revised_yet(
    client: TestClient, phone: Any, store: Store
) -> None:
    keys = phone.teks(2)
    token = client.post("/v1/publish", json=phone.body(keys, report_type="likely")).json()[
        "revisionToken"
    ]
    foreign = client.post("/v1/publish", json=phone.body(phone.teks(1))).json()["revisionToken"]

    def revise(**members: str) -> tuple[int, str]:
        answer = client.post("/v1/publish", json=phone.body(keys, **members))
        return answer.status_code, answer.json()["code"]

    assert revise() == (400, "missing_revision_token")
    assert revise(revisionToken="AAAA") == (400, "invalid_revision_token")
    assert revise(revisionToken=foreign) == (400, "invalid_revision_token")
    assert revise(revisionToken=token) == (400, "invalid_report_type_transition")
    assert {one.report_type for one in stored(store) if one.key in {k.key for k in keys}} == {2}


def test_a_token_that_no_key_needs_does_not_refuse_new_keys(client: TestClient, phone: Any) -> None:
    answer = client.post("/v1/publish", json=phone.body(phone.teks(2), revisionToken="garbage"))
    assert answer.status_code == 200


def test_chaff_is_answered_like_a_publish_and_not_stored(
    client: TestClient, phone: Any, store: Store
) -> None:
    body = phone.body(phone.teks())
    real = client.post("/v1/publish", json=body).json()
    before = stored(store)

    for sent in (json.dumps(phone.body(phone.teks())), "no JSON at all"):
        chaff = client.post("/v1/publish", content=sent, headers={"X-Chaff": "1"})
        assert chaff.status_code == 200
        assert set(chaff.json()) == set(real)
        assert len(chaff.json()["revisionToken"]) == len(real["revisionToken"])
        assert chaff.json()["insertedExposures"] == 14
    assert stored(store) == before


def test_a_giant_body_is_refused(client: TestClient, store: Store) -> None:
    chunks = (b" " * 1000 for _ in range(1000))
    headers = {"content-type": "application/json"}
    sent = client.post("/v1/publish", content=chunks, headers=headers)
    announced = client.post(
        "/v1/publish", content=b"{}", headers=headers | {"content-length": "9" * 30}
    )
    for answer in (sent, announced):
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert stored(store) == []


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 400)])
def test_a_body_may_have_64000_bytes(
    extra: int, status: int, client: TestClient, phone: Any
) -> None:
    body = phone.body(phone.teks(2), padding="")
    raw = json.dumps(body)
    raw = raw.replace('"padding": ""', f'"padding": "{"x" * (64_000 - len(raw) + extra)}"')
    assert len(raw) == 64_000 + extra
    headers = {"content-type": "application/json"}
    assert client.post("/v1/publish", content=raw, headers=headers).status_code == status


@pytest.mark.parametrize("header", [{}, {"content-type": "text/plain"}])
def test_another_content_type_is_refused(
    header: dict[str, str], client: TestClient, phone: Any
) -> None:
    raw = json.dumps(phone.body(phone.teks(2)))
    answer = client.post("/v1/publish", content=raw.encode(), headers=header)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_unloadable_authority_keys_are_a_server_fault(
    settings: KeyServerSettings, clock: Any, phone: Any
) -> None:
    async def unreachable(_: str) -> bytes:
        raise AuthorityUnavailableError("the authority's keys cannot be reached")

    with TestClient(create_app(settings, clock=clock, load_keys=unreachable)) as client:
        answer = client.post("/v1/publish", json=phone.body(phone.teks(1)))
    assert (answer.status_code, answer.json()["code"]) == (500, "unable_to_load_health_authority")


def test_an_authority_without_a_region_is_a_server_fault(
    settings: KeyServerSettings, clock: Any, desk: Any, phone: Any
) -> None:
    nowhere = replace(settings, authorities=(Authority(region=""),))
    with TestClient(create_app(nowhere, clock=clock, load_keys=desk.load)) as client:
        answer = client.post("/v1/publish", json=phone.body(phone.teks(1)))
    code = "health_authority_missing_region_config"
    assert (answer.status_code, answer.json()["code"]) == (500, code)


def test_a_database_that_takes_no_writes_gives_internal_error_without_detail(
    client: TestClient,
    phone: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full SECRET"))

    monkeypatch.setattr(publish_store, "_insert", full)
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/v1/publish", json=phone.body(phone.teks(1)))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "SECRET" not in answer.text + caplog.text


def test_an_unexpected_fault_ends_as_internal_error(
    client: TestClient,
    phone: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def bug(*_: object) -> None:
        raise ZeroDivisionError("SECRET")

    monkeypatch.setattr("bluezone.keyserver.publish.service.check_binding", bug)
    answer = client.post("/v1/publish", json=phone.body(phone.teks(1)))
    assert answer.status_code == 500
    assert answer.json() == {"error": "internal error", "code": "internal_error"}
    assert "ZeroDivisionError at" in caplog.text
    assert "SECRET" not in caplog.text


def test_nothing_of_a_publish_is_logged(
    client: TestClient, phone: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bluezone"):
        client.post("/v1/publish", json=phone.body(phone.teks()))
        client.post("/v1/publish", json=phone.body(phone.teks(1)) | {"hmacKey": "AAAA"})
    assert [one for one in caplog.records if one.name.startswith("bluezone")] == []


def test_other_paths_and_methods_have_the_same_error_form(client: TestClient) -> None:
    missing, method = client.get("/nowhere"), client.get("/v1/publish")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert (method.status_code, method.json()["code"]) == (405, "method_not_allowed")
    assert method.headers["allow"] == "POST"


@given(st.binary(max_size=400))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body_gets_an_answer_with_a_known_code(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/publish", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


# Bluezone day keys


@pytest.mark.parametrize("own_claim", [True, False], ids=["daykeymac", "tekmac over day keys"])
def test_stores_day_keys_bound_by_either_claim(
    own_claim: bool, client: TestClient, phone: Any, store: Store
) -> None:
    keys = phone.day_keys()
    answer = client.post("/bluezone/v1/publish", json=phone.day_body(keys, own_claim=own_claim))
    assert (answer.status_code, answer.json()["insertedExposures"]) == (200, 14)
    assert set(answer.json()) == MEMBERS
    found = stored(store, Scheme.BLUEZONE)
    assert [one.key for one in found] == sorted(one.key for one in keys)
    assert {(one.slots, one.report_type) for one in found} == {(96, 1)}


def test_one_certificate_binds_the_keys_of_both_schemes(
    client: TestClient, phone: Any, store: Store
) -> None:
    teks, days = phone.teks(3), phone.day_keys(3)
    claims = CertificateClaims(
        "likely", None, tekmac(teks, phone.secret), daykeymac(days, phone.secret)
    )
    certificate = {"verificationPayload": phone.desk.certify(claims)}
    for path, body in (
        ("/v1/publish", phone.body(teks)),
        ("/bluezone/v1/publish", phone.day_body(days)),
    ):
        assert client.post(path, json=body | certificate).status_code == 200
    assert len(stored(store)) == len(stored(store, Scheme.BLUEZONE)) == 3


def test_a_certificate_for_other_day_keys_is_refused(
    client: TestClient, phone: Any, store: Store
) -> None:
    body = phone.day_body(phone.day_keys(2))
    other = phone.day_body(phone.day_keys(2))["verificationPayload"]
    answer = client.post("/bluezone/v1/publish", json=body | {"verificationPayload": other})
    assert (answer.status_code, answer.json()["code"]) == (401, CERTIFICATE)
    assert stored(store, Scheme.BLUEZONE) == []


def test_day_keys_sent_again_are_stored_once(client: TestClient, phone: Any, store: Store) -> None:
    body = phone.day_body(phone.day_keys(4))
    for _ in range(2):
        answer = client.post("/bluezone/v1/publish", json=body)
        assert answer.json()["insertedExposures"] == 4
    assert len(stored(store, Scheme.BLUEZONE)) == 4
