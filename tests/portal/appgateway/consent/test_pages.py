"""The desk's page of help, and the receipt: who sees what, in both languages."""

import json
import re
from random import Random

import pytest
from django.conf import LazySettings
from django.test import Client
from tests.portal.appgateway.consent.people import Person, issue, some_case

from bluezone.portal.appgateway.bridge.rounds import run_round
from bluezone.portal.appgateway.consent.models import HelpCode, Mode, SharedHistory, Upload
from bluezone.portal.appgateway.consent.services import Receipt
from bluezone.portal.appgateway.pushes.models import Push
from bluezone.portal.audit.models import Entry
from bluezone.portal.cases.models import Case

NOW = 1_597_472_640
FRIEND = bytes(range(100, 112))


@pytest.fixture(autouse=True)
def _public(settings: LazySettings) -> None:
    settings.BLUEZONE_PUBLIC_URL = "https://bz.example"


def address(case: Case) -> str:
    return f"/cases/{case.pseudonym}/help-code/"


def digits_on(page: str) -> str:
    return "".join(re.findall(r'class="group">(\d+)<', page))


def issue_at_desk(desk: Client, case: Case, mode: int = 0) -> str:
    response = desk.post(address(case), {"mode": mode, "told": "on"}, follow=True)
    return digits_on(response.content.decode())


def receipt_link() -> str:
    data = json.loads(Push.objects.filter(kind="urlnews").latest("pk").data)
    link: str = json.loads(data["DataContent"])["Link"]
    return link


def receipt(client: Client) -> str:
    return client.get(receipt_link().removeprefix("https://bz.example")).content.decode()


def test_a_code_of_the_desk_lets_a_phone_help(desk: Client, case: Case) -> None:
    code = issue_at_desk(desk, case)
    assert len(code) == 6
    assert Person(NOW).help(code) == Receipt(repeated=False, rows=0)
    page = desk.get(address(case)).content.decode()
    assert "Đã dùng" in page
    assert digits_on(page) == ""


