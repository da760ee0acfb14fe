"""The relay check's page: who may see it, what it says, what it leaves behind."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from tests.portal.appgateway.bridge.relay_scene import (
    real_meeting,
    relay_one_way,
    replay,
    share,
    two_phones,
)

from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway.bridge.relay_histories import keys_of
from bluezone.portal.appgateway.consent.models import Mode, SharedHistory
from bluezone.portal.audit.models import Entry

pytestmark = pytest.mark.django_db
NOW = 1_597_472_640


def compare(desk: Client, ours: Any, theirs: Any) -> Any:
    (case, history), (_, other) = ours, theirs
    return desk.post(f"/cases/{case.pseudonym}/relay/", {"this": history.pk, "other": other.pk})


def words(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").main.get_text(" ").split())


@pytest.mark.parametrize(
    ("scene", "verdict", "reason"),
    [
        (real_meeting, "Khớp nhau", "Máy kia cũng có bản ghi."),
        (relay_one_way, "Chỉ một phía", "Máy kia không ghi nhận gì quanh lúc này."),
        (replay, "Không thể có", "bị phát lại"),
    ],
    ids=["a real meeting", "a relay in one direction", "a replay an hour later"],
)
def test_two_histories_get_a_verdict_with_times_and_reasons(
    desk: Client, lan: User, scene: Any, verdict: str, reason: str
) -> None:
    a, b = two_phones(NOW, scene)
    response = compare(desk, share(a, lan, NOW), share(b, lan, NOW))
    page = BeautifulSoup(response.content, "html.parser")

    assert response.status_code == 200
    assert verdict in page.select_one("#verdict").get_text()
    assert reason in words(response)
    assert len(page.select("svg.relay")) == len(page.select("table")) >= 1
    times = {cell.get_text() for cell in page.select("tbody td:first-child")}
    assert all(len(time) == 5 and time[2] == ":" for time in times)


def test_keys_are_found_by_the_rows_themselves(lan: User) -> None:
    a, b = two_phones(NOW, real_meeting)
    assert keys_of(a.rows, [b.keys, a.keys]) == a.keys
    assert keys_of(a.rows, [b.keys]) is None
    assert keys_of([], [a.keys]) is None


def test_without_the_uploaded_keys_the_page_says_why_it_cannot_compare(
    desk: Client, lan: User
) -> None:
    a, b = two_phones(NOW, real_meeting)
    ours, theirs = share(a, lan, NOW), share(b, lan, NOW, keys=False)
    page = words(compare(desk, ours, theirs))
    assert "Không so sánh được" in page
    assert theirs[0].pseudonym in page


def test_a_history_with_known_cases_only_is_named_as_such(desk: Client, lan: User) -> None:
    a, b = two_phones(NOW, real_meeting)
    response = compare(desk, share(a, lan, NOW), share(b, lan, NOW, mode=Mode.KNOWN_CASES))
    assert "chỉ chia sẻ tiếp xúc với những ca đã biết" in words(response)


def test_without_two_histories_the_page_says_what_is_needed(desk: Client, lan: User) -> None:
    a, _ = two_phones(NOW, real_meeting)
    case, _ = share(a, lan, NOW)
    page = desk.get(f"/cases/{case.pseudonym}/relay/")
    assert "Cần hai lịch sử" in words(page)


def test_only_histories_of_ones_own_cases_can_be_chosen(
    desk: Client, lan: User, minh: User
) -> None:
    a, b = two_phones(NOW, real_meeting)
    ours, theirs = share(a, lan, NOW), share(b, minh, NOW)
    assert compare(desk, ours, theirs).status_code == 422
    assert desk.get(f"/cases/{theirs[0].pseudonym}/relay/").status_code == 404
    assert not Entry.objects.filter(action="relay.checked").exists()


def test_whoever_has_no_cases_does_not_get_in(office: Client, stranger: Client, lan: User) -> None:
    case, _ = share(two_phones(NOW, real_meeting)[0], lan, NOW)
    path = f"/cases/{case.pseudonym}/relay/"
    assert office.get(path).status_code == 403
    assert stranger.get(path).status_code == 302


def test_a_history_that_was_taken_back_cannot_be_chosen_any_more(desk: Client, lan: User) -> None:
    a, b = two_phones(NOW, real_meeting)
    ours, theirs = share(a, lan, NOW), share(b, lan, NOW)
    SharedHistory.objects.filter(pk=theirs[1].pk).delete()
    assert compare(desk, ours, theirs).status_code == 422


def test_a_comparison_leaves_one_audit_row_and_nothing_else(
    desk: Client, lan: User, django_assert_max_num_queries: Any
) -> None:
    from django.apps import apps  # noqa: PLC0415

    a, b = two_phones(NOW, real_meeting)
    ours, theirs = share(a, lan, NOW), share(b, lan, NOW)

    def counts() -> dict[str, int]:
        models = [one for one in apps.get_models() if "audit" not in one._meta.label]
        return {one._meta.label: one._default_manager.count() for one in models}

    before = counts()
    with django_assert_max_num_queries(25):
        response = compare(desk, ours, theirs)
    entry = Entry.objects.get(action="relay.checked")
    assert counts() == before
    assert (entry.actor, entry.subject) == ("lan", f"case {ours[0].pseudonym}")
    assert entry.detail == f'{{"other": "{theirs[0].pseudonym}"}}'
    assert response["Cache-Control"].count("no-store") == 1


def test_no_id_and_no_key_stands_on_the_page(desk: Client, lan: User) -> None:
    a, b = two_phones(NOW, real_meeting)
    html = compare(desk, share(a, lan, NOW), share(b, lan, NOW)).content.lower()
    for row in a.rows + b.rows:
        assert row.own_id.hex().encode() not in html
    assert a.keys.daily_key.hex().encode() not in html
