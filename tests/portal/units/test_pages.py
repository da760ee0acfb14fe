"""The pages of units: search, a unit, editions, villages; in both languages, few queries."""

import csv
import datetime as dt
import io
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.audit.models import Entry
from bluezone.portal.units.loading import load
from bluezone.portal.units.models import Unit
from bluezone.portal.units.services import add_village, close_village
from bluezone.portal.units.sources import EditionFacts, EditionSource, Sources

COMMUNE = "/units/zz2020.1.12.121/"


def page(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def names(response: HttpResponse) -> list[str]:
    """Return the row headers of what was found, or of what is directly below."""
    tables = page(response).select("#results, #children") or [page(response)]
    return [cell.get_text(strip=True) for cell in tables[0].select("tbody th")]


@pytest.mark.parametrize("address", ["/units/", "/units/editions/", COMMUNE])
def test_a_stranger_must_sign_in(zed: None, stranger: Client, address: str) -> None:
    assert stranger.get(address).status_code == 302


def test_the_search_finds_without_diacritics(zed: None, desk: Client) -> None:
    answer = desk.get("/units/", {"q": "hai duong", "edition": "zz2020"})

    assert names(answer) == ["Tỉnh Hải Dương", "Thành phố Hải Dương"]
    assert page(answer).find("input", {"name": "q"})["value"] == "hai duong"


def test_the_search_takes_the_edition_in_force_or_all(zed: None, desk: Client) -> None:
    in_force = desk.get("/units/", {"q": "thanh pho hai phong"})
    every = desk.get("/units/", {"q": "thanh pho hai phong", "edition": "all"})
    unknown = desk.get("/units/", {"q": "thanh pho hai phong", "edition": "zz1066"})

    assert len(names(in_force)) == 1
    assert len(names(every)) == 2
    assert len(names(unknown)) == 1


def test_htmx_gets_the_same_block_alone(zed: None, desk: Client) -> None:
    whole = desk.get("/units/", {"q": "tan viet", "edition": "zz2020"})
    block = desk.get(
        "/units/", {"q": "tan viet", "edition": "zz2020"}, headers={"HX-Request": "true"}
    )

    assert names(block) == names(whole)
    assert page(block).find("html") is None
    assert block.content.decode().strip() in whole.content.decode()


def test_a_search_that_finds_nothing_says_what_to_do(zed: None, desk: Client) -> None:
    answer = desk.get("/units/", {"q": "<b>qqq</b>"})

    assert page(answer).select_one("#results .empty").get_text(strip=True)
    assert "<b>qqq</b>" not in answer.content.decode()


def test_without_units_the_pages_say_how_to_load_them(db: None, desk: Client) -> None:
    for address in ("/units/", "/units/editions/"):
        assert "bluezone units load" in desk.get(address).content.decode()


def test_a_unit_shows_what_is_above_and_below_it(zed: None, desk: Client) -> None:
    answer = desk.get("/units/zz2020.1.11/")

    crumbs = [link.get_text() for link in page(answer).select("nav.crumb a")]
    assert crumbs[1:] == ["Zed", "Tỉnh Hải Dương"]
    assert page(answer).find("h1").get_text() == "Thành phố Hải Dương"
    assert names(answer) == ["Phường Tân Việt", "Phường 1"]


def test_a_unit_shows_what_became_of_it_and_what_it_was(zed: None, desk: Client) -> None:
    old = page(desk.get("/units/zz2020.1.11.111/"))
    new = page(desk.get("/units/zz2025.2.121/"))

    after = old.find("table").find_parent("div", {"aria-labelledby": "after"})
    assert [row.get_text() for row in after.select("tbody th")] == [
        "Phường Hải Dương",
        "Xã Thanh Hà",
        "Phường Đồ Sơn",
    ]
    assert "30,0 %" in after.get_text()
    before = new.select_one("div[aria-labelledby=before]")
    assert len(before.select("tbody tr")) == 2


def test_a_remainder_explains_itself(zed: None, desk: Client) -> None:
    answer = page(desk.get("/units/zz2025.2.rest/"))

    assert answer.select_one(".notice") is not None
    assert len(answer.select("div[aria-labelledby=before] tbody tr")) == 4


@pytest.mark.parametrize("path", ["zz2020.9", "zz1999", "zz2020.1.12.121.v01", "..%2F.."])
def test_a_unit_that_is_not_there_is_not_found(zed: None, desk: Client, path: str) -> None:
    assert desk.get(f"/units/{path}/").status_code == 404


def test_a_long_table_shows_its_first_rows_and_offers_the_rest(
    zed: None, desk: Client, zed_tables: SimpleNamespace
) -> None:
    rows = "".join(f"village,v{number:02d},121,Thôn {number}\n" for number in range(1, 61))
    source = zed_tables.sources(old="level,code,parent,name\n" + rows, new=None, links=None)
    load(source)

    assert len(names(desk.get(COMMUNE))) == 50
    assert len(names(desk.get(COMMUNE + "?every"))) == 60


def test_the_download_can_be_loaded_again(zed: None, desk: Client) -> None:
    answer = desk.get("/units/zz2020.1.12/children.csv")
    content = answer.content
    (edition,) = _sources_of(content)

    (summary,) = load(Sources((edition,), ()))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert (summary.created, summary.changed, summary.unchanged) == (0, 0, 3)


def _sources_of(content: bytes) -> tuple[EditionSource, ...]:
    facts = EditionFacts(
        "zz2020", "zz", "Zed 2020", "Zed", dt.date(2020, 1, 1), dt.date(2025, 7, 1), "made up"
    )
    return (EditionSource(facts, (("down.csv", content),)),)


def test_no_cell_of_the_download_is_a_formula(commune: Unit, desk: Client) -> None:
    add_village(commune, "=1+1", kind="", actor="binh")

    text = desk.get(COMMUNE + "children.csv").content.decode("utf-8-sig")

    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_the_editions_are_listed_with_their_counts_and_sources(zed: None, desk: Client) -> None:
    answer = page(desk.get("/units/editions/"))

    rows = [
        [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
        for row in answer.select("tbody tr")
    ]
    assert rows[0] == ["01/01/2020", "01/07/2025", "2", "3", "5", "0", "made up"]
    assert rows[1][1] == "–"


def test_an_administrator_adds_a_village(zed: None, office: Client) -> None:
    assert office.get(COMMUNE).content.decode().count("villages/new/") == 1

    answer = office.post(COMMUNE + "villages/new/", {"kind": "Thôn", "name": "Đông"})

    assert (answer.status_code, answer["Location"]) == (302, COMMUNE)
    assert names(office.get(COMMUNE)) == ["Thôn Đông"]
    entry = Entry.objects.get(action="village.added")
    assert (entry.actor, entry.subject) == ("binh", "unit zz2020.1.12.121.v01")


def test_a_bad_name_is_explained_beside_its_field(commune: Unit, office: Client) -> None:
    add_village(commune, "Đông", kind="Thôn", actor="binh")

    for name in ("", "Đông"):
        answer = office.post(COMMUNE + "villages/new/", {"kind": "Thôn", "name": name})
        assert answer.status_code == 422
        field = page(answer).find("input", {"name": "name"})
        assert page(answer).find(id=field["aria-describedby"].split()[-1]).get_text(strip=True)
    assert Unit.objects.children(commune).count() == 1


def test_an_administrator_renames_and_closes_a_village(commune: Unit, office: Client) -> None:
    village = add_village(commune, "Đông", kind="Thôn", actor="binh")
    address = f"/units/{village.path}/"

    form = page(office.get(address + "rename/"))
    renamed = office.post(address + "rename/", {"kind": "Thôn", "name": "Đoài"})
    closed = office.post(address + "close/", {"day": "2020-08-16"})

    assert form.find("input", {"name": "name"})["value"] == "Đông"
    assert form.select("datalist option")
    assert (renamed["Location"], closed["Location"]) == (address, COMMUNE)
    assert page(office.get(address)).select_one(".notice.warn") is not None
    assert names(office.get(COMMUNE)) == []


def test_closing_twice_or_without_a_day_is_explained(commune: Unit, office: Client) -> None:
    village = add_village(commune, "Đông", kind="Thôn", actor="binh")
    address = f"/units/{village.path}/close/"

    assert office.post(address, {"day": ""}).status_code == 422
    close_village(village, day=Unit.objects.get(pk=village.pk).edition.valid_from, actor="binh")
    assert office.post(address, {"day": "2020-08-16"}).status_code == 422


def test_others_neither_see_nor_use_the_way_to_change_villages(commune: Unit, desk: Client) -> None:
    village = add_village(commune, "Đông", kind="Thôn", actor="binh")

    assert "villages/new/" not in desk.get(COMMUNE).content.decode()
    answers = [
        desk.post(COMMUNE + "villages/new/", {"name": "Tây"}),
        desk.post(f"/units/{village.path}/rename/", {"name": "Tây"}),
        desk.post(f"/units/{village.path}/close/", {"day": "2020-08-16"}),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert Unit.objects.get(path=village.path).full_name == "Thôn Đông"


def test_a_unit_manager_keeps_the_villages_of_the_own_unit_and_of_no_other(
    zed: None, desk: Client, lan: User
) -> None:
    User.objects.filter(pk=lan.pk).update(role="")
    create_member(lan, Unit.objects.get(path="zz2020.1.12"), Role.UNIT_MANAGER)

    own = desk.post(COMMUNE + "villages/new/", {"kind": "Thôn", "name": "Đông"})
    other = desk.post("/units/zz2020.2.21.211/villages/new/", {"kind": "", "name": "Đông"})

    assert (own.status_code, other.status_code) == (302, 404)
    assert Unit.objects.filter(level="village").count() == 1


def test_only_a_commune_takes_villages_and_only_a_village_is_renamed(
    zed: None, office: Client
) -> None:
    assert office.get("/units/zz2020.1/villages/new/").status_code == 404
    assert office.get(COMMUNE + "rename/").status_code == 404
    assert office.get(COMMUNE + "close/").status_code == 404


@pytest.mark.parametrize(
    "address", ["/units/", "/units/editions/", COMMUNE, "/units/zz2025.2.rest/"]
)
def test_pages_speak_both_languages(zed: None, desk: Client, address: str) -> None:
    texts = []
    for language in ("vi", "en"):
        desk.cookies["language"] = language
        answer = page(desk.get(address))
        assert answer.html["lang"] == language
        texts.append(answer.main.get_text())

    assert texts[0] != texts[1]


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/units/", 1),
        ("/units/?q=tan+viet&edition=zz2020", 2),
        ("/units/editions/", 2),
        ("/units/zz2020.1.11/", 7),
        ("/units/zz2020/", 6),
        ("/units/zz2025.2/", 7),
        ("/units/zz2020.1.11/children.csv", 2),
    ],
)
def test_a_page_asks_the_tree_a_fixed_number_of_times(
    zed: None, desk: Client, address: str, queries: int
) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert desk.get(address).status_code == 200

    # Sessions, accounts and roles are counted where they belong.
    assert len([query for query in asked if 'FROM "units_' in query["sql"]]) == queries
