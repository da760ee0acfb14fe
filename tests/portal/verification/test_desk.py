"""Codes at the desk: issued, read aloud, followed, revoked."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client

from bluezone.portal.audit.models import Entry
from bluezone.portal.cases.models import Case
from bluezone.portal.verification.models import MessageState, SmsMessage, VerificationCode

Call = Callable[..., tuple[int, dict[str, Any]]]


def html_of(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture
def address(desk: Client, case: Case) -> str:
    """The page of a code that was just issued."""
    response = desk.post(f"/cases/{case.pseudonym}/code/", {"phone": ""})
    assert response.status_code == 302
    return str(response["Location"])


def read_aloud(html: BeautifulSoup) -> str:
    shown = html.select_one(".read-aloud")
    return "" if shown is None else "".join(part.text for part in shown.select(".group"))


def state(html: BeautifulSoup) -> str:
    shown = html.select_one("#code-status .state")
    assert shown is not None
    return shown.text


def test_a_code_is_shown_large_and_as_a_qr_and_survives_a_reload(
    desk: Client, address: str
) -> None:
    for _ in range(2):
        html = html_of(desk.get(address))
        assert re.fullmatch(r"\d{8}", read_aloud(html))
        assert html.select_one("svg.qr title") is not None
        assert not html.find_all(style=True)
        link = html.select_one(".address code")
        assert link is not None
        assert re.fullmatch(r"http://127\.0\.0\.1:8000/v\?r=vn&c=[a-z0-9]{16}", link.text)
        assert state(html) == "Đang chờ sử dụng"


def test_the_link_lives_a_day_although_no_message_was_sent(desk: Client, address: str) -> None:
    row = VerificationCode.objects.get()
    assert row.long_expires_at - row.issued_at == 86_400
    assert row.expires_at - row.issued_at == 900


def test_another_browser_of_the_same_person_does_not_show_the_code(
    desk: Client, address: str
) -> None:
    del desk.cookies["bluezone_shown_code"]
    assert read_aloud(html_of(desk.get(address))) == ""


@pytest.mark.parametrize("value", ["", "%%%", "AAAA", "é", "x" * 5000])
def test_a_made_up_cookie_shows_nothing(desk: Client, address: str, value: str) -> None:
    desk.cookies["bluezone_shown_code"] = value
    assert read_aloud(html_of(desk.get(address))) == ""


def test_the_cookie_is_for_its_page_only_and_holds_no_code(
    desk: Client, address: str, case: Case
) -> None:
    cookie = desk.cookies["bluezone_shown_code"]
    assert cookie["path"] == address
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert read_aloud(html_of(desk.get(address))) not in cookie.value
    other = desk.post(f"/cases/{case.pseudonym}/code/", {"phone": ""})["Location"]
    desk.cookies["bluezone_shown_code"] = cookie.value
    assert read_aloud(html_of(desk.get(other))) == ""


def test_the_desk_sees_that_the_code_was_used_and_the_code_is_gone(
    desk: Client, address: str, call: Call, device_key: str
) -> None:
    code = read_aloud(html_of(desk.get(address)))
    assert call("verify", {"code": code}, device_key)[0] == 200
    html = html_of(desk.get(address))
    assert state(html) == "Đã dùng"
    assert "15/08/2020 13:24" in html.text
    assert read_aloud(html) == ""


def test_the_block_is_sent_again_only_when_it_changed(
    desk: Client, address: str, call: Call, device_key: str
) -> None:
    html = html_of(desk.get(address))
    block = html.select_one("#code-status")
    assert block is not None
    assert block["hx-trigger"] == "every 3s"
    assert desk.get(block["hx-get"]).status_code == 204
    call("verify", {"code": read_aloud(html)}, device_key)
    changed = desk.get(block["hx-get"])
    assert changed.status_code == 200
    assert changed["HX-Refresh"] == "true"
    assert html_of(changed).select_one("#code-status[hx-get]") is None


def test_following_a_code_does_not_keep_the_session_alive(
    desk: Client, address: str, hands: Any
) -> None:
    for _ in range(4):
        hands.advance(5 * 60)
        response = desk.get(f"{address}status/")
    assert response.status_code == 302


def test_a_revoked_code_works_no_more(
    desk: Client, address: str, call: Call, device_key: str
) -> None:
    code = read_aloud(html_of(desk.get(address)))
    assert desk.get(f"{address}revoke/").status_code == 405
    assert desk.post(f"{address}revoke/")["Location"] == address
    html = html_of(desk.get(address))
    assert state(html) == "Đã thu hồi"
    assert html.select_one("form[action$='revoke/']") is None
    assert call("verify", {"code": code}, device_key)[1]["errorCode"] == "code_expired"
    assert Entry.objects.filter(action="code.revoked", actor="lan").count() == 1


def test_after_fifteen_minutes_only_the_link_is_left_and_after_a_day_nothing(
    desk: Client, address: str, call: Call, device_key: str, hands: Any
) -> None:
    html = html_of(desk.get(address))
    link = html.select_one(".address code")
    assert link is not None
    hands.advance(10 * 60)
    desk.get("/cases/")
    hands.advance(5 * 60)
    later = html_of(desk.get(address))
    assert state(later) == "Chỉ còn liên kết dùng được"
    assert read_aloud(later) == ""
    assert later.select_one("svg.qr") is not None
    code = read_aloud(html)
    assert call("verify", {"code": code}, device_key)[1]["errorCode"] == "code_expired"
    assert call("verify", {"code": link.text[-16:]}, device_key)[0] == 200


def test_a_message_is_shown_in_the_outbox_and_the_number_is_nowhere(
    desk: Client, case: Case, office: Client
) -> None:
    address = desk.post(f"/cases/{case.pseudonym}/code/", {"phone": "0912 345 678"})["Location"]
    message = SmsMessage.objects.get()
    assert message.state == MessageState.SHOWN
    assert bytes(message.recipient_sealed) == b""
    code = read_aloud(html_of(desk.get(address)))
    mine = desk.get("/messages/").content.decode()
    assert f"{code[:4]} {code[4:]}" in mine
    assert "…678" in mine
    theirs = office.get("/messages/").content.decode()
    assert code[:4] not in theirs
    assert "…678" in theirs
    stored = str(list(VerificationCode.objects.values())) + str(list(SmsMessage.objects.values()))
    assert "912345678" not in stored


def test_the_text_of_a_shown_message_goes_with_its_code(desk: Client, case: Case) -> None:
    address = desk.post(f"/cases/{case.pseudonym}/code/", {"phone": "0912345678"})["Location"]
    desk.post(f"{address}revoke/")
    assert bytes(SmsMessage.objects.get().body_sealed) == b""


def test_a_wrong_phone_number_issues_no_code(desk: Client, case: Case) -> None:
    response = desk.post(f"/cases/{case.pseudonym}/code/", {"phone": "12"})
    assert response.status_code == 422
    assert "phone_number_invalid" in response.content.decode()
    assert not VerificationCode.objects.exists()


def test_a_case_from_long_ago_gets_no_code(desk: Client, case: Case, hands: Any) -> None:
    Case.objects.update(symptom_date="2020-06-01")
    response = desk.post(f"/cases/{case.pseudonym}/code/", {"phone": ""})
    assert response.status_code == 422
    assert "invalid_date" in response.content.decode()


def test_loading_the_answer_of_a_refused_form_again_leads_back(desk: Client, case: Case) -> None:
    assert desk.get(f"/cases/{case}/code/")["Location"] == f"/cases/{case}/"


def test_nobody_else_sees_or_revokes_a_code(
    desk: Client, address: str, office: Client, stranger: Client, minh: Any
) -> None:
    assert office.get(address).status_code == 403
    assert office.post(f"{address}revoke/").status_code == 403
    assert stranger.get(address).status_code == 302
    VerificationCode.objects.get().case.__class__.objects.update(opened_by=minh)
    assert desk.get(address).status_code == 404
    assert desk.post(f"{address}revoke/").status_code == 404
    assert VerificationCode.objects.get().revoked_at is None


def test_the_pages_ask_the_database_a_fixed_number_of_times(
    desk: Client, address: str, case: Case, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        desk.post(f"/cases/{case.pseudonym}/code/", {"phone": "0912345678"})
    with django_assert_num_queries(4):  # session, user, code with case, message
        desk.get(address)
    with django_assert_num_queries(6):  # session, user, case, codes, help codes, shared contacts
        desk.get(f"/cases/{case.pseudonym}/")
    with django_assert_num_queries(4):  # session, user, messages with case, count
        desk.get("/messages/")


def test_a_code_that_is_issued_is_in_the_audit_without_its_value(
    desk: Client, address: str
) -> None:
    entry = Entry.objects.get(action="code.issued")
    code = read_aloud(html_of(desk.get(address)))
    assert entry.actor == "lan"
    assert "HD-000001" in entry.detail
    assert code not in entry.detail + entry.subject
