"""A published phone says that it found a match: its owner is warned, nothing else is kept."""

import json
from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync
from tests.portal.appgateway.conftest import Phone, envelope
from tests.portal.appgateway.uploads.conftest import NOW, Match
from tests.portal.appgateway.uploads.layouts import LAYOUTS, ROW, Layout
from tests.portal.conftest import Hands

from bluezone.portal.appgateway.phones import registry
from bluezone.portal.appgateway.phones.models import Phone as PhoneRow
from bluezone.portal.appgateway.pushes import services
from bluezone.portal.appgateway.pushes.find_guid import find_guid_for, find_guid_key
from bluezone.portal.appgateway.pushes.models import Push, Warned
from bluezone.portal.appgateway.uploads.declaration_token import declaration_key, read

CONFIRM = "/api/AppHistoryContact/ReportHistory_ConfirmContact"
ANDROID, NOFILE = LAYOUTS[0], LAYOUTS[2]


def send(
    phone: Phone, layout: Layout, values: dict[str, str], history: bytes = ROW * 5
) -> dict[str, object]:
    suffix = "" if layout.with_file else "_NoFile"
    body = layout.body(values, history)
    chunks = [body[at : at + 1000] for at in range(0, len(body), 1000)]
    answer = phone.send("POST", CONFIRM + suffix, chunks, headers=layout.headers)
    assert answer.status == 200
    return envelope(answer)


def kept() -> str:
    """Return everything that the tables of phones and pushes hold."""
    rows: Iterator[dict[str, object]] = iter(
        [*PhoneRow.objects.values(), *Push.objects.values(), *Warned.objects.values()]
    )
    return json.dumps(list(rows), default=str)


def test_every_published_layout_brings_one_warning_in_both_languages(
    phone: Phone, match: Match, layout: Layout
) -> None:
    answer = send(phone, layout, match.values())
    assert (answer["isOk"], answer["Status"]) == (True, 0)
    pushes = Push.objects.all()
    assert {push.phone_id for push in pushes} == {match.phone_id}
    notices = [json.loads(json.loads(push.data)["Notify"]) for push in pushes]
    assert sorted(notice["TypeLanguage"] for notice in notices) == ["en", "vi"]
    assert len({notice["NotifyID"] for notice in notices}) == 1


def test_the_answer_holds_a_token_for_a_declaration_about_this_bundle(
    phone: Phone, match: Match
) -> None:
    answer = send(phone, ANDROID, match.values())
    token = answer["Object"]["Token"]  # type: ignore[index]
    declared = read(token, NOW, key=declaration_key())
    assert (declared.phone_id, declared.bundle_id) == (match.phone_id, match.bundle_id)


def test_file_and_twin_in_any_order_five_times_are_one_warning_and_one_answer(
    phone: Phone, match: Match, hands: Hands
) -> None:
    answers = []
    for _ in range(5):
        answers += [send(phone, NOFILE, match.values()), send(phone, ANDROID, match.values())]
        hands.advance(50)
    assert {json.dumps(answer) for answer in answers} == {json.dumps(answers[0])}
    assert Push.objects.count() == 2
    assert Warned.objects.count() == 1


def test_neither_keys_nor_history_nor_number_reach_the_database(
    phone: Phone, match: Match, layout: Layout
) -> None:
    send(phone, layout, match.values())
    text = kept()
    assert match.token in text
    for trace in ("66" * 8, "77" * 8, "0912345678", "912345678", "ED7380311B3D6CD4DCD0C0E6"):
        assert trace not in text


def test_without_a_token_the_answer_is_11(phone: Phone, match: Match, layout: Layout) -> None:
    for lost in ("", "   ", "null", "[object Object]", "0912345678"):
        answer = send(phone, layout, match.values(TokenFirebase=lost))
        assert (answer["isOk"], answer["Status"]) == (False, 11)
    assert Push.objects.count() == 0


def test_the_previous_answer_sent_as_a_token_is_understood(phone: Phone, match: Match) -> None:
    before = json.dumps({"isOk": True, "Status": 0, "Object": match.token, "isError": False})
    assert send(phone, NOFILE, match.values(TokenFirebase=before))["Status"] == 0


