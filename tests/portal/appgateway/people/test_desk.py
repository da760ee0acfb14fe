"""Health workers: who wants to be called, who has a number; everything leaves its trace."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway.people.calling import SEARCHES
from bluezone.portal.appgateway.people.declaring import Warned, declare
from bluezone.portal.appgateway.people.models import Declaration
from bluezone.portal.appgateway.people.sealing import Person
from bluezone.portal.audit.models import Entry

pytestmark = pytest.mark.django_db

LIST, SEARCH = "/declarations/", "/declarations/person/"
NAME = "<script>alert('Nguyễn')</script>"
REASON = "HD-000001: không gặp được"


@pytest.fixture
def declared(rng: Any) -> Callable[..., Declaration]:
    """Return what makes a declaration of a phone."""

    def make(phone_id: int = 1, name: str = NAME) -> Declaration:
        person = Person(name, "1 Tràng Thi", "+84912345678")
        return declare(Warned(phone_id, 1), person, now=clock.now(), rng=rng)

    return make


def audit() -> list[tuple[str, str, str]]:
    rows = Entry.objects.order_by("sequence").values_list("actor", "action", "detail")
    return [row for row in rows if row[1].partition(".")[0] in {"declaration", "person"}]


def test_the_list_says_who_waits_longest_and_nobodys_name(
    desk: Client, declared: Any, hands: Any, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        declared(number)
        hands.advance(60)
    Declaration.objects.filter(pk=Declaration.objects.earliest("pk").pk).update(state="closed")
    with django_assert_num_queries(8):  # session and its last use, user, rows, counts
        page = desk.get(LIST).content.decode()
    assert "Nguy" not in page.partition("<main")[2]
    assert "912345678" not in page
    first, second, third = Declaration.objects.order_by("pk")
    places = [page.index(f"/declarations/{row.pk}/") for row in (second, third, first)]
    assert places == sorted(places)
    assert audit() == []


def test_opening_shows_the_person_escaped_and_leaves_a_trace(desk: Client, declared: Any) -> None:
    row = declared()
    page = desk.get(f"{LIST}{row.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&#x27;Nguyễn&#x27;)" in page
    assert 'href="tel:+84912345678"' in page
    assert "chưa xác nhận" in page
    assert audit() == [("lan", "declaration.opened", "{}")]


def test_a_declaration_goes_from_waiting_to_called_to_closed(desk: Client, declared: Any) -> None:
    row = declared()
    for state, wanted in (("waiting", "called"), ("called", "closed")):
        desk.post(f"{LIST}{row.pk}/state/", {"from": state, "state": wanted})
        row.refresh_from_db()
        assert (row.state, row.changed_by) == (wanted, "lan")
    assert [entry[1] for entry in audit()] == ["declaration.called", "declaration.closed"]


@pytest.mark.parametrize(
    "fields",
    [
        {"from": "called", "state": "closed"}, {"from": "waiting", "state": "waiting"},
        {"from": "waiting", "state": "x"}, {}, {"state": "called"},
    ],
)  # fmt: skip
def test_a_step_from_another_state_than_the_page_showed_changes_nothing(
    desk: Client, declared: Any, fields: dict[str, str]
) -> None:
    row = declared()
    assert desk.post(f"{LIST}{row.pk}/state/", fields).status_code == 302
    row.refresh_from_db()
    assert row.state == "waiting"
    assert audit() == []


def test_a_closed_declaration_stays_closed(desk: Client, declared: Any) -> None:
    row = declared()
    Declaration.objects.update(state="closed")
    desk.post(f"{LIST}{row.pk}/state/", {"from": "closed", "state": "waiting"})
    row.refresh_from_db()
    assert row.state == "closed"


def test_the_list_shows_fifty_and_counts_all(desk: Client, declared: Any) -> None:
    for number in range(53):
        declared(number)
    page = desk.get(LIST).content.decode()
    assert page.count('href="/declarations/') == 50 + 2  # the bar, and the search
    assert "50 trên 53" in page


def test_a_person_is_found_by_the_whole_number_and_a_reason(desk: Client, owner: Any) -> None:
    owner.confirmed()
    owner.declare(Fullname="Nguyễn Văn A", Address="<b>1 Tràng Thi</b>")
    page = desk.post(SEARCH, {"number": "0912.345.678", "reason": REASON}).content.decode()
    assert "Nguyễn Văn A" in page
    assert "15/08/2020" in page
    assert "&lt;b&gt;1 Tràng Thi&lt;/b&gt;" in page
    [(actor, action, detail)] = audit()
    assert (actor, action) == ("lan", "person.opened")
    assert json.loads(detail) == {"reason": REASON, "found": True}
    assert "912345678" not in str(list(Entry.objects.values()))


def test_looking_for_nobody_leaves_a_trace_too(desk: Client) -> None:
    page = desk.post(SEARCH, {"number": "0912345678", "reason": REASON}).content.decode()
    assert "Không có gì được lưu về số này" in page
    assert [entry[1] for entry in audit()] == ["person.opened"]


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"number": "0912345678"}, {"number": "0912345678", "reason": "abc"},
        {"number": "091234", "reason": REASON}, {"number": "%", "reason": REASON},
        {"number": "0912345678", "reason": "x" * 201},
    ],
)  # fmt: skip
def test_part_of_a_number_or_no_reason_finds_nobody(
    desk: Client, owner: Any, fields: dict[str, str]
) -> None:
    owner.confirmed()
    owner.declare(Fullname="Nguyen Van A")
    answer = desk.post(SEARCH, fields)
    assert answer.status_code == 422
    assert "Nguyen Van A" not in answer.content.decode()
    assert audit() == []


def test_nobody_looks_a_list_of_people_up(desk: Client, owner: Any, hands: Any) -> None:
    owner.confirmed()
    owner.declare(Fullname="Nguyen Van A")
    for number in range(SEARCHES.count):
        desk.post(SEARCH, {"number": f"09876543{number:02d}", "reason": REASON})
    answer = desk.post(SEARCH, {"number": "0912345678", "reason": REASON})
    assert answer.status_code == 429
    assert "Nguyen Van A" not in answer.content.decode()
    hands.advance(SEARCHES.window_s - 1200)  # a session ends after twenty minutes
    assert len(audit()) == SEARCHES.count


def test_administrators_and_strangers_see_nothing(
    office: Client, stranger: Client, declared: Any
) -> None:
    row = declared()
    for path in (LIST, f"{LIST}{row.pk}/", SEARCH):
        assert office.get(path).status_code == 403
        assert stranger.get(path)["Location"].startswith("/sign-in/")
    assert office.post(f"{LIST}{row.pk}/state/", {"state": "called"}).status_code == 403


def test_a_health_worker_of_one_unit_does_not_see_the_whole_country(
    lan: User, desk: Client, declared: Any
) -> None:
    row = declared()
    User.objects.filter(pk=lan.pk).update(role="")
    for path in (LIST, f"{LIST}{row.pk}/", SEARCH):
        assert desk.get(path).status_code == 403


def test_the_bar_leads_to_the_calls(desk: Client) -> None:
    page = desk.get("/cases/").content.decode()
    assert 'href="/declarations/"' in page


def test_what_is_sealed_with_a_lost_key_is_said_so(desk: Client, declared: Any) -> None:
    row = declared()
    Declaration.objects.update(sealed=b"x" * 60)
    assert "seal_broken" in desk.get(f"{LIST}{row.pk}/").content.decode()


def test_without_a_gateway_a_health_worker_reads_the_code_out_and_nobody_else(
    desk: Client, office: Client, owner: Any, last_code: Callable[[], str], settings: Any
) -> None:
    owner.ask()
    assert last_code() in desk.get("/messages/").content.decode()
    assert last_code() not in office.get("/messages/").content.decode()
    settings.BLUEZONE_SMS_PROVIDER = "http"
    owner.number = "0987654321"
    owner.ask()
    assert last_code() not in desk.get("/messages/").content.decode()
