"""Sharing: a typed code, a preview, a confirmation, a receipt; nothing without them."""

import json
import stat

import httpx2
import pytest

from bluezone.phone.share import Confirmation, ShareError
from bluezone.phone.share.errors import EXPLANATIONS, explain

NOON = 1_596_888_000
DAY_S = 86_400
CODE = "12345678"
PUBLISHES = ["/v1/publish", "/bluezone/v1/publish"]


def confirmed(share, now=NOON):
    preview = share.preview(CODE, now)
    return preview.confirm(preview.confirmation)


def test_the_preview_says_what_would_leave_and_nothing_has_left(share, servers):
    preview = share.preview("1234 5678", NOON)
    today = NOON // DAY_S
    assert preview.days == (today - 2, today - 1, today)
    assert (preview.en_count, preview.bluezone_count) == (3, 3)
    assert (preview.test_type, preview.symptom_date) == ("confirmed", "2020-08-06")
    assert servers.bodies == [
        ("/api/verify", {"code": CODE, "accept": ["confirmed", "likely", "user-report"]})
    ]


def test_a_confirmed_preview_publishes_both_schemes_under_one_certificate(
    share, servers, key_store
):
    expected = key_store.keys_to_share(NOON)
    receipt = share.upload(confirmed(share), NOON)
    assert tuple(servers.en) == expected.en
    assert tuple(servers.day_keys) == expected.bluezone
    assert servers.paths == ["/api/verify", "/api/certificate", *PUBLISHES]
    assert (receipt.en_saved, receipt.bluezone_saved) == (3, 3)
    published = servers.bodies[-1][1]
    assert published["symptomOnsetInterval"] == 1_596_672_000 // 600
    assert published["healthAuthorityID"] == "vn.bluezone"


def test_keys_are_out_of_use_after_sharing_and_not_offered_again(share, key_store):
    before = key_store.tek_at(NOON)
    share.upload(confirmed(share), NOON)
    assert key_store.tek_at(NOON + 600).key != before.key
    assert not key_store.keys_to_share(NOON)


@pytest.mark.parametrize("value", ["", "yes", "0" * 32, "ỵ"])
def test_another_value_than_the_shown_one_confirms_nothing(share, servers, value):
    preview = share.preview(CODE, NOON)
    with pytest.raises(ShareError) as caught:
        preview.confirm(value)
    assert caught.value.code == "not_confirmed"
    assert servers.paths == ["/api/verify"]


def test_a_confirmation_cannot_be_made_without_a_preview():
    with pytest.raises(TypeError):
        Confirmation(1, object())


def test_a_preview_that_is_too_old_cannot_be_uploaded(share, servers):
    agreed = confirmed(share)
    with pytest.raises(ShareError) as caught:
        share.upload(agreed, NOON + 3601)
    assert caught.value.code == "preview_expired"
    assert servers.paths == ["/api/verify"]


def test_a_day_that_the_preview_did_not_show_is_not_sent(share, servers, key_store):
    late = NOON + DAY_S // 2 - 60
    agreed = confirmed(share, late)
    key_store.advertised(late + 120, tx_power_dbm=0, confidence=0)
    with pytest.raises(ShareError) as caught:
        share.upload(agreed, late + 120)
    assert caught.value.code == "preview_expired"
    assert servers.paths == ["/api/verify"]


@pytest.mark.parametrize(
    "code", ["", "1234", "1234567a", "12345678; DROP", "x" * 17, "１２３４５６７８"]
)
def test_a_malformed_code_is_not_sent(share, servers, code):
    with pytest.raises(ShareError) as caught:
        share.preview(code, NOON)
    assert caught.value.code == "code_malformed"
    assert servers.bodies == []


def test_a_phone_without_keys_does_not_use_up_the_code(share, servers, key_store):
    key_store.rotate_after_share(NOON)
    with pytest.raises(ShareError) as caught:
        share.preview(CODE, NOON)
    assert caught.value.code == "nothing_to_share"
    assert servers.bodies == []


def test_a_refused_code_says_so_without_the_servers_words(share):
    with pytest.raises(ShareError) as caught:
        share.preview("87654321", NOON)
    assert caught.value.code == "code_invalid"
    assert "own words" not in str(caught.value)
    assert "87654321" not in str(caught.value)


@pytest.mark.parametrize("path", PUBLISHES)
def test_after_a_lost_publish_answer_the_same_confirmation_finishes_the_upload(
    share, servers, key_store, path
):
    expected = key_store.keys_to_share(NOON)
    agreed = confirmed(share)
    servers.lose.add(path)
    with pytest.raises(ShareError) as caught:
        share.upload(agreed, NOON)
    assert (caught.value.code, caught.value.may_have_arrived) == ("server_unreachable", True)
    servers.lose.clear()
    receipt = share.upload(agreed, NOON + 900)
    assert (tuple(servers.en), tuple(servers.day_keys)) == (expected.en, expected.bluezone)
    assert receipt.en_sent == 3
    assert servers.paths.count("/api/certificate") == 1
    assert servers.paths.count(path) == 2


