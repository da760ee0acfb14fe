"""Opening cases and finding them again."""

import datetime as dt
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, transaction
from django.test import Client

from bluezone.portal.accounts.models import User
from bluezone.portal.audit.models import Entry
from bluezone.portal.cases.errors import InvalidCaseError
from bluezone.portal.cases.models import Case
from bluezone.portal.cases.services import CaseRequest, open_case

NOW = 1_597_472_640


def test_a_case_gets_a_pseudonym_and_its_page(desk: Client) -> None:
    data = {"report_type": "confirmed", "symptom_date": "2020-08-10", "test_date": "2020-08-12"}
    response = desk.post("/cases/new/", data)
    assert response["Location"] == "/cases/HD-000001/"
    text = desk.get("/cases/HD-000001/").content.decode()
    assert "10/08/2020" in text
    assert "15/08/2020 13:24" in text
    assert Entry.objects.filter(action="case.opened", subject="case HD-000001").exists()


def test_pseudonyms_count_up(lan: User) -> None:
    request = CaseRequest("likely", None, dt.date(2020, 8, 14))
    names = [open_case(request, lan, now=NOW).pseudonym for _ in range(3)]
    assert names == ["HD-000001", "HD-000002", "HD-000003"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "missing_date"),
        ({"symptom_date": "2020-08-16"}, "invalid_date"),
        ({"test_date": "2020-07-17"}, "invalid_date"),
    ],
    ids=["no day", "tomorrow", "29 days ago"],
)
def test_a_case_with_an_impossible_day_is_refused_beside_its_field(
    desk: Client, data: dict[str, str], code: str
) -> None:
    response = desk.post("/cases/new/", {"report_type": "confirmed", **data})
    assert response.status_code == 422
    html = BeautifulSoup(response.content, "html.parser")
    error = html.select_one(".field.has-error .error")
    assert error is not None
    assert code in error.text
    field = html.select_one(".field.has-error input")
    assert field is not None
    assert error["id"] in str(field["aria-describedby"]).split()
    assert field["aria-invalid"] == "true"
    assert not Case.objects.exists()


@pytest.mark.parametrize("data", [{"symptom_date": "yesterday"}, {"report_type": "positive"}])
def test_nonsense_is_refused_with_the_page_again(desk: Client, data: dict[str, str]) -> None:
    base = {"report_type": "confirmed", "test_date": "2020-08-14"}
    assert desk.post("/cases/new/", base | data).status_code == 422
    assert not Case.objects.exists()


def test_just_after_midnight_in_hanoi_today_is_allowed(desk: Client, hands: Any) -> None:
    hands.now = 1_597_511_100  # 15/08/2020 17:05 UTC, 16/08/2020 00:05 in Hanoi
    data = {"report_type": "confirmed", "test_date": "2020-08-16"}
    assert desk.post("/cases/new/", data).status_code == 302


def test_the_database_itself_refuses_a_case_without_a_day(lan: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(
            pseudonym="HD-000009", report_type="confirmed", opened_by=lan, opened_at=NOW
        )


@pytest.mark.parametrize(
    "request_", [CaseRequest("x", dt.date(2020, 8, 1), None), CaseRequest("likely", None, None)]
)
def test_the_service_refuses_what_the_form_would(lan: User, request_: CaseRequest) -> None:
    with pytest.raises(InvalidCaseError):
        open_case(request_, lan, now=NOW)


def test_a_colleague_sees_neither_list_nor_page(desk: Client, case: Case, minh: User) -> None:
    other = Client()
    other.force_login(minh)
    session = other.session
    session["started_at"] = session["seen_at"] = NOW
    session.save()
    assert case.pseudonym not in other.get("/cases/").content.decode()
    assert other.get(f"/cases/{case.pseudonym}/").status_code == 404
    assert other.post(f"/cases/{case.pseudonym}/code/").status_code == 404


def test_the_list_asks_the_database_a_fixed_number_of_times(
    desk: Client, lan: User, django_assert_num_queries: Any
) -> None:
    request = CaseRequest("confirmed", dt.date(2020, 8, 14), None)
    for _ in range(60):
        open_case(request, lan, now=NOW)
    with django_assert_num_queries(4):  # session, user, rows, count
        html = BeautifulSoup(desk.get("/cases/").content, "html.parser")
    assert len(html.select("tbody tr")) == 50
    count = html.select_one(".count")
    assert count is not None
    assert count.text == "50 trên 60 ca"


def test_an_empty_list_says_what_to_do(desk: Client) -> None:
    html = BeautifulSoup(desk.get("/cases/").content, "html.parser")
    assert html.select_one(".empty") is not None