@pytest.mark.parametrize(
    "find_guid",
    ["", "123456", "7f3c2a10-5d1e-4c6b-9a2f-0123456789ab", "' OR 1=1 --", "<b>x</b>", "đđđ"],
)
def test_a_number_that_is_not_ours_is_61(phone: Phone, match: Match, find_guid: str) -> None:
    assert send(phone, ANDROID, match.values(FindGUID=find_guid))["Status"] == 61
    assert Push.objects.count() == 0


def test_the_number_of_another_phone_is_61(phone: Phone, match: Match) -> None:
    stranger = async_to_sync(registry.register)("another-token-of-a-phone", "ios", now=NOW)
    theirs = find_guid_for(match.bundle_id, stranger, key=find_guid_key())
    assert send(phone, ANDROID, match.values(FindGUID=theirs))["Status"] == 61
    someone = match.values(TokenFirebase="another-token-of-a-phone")
    assert send(phone, ANDROID, someone)["Status"] == 61
    assert Push.objects.count() == 0


def test_a_bundle_that_is_over_or_withdrawn_is_62(phone: Phone, match: Match, hands: Hands) -> None:
    services.withdraw_round(match.round_id, now=NOW)
    assert send(phone, ANDROID, match.values())["Status"] == 62
    assert Push.objects.count() == 0


def test_a_late_answer_is_62(phone: Phone, match: Match, hands: Hands) -> None:
    hands.advance(14 * 86_400)
    assert send(phone, ANDROID, match.values())["Status"] == 62


def test_a_phone_that_nobody_knows_is_registered_by_its_upload(phone: Phone, match: Match) -> None:
    values = match.values(TokenFirebase="a-token-that-nobody-knows")
    assert send(phone, NOFILE, values)["Status"] == 61
    assert async_to_sync(registry.find)("a-token-that-nobody-knows") is not None


def test_uploads_register_no_more_phones_than_an_address_may(
    phone: Phone, match: Match, settings: object
) -> None:
    settings.BLUEZONE_GATEWAY_NEW_PHONES_PER_HOUR = 1  # type: ignore[attr-defined]
    answers = [
        send(phone, NOFILE, match.values(TokenFirebase=f"unknown-token-number-{number}"))["Status"]
        for number in range(3)
    ]
    assert answers == [61, 1, 1]
    assert PhoneRow.objects.count() == 2
    assert send(phone, NOFILE, match.values())["Status"] == 0


def broken_bodies(match: Match) -> dict[str, tuple[bytes, str]]:
    body, kind = ANDROID.body(match.values()), ANDROID.content_type
    double = b'--%b\r\nContent-Disposition: form-data; name="FindGUID"\r\n\r\nx\r\n'
    return {
        "cut off": (body[:-20], kind),
        "cut off in the history": (body[:300], kind),
        "empty": (b"", kind),
        "wrong boundary": (body, "multipart/form-data; boundary=RNFetchBlob-other"),
        "no boundary": (body, "multipart/form-data"),
        "no content type": (body, ""),
        "JSON": (b'{"FindGUID": "1"}', "application/json"),
        "twice": (double % ANDROID.boundary.encode() + body, kind),
        "not UTF-8": (body.replace(match.find_guid.encode(), b"\xff\xfe"), kind),
        "giant token": (body.replace(match.token.encode(), b"x" * 10_000), kind),
        "giant head": (body.replace(b"text/xml", b"x" * 10_000), kind),
        "a thousand parts": (
            b'--%b\r\ncontent-disposition: form-data; name="x"\r\n\r\n\r\n'
            % ANDROID.boundary.encode()
            * 1000
            + body,
            kind,
        ),
    }


def test_a_broken_body_is_status_2_and_nothing_is_stored(phone: Phone, match: Match) -> None:
    for name, (body, kind) in broken_bodies(match).items():
        answer = envelope(phone.send("POST", CONFIRM, [body], headers={"content-type": kind}))
        assert (answer["isOk"], answer["Status"]) == (False, 2), name
    assert Push.objects.count() == 0
    assert PhoneRow.objects.count() == 1