def test_the_digits_are_shown_again_in_this_browser_only(
    desk: Client, case: Case, lan: object
) -> None:
    code = issue_at_desk(desk, case)
    assert digits_on(desk.get(address(case)).content.decode()) == code
    other = Client()
    other.cookies["bluezone_session"] = desk.cookies["bluezone_session"].value
    assert digits_on(other.get(address(case)).content.decode()) == ""
    cookie = desk.cookies["bluezone_shown_help_code"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (
        address(case),
        True,
        "Strict",
    )
    assert code not in cookie.value


def test_the_person_must_have_been_told(desk: Client, case: Case) -> None:
    response = desk.post(address(case), {"mode": 0})
    assert response.status_code == 422
    assert "not_told" in response.content.decode()
    assert not HelpCode.objects.exists()


@pytest.mark.parametrize("mode", ["3", "-1", "", "x", "2' OR 1=1"])
def test_another_mode_is_none(mode: str, desk: Client, case: Case) -> None:
    assert desk.post(address(case), {"mode": mode, "told": "on"}).status_code == 422
    assert not HelpCode.objects.exists()


def test_keys_only_is_what_is_ticked_before_anybody_asks(desk: Client, case: Case) -> None:
    page = desk.get(address(case)).content.decode()
    [checked] = re.findall(r'<input type="radio"[^>]*checked[^>]*>', page)
    assert 'value="0"' in checked


def test_the_page_says_what_the_phone_sends_in_any_case(desk: Client, case: Case) -> None:
    desk.cookies["language"] = "en"
    page = desk.get(address(case)).content.decode()
    assert "It cannot be made to send less." in page
    assert "install it again" in page
    assert "08/08/2020" in page  # two days before the onset


def test_a_new_code_ends_the_old_one_and_the_desk_can_revoke(desk: Client, case: Case) -> None:
    first = issue_at_desk(desk, case)
    second = issue_at_desk(desk, case)
    desk.post(f"{address(case)}revoke/")
    assert [row.state for row in HelpCode.objects.order_by("pk")] == ["revoked", "revoked"]
    assert all(not isinstance(Person(NOW).help(code), Receipt) for code in (first, second))
    actions = list(Entry.objects.order_by("sequence").values_list("action", flat=True))
    assert actions[-3:] == ["help_code.issued", "help_code.issued", "help_code.revoked"]


def test_somebody_elses_case_and_other_roles_get_nothing(
    desk: Client, office: Client, stranger: Client
) -> None:
    other = some_case(NOW)
    assert desk.get(address(other)).status_code == 404
    assert desk.post(f"{address(other)}revoke/").status_code == 404
    assert office.get(address(other)).status_code == 403
    assert stranger.get(address(other)).status_code == 302


def test_the_status_follows_by_itself(desk: Client, case: Case) -> None:
    code = issue_at_desk(desk, case, 2)
    page = desk.get(address(case)).content.decode()
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found is not None
    assert desk.get(found[1]).status_code == 204
    person = Person(NOW)
    person.help(code, [person.row(NOW - 60, FRIEND)])
    block = desk.get(found[1])
    assert block["HX-Refresh"] == "true"
    assert "1 bản ghi tiếp xúc" in block.content.decode()


def test_the_case_shows_how_many_contacts_were_shared_and_until_when(
    desk: Client, case: Case
) -> None:
    person = Person(NOW)
    person.help(issue(case, NOW, Mode.WHOLE), [person.row(NOW - 60, FRIEND)])
    page = desk.get(f"/cases/{case.pseudonym}/").content.decode()
    assert "29/08/2020 07:00" in page
    assert FRIEND.hex().upper() not in page.upper()


def test_the_desk_deletes_contacts_that_a_person_no_longer_shares_but_no_keys(
    desk: Client, case: Case
) -> None:
    person = Person(NOW)
    person.help(issue(case, NOW, Mode.WHOLE), [person.row(NOW - 60, FRIEND)])
    history = SharedHistory.objects.get()
    desk.post(f"/cases/{case.pseudonym}/shared/{history.pk}/delete/")
    assert not SharedHistory.objects.exists()
    assert Upload.objects.count() == 1
    assert Entry.objects.latest("sequence").action == "help.contacts_deleted"


def test_no_page_of_the_desk_has_the_receipt(desk: Client, office: Client, case: Case) -> None:
    person = Person(NOW)
    person.help(issue(case, NOW))
    secret = receipt_link().rstrip("/").rsplit("/", 1)[1]
    for client in (desk, office):
        for path in ("/messages/", "/audit/", address(case), f"/cases/{case.pseudonym}/"):
            assert secret not in client.get(path).content.decode()


def test_a_receipt_comes_in_both_languages_with_one_number(case: Case) -> None:
    person = Person(NOW)
    person.help(issue(case, NOW))
    notices = [json.loads(json.loads(push.data)["Notify"]) for push in Push.objects.all()]
    assert sorted(notice["TypeLanguage"] for notice in notices) == ["en", "vi"]
    assert len({notice["NotifyID"] for notice in notices}) == 1
    assert notices[0]["Title"] == "Cảm ơn bạn đã giúp"


def test_a_receipt_says_what_was_kept_and_until_when(stranger: Client, case: Case) -> None:
    person = Person(NOW)
    person.help(issue(case, NOW, Mode.WHOLE), [person.row(NOW - 60, FRIEND)])
    stranger.cookies["language"] = "en"
    page = receipt(stranger)
    assert "08/08/2020 to 15/08/2020; not sent to other phones yet" in page
    assert "30/08/2020 07:00" in page
    assert "29/08/2020 07:00" in page
    run_round(now=NOW, rng=Random(1))
    assert "; sent to other phones" in receipt(stranger)
    assert case.pseudonym not in page


def test_a_receipt_can_be_withdrawn_without_script_session_or_cookie(
    case: Case, stranger: Client
) -> None:
    Person(NOW).help(issue(case, NOW))
    browser = Client(enforce_csrf_checks=True)
    path = receipt_link().removeprefix("https://bz.example")
    asked = browser.post(path).content.decode()
    assert 'name="sure"' in asked
    assert Upload.objects.count() == 1
    done = browser.post(path, {"sure": "yes"})
    assert done.status_code == 200
    assert "13:24" in done.content.decode()
    assert not Upload.objects.exists()
    assert browser.get(path).status_code == 404
    assert browser.post(path, {"sure": "yes"}).status_code == 404


def test_a_receipt_stays_out_of_search_engines_caches_and_referrers(
    case: Case, stranger: Client
) -> None:
    Person(NOW).help(issue(case, NOW))
    response = stranger.get(receipt_link().removeprefix("https://bz.example"))
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert b"Disallow: /help\n" in stranger.get("/robots.txt").content


def test_an_unknown_receipt_and_one_that_is_over_look_alike(case: Case, stranger: Client) -> None:
    never = stranger.get(f"/help/{'a' * 32}/")
    Person(NOW).help(issue(case, NOW))
    path = receipt_link().removeprefix("https://bz.example")
    Upload.objects.update(expires_at=NOW)
    over = stranger.get(path)
    assert never.status_code == over.status_code == 404
    cut = over.content.decode().replace(path, f"/help/{'a' * 32}/")
    assert cut == never.content.decode()


@pytest.mark.parametrize("end", ["A" * 32, "a" * 31, "a" * 33, "1" * 32, "../../audit"])
def test_what_is_no_secret_is_no_address(end: str, stranger: Client, db: None) -> None:
    assert stranger.get(f"/help/{end}/").status_code == 404


def test_a_receipt_speaks_the_language_that_is_asked_for(case: Case, stranger: Client) -> None:
    Person(NOW).help(issue(case, NOW))
    path = receipt_link().removeprefix("https://bz.example")
    assert "Receipt of your help" in stranger.get(f"{path}?lang=en").content.decode()
    assert "Biên nhận" in stranger.get(f"{path}?lang=vi").content.decode()
