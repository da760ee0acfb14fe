"""The inspector's pages: who gets in, what stands on them, marks, gifts, how many queries."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.portal.inspection.cast import (
    CHEATS,
    COMMUNES,
    DISTRICT,
    NOW,
    OTHER,
    PROVINCE,
    TODAY,
    browser,
    cheated,
    gift_day,
    honest,
    person,
    report,
    say,
)

from bluezone.portal.accounts.models import Role
from bluezone.portal.audit.models import Entry
from bluezone.portal.campaign.figures.models import Figure
from bluezone.portal.campaign.inspection import keeping
from bluezone.portal.campaign.inspection.models import GiftDay, KeptSearch, Mark
from bluezone.portal.campaign.stats.suspicion import Kind
from bluezone.portal.units.models import Unit
from bluezone.portal.worker import run_due

JUMPED = COMMUNES[CHEATS[Kind.JUMP]]
LIST = f"/campaign/{PROVINCE}/inspection/"


def soup(response: object) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")  # type: ignore[attr-defined]


def words(response: object) -> str:
    return " ".join(soup(response).get_text(" ").split())


def jump_page(desk: Client) -> str:
    links = [link["href"] for link in soup(desk.get(LIST)).select("ol.findings h2 a")]
    return next(link for link in links if "/jump/" in link)


@pytest.fixture
def reports(country: dict[str, Unit]) -> None:
    report(cheated())


@pytest.mark.parametrize("role", [Role.CAMPAIGN_OFFICER, Role.UNIT_MANAGER, Role.TEAM_MEMBER])
def test_only_who_may_inspect_gets_in(country: dict[str, Unit], role: Role) -> None:
    desk = browser(person("hoa", country[PROVINCE], role))
    assert desk.get(LIST).status_code == 403
    assert desk.get(f"/campaign/{JUMPED}/inspection/jump/2020-08-07/").status_code == 403


def test_nobody_inspects_sideways_or_upwards(country: dict[str, Unit]) -> None:
    desk = browser(person("an", country[DISTRICT]))
    assert desk.get(f"/campaign/{DISTRICT}/inspection/").status_code == 200
    assert desk.get(f"/campaign/{OTHER}/inspection/").status_code == 404
    assert desk.get("/campaign/vn2020/inspection/").status_code == 404
    assert desk.get(f"/campaign/{COMMUNES[20]}/inspection/jump/2020-08-07/").status_code == 404


def test_who_is_not_signed_in_is_sent_to_the_door(country: dict[str, Unit]) -> None:
    assert Client().get(LIST).status_code == 302


def test_the_list_has_each_finding_in_words_and_the_strongest_first(
    auditor: Client, reports: None
) -> None:
    page = soup(auditor.get(LIST))
    headings = [one.get_text() for one in page.select("ol.findings h2")]
    assert len(headings) == 4
    assert any(one.startswith("Xã 01: ") and "at one stroke" in one for one in headings)
    assert any("multiples of 10" in one for one in headings)
    text = page.get_text(" ")
    assert "a question and no verdict" in text
    assert "4 of 4 findings" in text


def test_an_evening_is_asked_for_and_never_one_that_has_not_come(
    auditor: Client, reports: None
) -> None:
    assert "31/07/2020" in words(auditor.get(f"{LIST}?day=2020-07-31"))
    assert "Nothing stands out" in words(auditor.get(f"{LIST}?day=2020-07-31"))
    assert "has not come yet" in words(auditor.get(f"{LIST}?day=2020-08-16"))
    assert "written like" in words(auditor.get(f"{LIST}?day=tomorrow"))


def test_a_finding_shows_what_it_rests_on(auditor: Client, reports: None) -> None:
    response = auditor.get(jump_page(auditor))
    page, text = soup(response), words(response)
    for question in ("What was seen?", "Why is it unusual?", "How often would an honest unit"):
        assert question in text
    assert "of 48 cheats of this kind" in text
    rows = page.select("tbody tr")
    assert len(rows) == 20
    marked = [row for row in rows if "■" in row.get_text()]
    assert len(marked) == 1
    assert len(page.select("svg.picture rect.marked")) == 1
    link = marked[0].select_one("a")
    assert link is not None
    figure = Figure.objects.get(pk=int(str(link["href"]).rstrip("/").rpartition("/")[2]))
    assert figure.unit_path == JUMPED
    assert auditor.get(str(link["href"])).status_code == 200


def test_a_mark_closes_a_finding_and_its_reason_is_read_by_the_next(
    auditor: Client, reports: None
) -> None:
    here = jump_page(auditor)
    refused = auditor.post(here, {"verdict": "explained", "note": ""})
    assert refused.status_code == 422
    assert "Say in a few words" in words(refused)
    response = auditor.post(here, {"verdict": "explained", "note": "A market was counted."})
    assert response.status_code == 302
    page = soup(auditor.get(LIST))
    assert len(page.select("ol.findings li")) == 3
    assert "A market was counted." in page.select("tbody tr")[0].get_text()
    assert "A market was counted." in words(auditor.get(here))
    assert Mark.objects.get().marked_by == "thanh"
    assert Entry.objects.filter(action="suspicion.marked", actor="thanh").exists()


def test_a_finding_that_is_not_there_cannot_be_marked(auditor: Client, reports: None) -> None:
    for pattern, day in (("jump", "2020-08-01"), ("nonsense", "2020-08-07"), ("jump", "x")):
        address = f"/campaign/{JUMPED}/inspection/{pattern}/{day}/"
        assert auditor.post(address, {"verdict": "looked_at"}).status_code == 404
    assert not Mark.objects.exists()


def test_the_other_unit_of_a_copy_is_named_to_nobody_outside_it(country: dict[str, Unit]) -> None:
    made = honest()
    made.reported[2, 5:] = made.reported[14, 5:]
    report(made)
    whole = browser(person("thanh", country[PROVINCE]))
    part = browser(person("an", country[DISTRICT]))
    for desk, known in ((whole, True), (part, False)):
        page = soup(desk.get(f"/campaign/{DISTRICT}/inspection/"))
        link = page.select_one("ol.findings h2 a")
        assert link is not None
        detail = words(desk.get(str(link["href"])))
        assert ("Xã 14" in detail) is known
        assert ("a unit outside yours" in detail) is not known


def test_an_officer_enters_the_day_of_a_gift_and_the_finding_appears(
    auditor: Client, country: dict[str, Unit], reports: None
) -> None:
    officer = browser(person("hoa", country[PROVINCE], Role.CAMPAIGN_OFFICER))
    address = f"{LIST}gifts/"
    day = gift_day(honest())
    future = {"day": "2020-08-16", "what": "5 GB", "source": "letter 12"}
    assert "has not come yet" in words(officer.post(address, future))
    assert officer.post(address, {**future, "day": day.isoformat()}).status_code == 302
    assert "5 GB" in words(officer.get(address))
    assert len(soup(auditor.get(LIST)).select("ol.findings li")) == 5
    row = GiftDay.objects.get()
    assert officer.post(f"{address}{row.pk}/withdraw/").status_code == 302
    assert officer.post(f"{address}{row.pk}/withdraw/").status_code == 404
    assert len(soup(auditor.get(LIST)).select("ol.findings li")) == 4
    assert Entry.objects.filter(action__startswith="gift.").count() == 2


def test_gifts_are_entered_by_those_who_report_or_inspect(country: dict[str, Unit]) -> None:
    team = browser(person("to", country[PROVINCE], Role.TEAM_MEMBER))
    assert team.get(f"{LIST}gifts/").status_code == 403
    commune = browser(person("xa", country[JUMPED], Role.CAMPAIGN_OFFICER))
    assert commune.get(f"{LIST}gifts/").status_code == 404
    assert commune.get(f"/campaign/{JUMPED}/inspection/gifts/").status_code == 200


def test_the_worker_keeps_the_evening_and_a_nation_says_as_of_when(
    country: dict[str, Unit], reports: None
) -> None:
    minister = browser(person("bo", country["vn2020"]))
    keeping.keep_due(now=NOW)
    assert set(KeptSearch.objects.values_list("top_path", flat=True)) == {"vn2020", PROVINCE}
    assert keeping.keep_due(now=NOW + keeping.EVERY_S) == 0
    page = words(minister.get("/campaign/vn2020/inspection/"))
    assert "Searched at 15/08/2020 13:24" in page
    assert "4 of 4 findings" in page
    say(COMMUNES[11], TODAY, 7, source="carrier")
    assert keeping.keep_due(now=NOW + 1) == 0
    assert keeping.keep_due(now=NOW + keeping.EVERY_S) == 1


def test_old_evenings_do_not_stay(country: dict[str, Unit], reports: None) -> None:
    keeping.keep_due(now=NOW)
    later = TODAY + dt.timedelta(days=60)
    say(COMMUNES[11], later, 90_000)
    assert keeping.keep_due(now=NOW + 60 * 86_400) == 2
    assert set(KeptSearch.objects.values_list("day", flat=True)) == {later}


def test_a_nation_names_the_provinces_that_nobody_has_searched(
    country: dict[str, Unit], reports: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    minister = browser(person("bo", country["vn2020"]))
    monkeypatch.setattr(keeping, "WHILE_WAITING", 0)
    text = words(minister.get("/campaign/vn2020/inspection/"))
    assert "not searched for this evening yet" in text
    assert "Tỉnh Hải Dương" in text


def test_the_round_of_the_worker_searches_too(reports: None) -> None:
    run_due(now=NOW)
    assert KeptSearch.objects.filter(top_path=PROVINCE, day=TODAY).exists()


def test_dashboard_figures_and_bar_lead_the_inspector_here_and_nobody_else(
    auditor: Client, country: dict[str, Unit], reports: None
) -> None:
    officer = browser(person("hoa", country[PROVINCE], Role.CAMPAIGN_OFFICER))
    dashboard, figures = f"/campaign/{PROVINCE}/", f"/campaign/{PROVINCE}/figures/"
    assert "Which figures stand out?" in words(auditor.get(dashboard))
    keeping.keep_due(now=NOW)
    for desk, sees in ((auditor, True), (officer, False)):
        assert ("4 findings to look at" in words(desk.get(dashboard))) is sees
        assert bool(soup(desk.get(figures)).select(f'main a[href="{LIST}"]')) is sees
        assert bool(soup(desk.get(dashboard)).select(f'header a[href="{LIST}"]')) is sees
        assert bool(soup(desk.get(figures)).select(f'main a[href="{LIST}gifts/"]'))


def test_a_page_asks_the_same_number_of_queries_for_one_commune_and_for_all(
    auditor: Client, reports: None
) -> None:
    asked = []
    for address in (f"/campaign/{JUMPED}/inspection/", f"/campaign/{DISTRICT}/inspection/"):
        keeping.forget()
        auditor.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert auditor.get(address).status_code == 200
        asked.append(len(queries))
    assert max(asked) - min(asked) <= 1
    assert max(asked) <= 30