def test_an_attempt_goes_on_after_a_restart(share, servers, key_store):
    agreed = confirmed(share)
    servers.fail["/v1/publish"] = httpx2.Response(503)
    with pytest.raises(ShareError):
        share.upload(agreed, NOON)
    servers.fail.clear()
    unfinished = share.journal.unfinished()
    preview = share.show_again(unfinished.number, NOON + 5000)
    receipt = share.upload(preview.confirm(preview.confirmation), NOON + 5000)
    assert receipt.en_saved == 3
    assert share.journal.unfinished() is None


def test_a_lost_certificate_answer_ends_the_attempt_and_keeps_the_keys(share, servers, key_store):
    expected = key_store.keys_to_share(NOON)
    agreed = confirmed(share)
    servers.lose.add("/api/certificate")
    with pytest.raises(ShareError):
        share.upload(agreed, NOON)
    servers.lose.clear()
    with pytest.raises(ShareError) as caught:
        share.upload(agreed, NOON + 60)
    assert caught.value.code == "token_invalid"
    assert share.journal.unfinished() is None
    servers.used_tokens.clear()
    receipt = share.upload(confirmed(share, NOON + 120), NOON + 120)
    assert tuple(servers.en) == expected.en
    assert receipt.en_saved == 3


def test_what_one_server_took_is_not_offered_again_when_the_other_refused(
    share, servers, key_store
):
    agreed = confirmed(share)
    code = "health_authority_verification_certificate_invalid"
    servers.fail["/bluezone/v1/publish"] = httpx2.Response(401, json={"code": code})
    with pytest.raises(ShareError) as caught:
        share.upload(agreed, NOON)
    assert caught.value.code == code
    left = key_store.keys_to_share(NOON)
    assert (len(left.en), len(left.bluezone)) == (0, 3)


def test_uploading_twice_gives_the_same_receipt_and_sends_nothing_more(share, servers):
    agreed = confirmed(share)
    receipt = share.upload(agreed, NOON)
    sent = len(servers.bodies)
    assert share.upload(agreed, NOON + 5) == receipt
    assert len(servers.bodies) == sent


def test_the_receipt_is_kept_as_json_and_text_without_keys(share, servers, tmp_path):
    share.upload(confirmed(share), NOON)
    written = sorted((tmp_path / "receipts").iterdir())
    assert [path.suffix for path in written] == [".json", ".txt"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert json.loads(written[0].read_text())["en_saved"] == 3
    text = "".join(path.read_text() for path in written)
    keys = [key["key"] for key in servers.bodies[-1][1]["dayKeys"]]
    assert not [key for key in keys if key in text]
    assert [receipt.time_s for receipt in share.journal.receipts()] == [NOON]


def test_no_secret_of_an_attempt_is_left_once_it_is_over(share, servers, tmp_path):
    share.upload(confirmed(share), NOON)
    left = b"".join(path.read_bytes() for path in tmp_path.glob("share.sqlite3*"))
    secret = servers.bodies[-1][1]["hmacKey"].encode()
    key = servers.bodies[-1][1]["dayKeys"][0]["key"].encode()
    assert not [value for value in (secret, key, b'"tok"') if value in left]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx2.Response(200, content=b"not json"), "unexpected_server_answer"),
        (httpx2.Response(200, json={"testtype": "confirmed"}), "unexpected_server_answer"),
        (httpx2.Response(200, content=b"[" * 100_000), "unexpected_server_answer"),
        (httpx2.Response(302, headers={"Location": "http://evil.example/"}), "server_refused"),
        (httpx2.Response(500), "internal_error"),
        (httpx2.Response(429), "too_many_requests"),
        (httpx2.Response(400, json={"errorCode": "<script>"}), "server_refused"),
        (
            httpx2.Response(412, json={"error_code": "unsupported_test_type"}),
            "unsupported_test_type",
        ),
    ],
)
def test_whatever_the_portal_answers_ends_in_a_known_code(share, servers, answer, code):
    servers.fail["/api/verify"] = answer
    with pytest.raises(ShareError) as caught:
        share.preview(CODE, NOON)
    assert caught.value.code == code


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_code_is_explained_in_words_beside_itself(language):
    for code in EXPLANATIONS:
        text = explain(code, language)
        assert f"({code})" in text
        assert len(text) > len(code) + 10


def test_an_unknown_code_of_a_server_is_not_repeated():
    assert "evil" not in explain("evil", "en")
