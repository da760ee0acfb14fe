"""What every page keeps: policy, language, labels, permissions, no inline script or style."""

import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client

from bluezone.portal.cases.models import Case

DESK_PAGES = ["/cases/", "/cases/new/", "/messages/"]
OFFICE_PAGES = ["/messages/", "/api-keys/", "/audit/"]
OPEN_PAGES = ["/sign-in/", "/v?c=abcd1234efgh5678", "/v"]


def page(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def check_html(html: BeautifulSoup) -> None:
    ids = [tag["id"] for tag in html.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert not html.find_all("style")
    assert not html.find_all(style=True)
    assert not [tag for tag in html.find_all("script") if not tag.get("src") or tag.string]
    assert not [tag for tag in html.find_all() for name in tag.attrs if name.startswith("on")]
    assert len(html.find_all("h1")) == 1
    assert html.title is not None
    for field in html.find_all(["input", "select", "textarea"]):
        check_field(html, field)


def check_field(html: BeautifulSoup, field: Tag) -> None:
    if field.get("type") == "hidden":
        return
    assert html.find("label", attrs={"for": field["id"]}), field
    for described in str(field.get("aria-describedby", "")).split():
        assert html.find(id=described), described


@pytest.fixture
def pages(desk: Client, office: Client, stranger: Client, case: Case) -> dict[str, HttpResponse]:
    found = {f"desk {path}": desk.get(path) for path in [*DESK_PAGES, f"/cases/{case}/"]}
    found |= {f"office {path}": office.get(path) for path in OFFICE_PAGES}
    found |= {f"open {path}": stranger.get(path) for path in OPEN_PAGES}
    return found


def test_every_page_is_sound(pages: dict[str, HttpResponse]) -> None:
    for name, response in pages.items():
        assert response.status_code == 200, name
        check_html(page(response))


def test_every_page_has_a_strict_policy(pages: dict[str, HttpResponse]) -> None:
    for response in pages.values():
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"


def test_vietnamese_is_the_default_and_english_is_a_click_away(stranger: Client) -> None:
    first = page(stranger.get("/sign-in/"))
    assert first.html is not None
    assert first.html["lang"] == "vi"
    assert first.h1 is not None
    assert first.h1.text == "Đăng nhập"
    response = stranger.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert response["Location"] == "/sign-in/"
    second = page(stranger.get("/sign-in/"))
    assert second.h1 is not None
    assert second.h1.text == "Sign in"


@pytest.mark.parametrize("following", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_a_change_of_language_leads_nowhere_else(stranger: Client, following: str) -> None:
    response = stranger.post("/language/", {"language": "xx", "next": following})
    assert response["Location"] == "/sign-in/"
    assert "language" not in response.cookies


def test_the_language_of_a_member_of_staff_is_remembered(desk: Client, lan: Any) -> None:
    desk.post("/language/", {"language": "en", "next": "/cases/"})
    lan.refresh_from_db()
    assert lan.language == "en"


@pytest.mark.parametrize("path", [*DESK_PAGES, "/api-keys/", "/audit/", "/cases/HD-000001/"])
def test_a_stranger_is_asked_to_sign_in(stranger: Client, path: str) -> None:
    response = stranger.get(path)
    assert response.status_code == 302
    assert response["Location"] == f"/sign-in/?next={path}"


@pytest.mark.parametrize("path", ["/api-keys/", "/audit/"])
def test_a_health_worker_may_not_manage(desk: Client, path: str) -> None:
    response = desk.get(path)
    assert response.status_code == 403
    assert "forbidden" in response.content.decode()
    check_html(page(response))


@pytest.mark.parametrize("path", ["/cases/", "/cases/new/", "/cases/HD-000001/"])
def test_an_administrator_sees_no_cases(office: Client, case: Case, path: str) -> None:
    assert office.get(path).status_code == 403


def test_a_form_without_its_token_saves_nothing(lan: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(lan)
    response = client.post("/cases/new/", {"report_type": "confirmed", "test_date": "2020-08-14"})
    assert response.status_code == 403
    assert "csrf_failed" in response.content.decode()
    assert not Case.objects.exists()


def test_what_does_not_exist_is_a_page_of_ours(desk: Client) -> None:
    response = desk.get("/nowhere/")
    assert response.status_code == 404
    check_html(page(response))


def test_a_fault_of_ours_is_a_page_of_ours(monkeypatch: pytest.MonkeyPatch, desk: Client) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("the secret detail")

    monkeypatch.setattr("bluezone.portal.cases.views.cases_of", broken)
    desk.raise_request_exception = False
    response = desk.get("/cases/")
    assert response.status_code == 500
    assert "internal_server_error" in response.content.decode()
    assert "secret detail" not in response.content.decode()


def test_the_link_page_shows_only_what_has_the_shape_of_a_code(stranger: Client) -> None:
    good = stranger.get("/v?c=ABCD1234efgh5678")
    assert "abcd 1234 efgh 5678" in good.content.decode()
    # Not `no-referrer`: with it the browser hides the origin of our own forms, too.
    assert good["Referrer-Policy"] == "same-origin"
    bad = stranger.get("/v?c=<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in bad
    assert "code_invalid" in bad


def test_every_static_file_that_a_page_names_is_served(stranger: Client) -> None:
    html = stranger.get("/sign-in/").content.decode()
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', html):
        assert finders.find(address.removeprefix("/static/")), address
        response = stranger.get(address)
        assert response.status_code == 200, address
        assert response.content
    assert stranger.get("/static/look/fonts/BeVietnamPro-Regular.ttf").status_code == 200


def test_no_template_has_a_text_outside_the_catalogue() -> None:
    root = Path(__file__).parents[2] / "src/bluezone/portal"
    letters = re.compile(r">\s*([A-Za-z][a-z]+(?: [a-z]+)+)[^<{]*<")
    for path in root.rglob("*.html"):
        # Both languages by hand: what is shown when nothing else works, and the shell of the
        # field app, one file for everybody that a phone keeps without a network.
        if path.name in {"500.html", "app.html"}:
            continue
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"{% blocktranslate.*?endblocktranslate %}", "", text, flags=re.DOTALL)
        text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
        assert letters.findall(text) == [], path.name
