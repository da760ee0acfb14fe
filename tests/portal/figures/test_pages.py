"""Pages of the figures: enter, upload, look, decide; only whoever may, only where they may."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.middleware import SEEN, STARTED
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.audit.models import Entry
from bluezone.portal.campaign.figures.facts import load_facts
from bluezone.portal.campaign.figures.models import Figure, PublishedRate, Upload
from bluezone.portal.campaign.figures.services import current, record_denominator
from bluezone.portal.units.models import Unit

NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)
HD = "vn2020.30"
CITY = f"{HD}.288"
WARD = f"{CITY}.10507"
Desk = Callable[..., Client]


@pytest.fixture
def desk_of(country: dict[str, Unit]) -> Desk:
    """The browser of somebody with a role in a unit: `desk_of("hoa", "unit_manager", HD)`."""

    def sign_in(name: str, role: str, path: str, *, language: str = "vi") -> Client:
        user = create_staff(name, "mot hai ba bon nam", "", language=language)
        create_member(user, Unit.objects.get(path=path), role)
        client = Client()
        client.force_login(user)
        session = client.session
        session[STARTED] = session[SEEN] = clock.desk_now()
        session.save()
        client.cookies["language"] = language
        return client

    return sign_in


@pytest.fixture
def officer(desk_of: Desk) -> Client:
    return desk_of("hoa", "campaign_officer", HD)


def page(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def typed(**changes: str) -> dict[str, str]:
    base = {"series": "users", "day": "2020-08-15", "value": "1.250", "source": "report"}
    return base | changes


def file(text: str, name: str = "baocao.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def sent(text: str, **changes: Any) -> dict[str, Any]:
    base = {"file": file(text), "source": "report", "series": "users", "wrong_rows": "nothing"}
    return base | {"day": "2020-08-15"} | changes


def test_todays_figure_is_entered_by_form_and_stands_in_the_audit(officer: Client) -> None:
    response = officer.post(f"/campaign/{WARD}/figures/new/", typed(evidence="CV 12"))
    row = Figure.objects.get()
    assert response["Location"] == f"/campaign/{WARD}/figures/{row.id}/"
    assert (row.value, row.unit_path, row.reported_by) == (1250, WARD, "hoa")
    assert "1.250" in page(officer.get(response["Location"])).text
    entry = Entry.objects.get(action="figure.recorded")
    assert (entry.actor, entry.subject) == ("hoa", f"figure {row.id}")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"value": "23,4 %"}, "value", "percentage"),
        ({"value": "23,4"}, "value", "not_whole"),
        ({"value": ""}, "value", ""),
        ({"day": "2020-08-16"}, "day", "day_to_come"),
        ({"source": "registrations"}, "source", ""),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    officer: Client, changes: dict[str, str], field: str, code: str
) -> None:
    response = officer.post(f"/campaign/{WARD}/figures/new/", typed(**changes))
    assert response.status_code == 422
    error = page(response).select_one(f"#id_{field}_error")
    assert error is not None
    assert code in error.text
    assert not Figure.objects.exists()


def test_a_doubtful_figure_is_held_and_its_reporter_is_told(officer: Client) -> None:
    record_denominator(WARD, "people", 9_000, day=TODAY, source="s", actor="a", now=NOW)
    response = officer.post(f"/campaign/{WARD}/figures/new/", typed(value="91.000"))
    notice = page(officer.get(response["Location"])).select_one(".notice.warn")
    assert notice is not None
    assert "nhiều hơn số dân" in notice.text
    assert "hoa" not in current([WARD], "users", TODAY)


def test_somebody_else_accepts_with_a_reason_and_the_reporter_cannot(
    officer: Client, desk_of: Desk
) -> None:
    record_denominator(WARD, "people", 9_000, day=TODAY, source="s", actor="a", now=NOW)
    officer.post(f"/campaign/{WARD}/figures/new/", typed(value="9.400"))
    held = Figure.objects.get()
    decide = f"/campaign/{HD}/figures/{held.id}/review/"
    said = {"verdict": "accept", "reason": "công nhân ở trọ"}
    assert officer.post(decide, said).status_code == 422
    manager = desk_of("nga", "unit_manager", HD)
    assert "91" not in page(manager.get(f"/campaign/{HD}/figures/held/")).text
    assert page(manager.get(f"/campaign/{HD}/figures/held/")).select("tbody tr")
    assert manager.post(decide, {"verdict": "accept", "reason": ""}).status_code == 422
    assert manager.post(decide, said).status_code == 302
    assert current([WARD], "users", TODAY)[WARD].value == 9400
    assert Entry.objects.filter(action="figure.accepted", actor="nga").exists()
    assert not page(manager.get(f"/campaign/{HD}/figures/held/")).select("tbody tr")


def test_a_correction_is_a_new_row_and_both_are_shown(officer: Client, report: Any) -> None:
    (figure,) = report(WARD, 1000).accepted
    address = f"/campaign/{WARD}/figures/{figure.id}/"
    assert officer.post(f"{address}correct/", {"value": "900", "reason": ""}).status_code == 422
    response = officer.post(f"{address}correct/", {"value": "900", "reason": "đếm hai lần"})
    html = page(officer.get(response["Location"]))
    assert [row.select("td")[1].text for row in html.select("tbody tr")] == ["1.000", "900"]
    assert "đếm hai lần" in html.text
    assert officer.post(f"{address}correct/", {"value": "1", "reason": "x"}).status_code == 422


def test_a_file_is_previewed_then_confirmed(officer: Client) -> None:
    record_denominator(WARD, "people", 9_000, day=TODAY, source="s", actor="a", now=NOW)
    text = "Mã xã;Người dùng\n10507;91000\n10510;400\n99999;3\n"
    response = officer.post(f"/campaign/{HD}/figures/upload/", sent(text, wrong_rows="keep"))
    html = page(officer.get(response["Location"]))
    assert html.select_one(f"button[formaction='{response['Location']}confirm/']") is not None
    assert not Figure.objects.exists()
    findings = [
        [cell.text for cell in row.select("td")] for row in html.select("table")[0].select("tr")[1:]
    ]
    assert findings[0][1] == "dòng 4, cột A “Mã xã”"
    assert "unknown_code" in findings[0][2]
    assert "more_than_people" in findings[1][2]
    confirmed = officer.post(f"{response['Location']}confirm/")
    assert confirmed.status_code == 302
    assert Figure.objects.count() == 2
    assert page(officer.get(confirmed["Location"])).select_one(".notice.good") is not None
    assert officer.post(f"{response['Location']}confirm/").status_code == 409
    assert Entry.objects.filter(action="upload.confirmed").exists()


def test_with_wrong_rows_and_nothing_wanted_then_there_is_no_button(officer: Client) -> None:
    text = "Mã xã;Người dùng\n10507;10\n99999;3\n"
    address = officer.post(f"/campaign/{HD}/figures/upload/", sent(text))["Location"]
    html = page(officer.get(address))
    assert html.select_one(f"button[formaction='{address}confirm/']") is None
    assert officer.post(f"{address}confirm/").status_code == 409
    assert officer.post(f"{address}cancel/").status_code == 302
    assert not Figure.objects.exists()
    assert Upload.objects.get().state == "cancelled"


def test_an_unreadable_file_is_explained_beside_the_field(officer: Client) -> None:
    response = officer.post(f"/campaign/{HD}/figures/upload/", sent("%PDF-1.7"))
    assert response.status_code == 422
    error = page(response).select_one("#id_file_error")
    assert error is not None
    assert "pdf" in error.text


def test_conflicts_show_both_sides(officer: Client, report: Any) -> None:
    report(HD, 310_000)
    report(HD, 330_000, source="press", name="Báo Hải Dương")
    html = page(officer.get(f"/campaign/{HD}/figures/conflicts/"))
    (row,) = html.select("tbody tr")
    assert "310.000" in row.text
    assert "330.000" in row.text
    assert "Báo Hải Dương" in row.text


def test_the_list_shows_each_percentage_with_its_base(officer: Client, report: Any) -> None:
    record_denominator(
        HD, "people", 1_892_254, day=dt.date(2019, 4, 1), source="s", actor="a", now=NOW
    )
    report(HD, 398_000)
    text = page(officer.get(f"/campaign/{HD}/figures/")).text
    assert "21,0 % số dân (1.892.254 ngày 01/04/2019)" in text


@pytest.mark.parametrize(
    "page_", ["", "new/", "held/", "conflicts/", "upload/", "table.csv"], ids=lambda name: name
)
def test_no_look_sideways_and_none_without_signing_in(
    officer: Client, stranger: Client, page_: str
) -> None:
    assert officer.get(f"/campaign/{HD}/figures/{page_}").status_code == 200
    assert officer.get(f"/campaign/vn2020.27/figures/{page_}").status_code == 404
    assert officer.get(f"/campaign/vn2020/figures/{page_}").status_code == 404
    assert "sign-in" in stranger.get(f"/campaign/{HD}/figures/{page_}")["Location"]


def test_an_auditor_reads_and_changes_nothing(desk_of: Desk, report: Any) -> None:
    (figure,) = report(WARD, 1000).accepted
    auditor = desk_of("tra", "auditor", HD)
    assert auditor.get(f"/campaign/{WARD}/figures/{figure.id}/").status_code == 200
    assert auditor.get(f"/campaign/{WARD}/figures/new/").status_code == 403
    said = {"value": "1", "reason": "x"}
    assert auditor.post(f"/campaign/{WARD}/figures/{figure.id}/correct/", said).status_code == 403
    assert auditor.post(f"/campaign/{WARD}/figures/upload/", sent("x")).status_code == 403


def test_a_figure_of_another_unit_cannot_be_reached_through_ones_own(
    officer: Client, report: Any
) -> None:
    (figure,) = report("vn2020.27", 1000).accepted
    assert officer.get(f"/campaign/{HD}/figures/{figure.id}/").status_code == 404
    said = {"value": "1", "reason": "x"}
    assert officer.post(f"/campaign/{HD}/figures/{figure.id}/correct/", said).status_code == 404


def test_lists_ask_the_database_a_fixed_number_of_times(
    officer: Client, report: Any, django_assert_num_queries: Any
) -> None:
    record_denominator(WARD, "people", 100, day=TODAY, source="s", actor="a", now=NOW)
    for number in range(1, 9):
        report(HD, 1000 + number, day=dt.date(2020, 8, number))
        report(WARD, 1000 + number, day=dt.date(2020, 8, number))
    with django_assert_num_queries(11):
        html = page(officer.get(f"/campaign/{HD}/figures/"))
    assert len(html.select("tbody tr")) == 8
    with django_assert_num_queries(9):
        html = page(officer.get(f"/campaign/{HD}/figures/held/"))
    assert len(html.select("tbody tr")) == 8


def test_conflicts_ask_the_database_a_fixed_number_of_times(
    officer: Client, report: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(1, 9):
        report(HD, 1000 + number, day=dt.date(2020, 8, number))
        report(HD, 2000 + number, day=dt.date(2020, 8, number), source="press")
    with django_assert_max_num_queries(14):
        html = page(officer.get(f"/campaign/{HD}/figures/conflicts/"))
    assert len(html.select("tbody tr")) == 8


def test_the_table_cannot_smuggle_a_formula_into_a_spreadsheet(
    officer: Client, report: Any
) -> None:
    report(HD, 1000, name="=HYPERLINK(1)")
    text = officer.get(f"/campaign/{HD}/figures/table.csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text


def test_the_pages_speak_english_too(desk_of: Desk, report: Any) -> None:
    report(HD, 1000)
    desk = desk_of("ann", "campaign_officer", HD, language="en")
    text = page(desk.get(f"/campaign/{HD}/figures/")).text
    assert "Figures of Tỉnh Hải Dương" in text
    assert "Daily report" in text


def test_the_disputes_of_2020_stand_on_the_conflicts_page(
    nation: None, django_user_model: Any
) -> None:
    load_facts(now=NOW)
    user = create_staff("hoa", "mot hai ba bon nam", "")
    create_member(user, Unit.objects.get(path="vn2020"), "auditor")
    client = Client()
    client.force_login(user)
    session = client.session
    session[STARTED] = session[SEEN] = clock.desk_now()
    session.save()
    evening = page(client.get("/campaign/vn2020/figures/conflicts/")).text
    clock.use(lambda: NOW + 400 * 86_400)  # a year later; the desk's clock is as before
    text = page(client.get("/campaign/vn2020/figures/conflicts/")).text
    assert "2.397.000" not in evening
    assert "23,4 %" in text
    assert "21,0 %" in text
    assert "2.397.000" in text
    assert "15.700.000" in text


def test_nothing_of_days_after_the_clock_is_shown_or_sent(officer: Any, report: Any) -> None:
    tomorrow = TODAY + dt.timedelta(days=1)
    report(WARD, 1_111, day=TODAY)
    later = report(WARD, 9_876, day=tomorrow, today=tomorrow).accepted[0]
    base = f"/campaign/{WARD}/figures/"
    shown = [officer.get(base), officer.get(f"{base}table.csv"), officer.get(f"{base}conflicts/")]
    texts = [answer.content.decode() for answer in shown]
    assert "1.111" in texts[0]
    assert "1111" in texts[1]
    assert not any("9.876" in text or "9876" in text for text in texts)
    assert officer.get(f"{base}{later.id}/").status_code == 404


def test_a_percentage_without_a_count_stands_by_itself_and_makes_no_count(officer: Any) -> None:
    said = {"series": "users", "base": "smartphones", "percent": "22.05", "evidence": "bnews"}
    PublishedRate.objects.create(unit_path=HD, day=dt.date(2020, 8, 11), **said)
    PublishedRate.objects.create(unit_path=HD, day=dt.date(2020, 8, 20), **said)
    text = page(officer.get(f"/campaign/{HD}/figures/")).select_one("table").text
    assert "22,05 %" in text
    assert "11/08/2020" in text
    assert "20/08/2020" not in text
    assert current([HD], "users", TODAY) == {}
