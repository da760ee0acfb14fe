"""Every page of accounts: sound HTML, both languages, nothing inline, nothing to a stranger."""

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from bluezone.portal.accounts.models import User

PASSWORD = "mot hai ba bon nam"
HAI_DUONG = "vn2020.30"


@pytest.fixture(autouse=True)
def _commits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's transaction is never committed: what waits for the commit happens at once."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **_options: call())


def check_html(html: BeautifulSoup) -> None:
    ids = [tag["id"] for tag in html.find_all(id=True)]
    assert len(ids) == len(set(ids)), ids
    assert not html.find_all("style")
    assert not html.find_all(style=True)
    assert not [tag for tag in html.find_all("script") if not tag.get("src") or tag.string]
    assert not [tag for tag in html.find_all() for name in tag.attrs if name.startswith("on")]
    assert len(html.find_all("h1")) == 1
    for field in html.find_all(["input", "select", "textarea"]):
        check_field(html, field)


def check_field(html: BeautifulSoup, field: Tag) -> None:
    if field.get("type") == "hidden":
        return
    assert html.find("label", attrs={"for": field["id"]}), field
    for described in str(field.get("aria-describedby", "")).split():
        assert html.find(id=described), described


def pages(cast: dict[str, User], hand: Any) -> dict[str, HttpResponse]:
    """Return one answer of every page, by what it shows."""
    manager = cast["unit_manager"]
    chief, found = Client(), {}
    chief.post("/sign-in/", {"username": manager.username, "password": PASSWORD})
    for path in (
        "/account/",
        "/account/password/",
        f"/account/staff/{HAI_DUONG}/",
        f"/account/staff/{HAI_DUONG}/?q=x&unit=x",
        f"/account/staff/{HAI_DUONG}/invite/",
        f"/account/people/{cast['team_member'].pk}/",
        f"/account/people/{manager.pk}/",
        "/account/second-factor/",
        "/account/second-factor/app/",
        "/account/second-factor/passkeys/",
        "/account/second-factor/passkeys/new/",
        "/account/confirm/?next=/account/",
    ):
        found[path] = chief.get(path)
    data = {"display_name": "Hoa", "role": "team_member", "language": "vi"}
    link = chief.post(f"/account/staff/{HAI_DUONG}/invite/", data)
    found["link"] = link
    html = BeautifulSoup(link.content, "html.parser")
    invitation = "/account/" + html.select_one(".secret code").text.partition("/account/")[2]  # type: ignore[union-attr]
    found["invitation"] = Client().get(invitation)
    found["take on"] = hand.browser_of(cast["auditor"]).get(invitation)
    found["over"] = Client().get("/account/invitation/x/")
    found["list with invitation"] = chief.get(f"/account/staff/{HAI_DUONG}/")
    found |= second_factor_pages(chief, manager, hand)
    return found


def second_factor_pages(chief: Client, manager: User, hand: Any) -> dict[str, HttpResponse]:
    html = BeautifulSoup(chief.get("/account/second-factor/app/").content, "html.parser")
    secret = html.select_one(".secret code").text  # type: ignore[union-attr]
    chief.post("/account/second-factor/app/", {"code": hand.code_of(secret)})
    found = {
        "codes": chief.get("/account/second-factor/recovery/"),
        "codes again": chief.get("/account/second-factor/recovery/"),
    }
    for path in ("", "recovery/new/", "app/remove/", "confirm/?next=/account/"):
        found[f"then {path}"] = chief.get(f"/account/second-factor/{path}")
    client = Client()
    client.post("/sign-in/", {"username": manager.username, "password": PASSWORD})
    found["step"] = client.get("/account/second-factor/step/")
    return found


def test_every_page_is_sound_and_in_both_languages(cast: dict[str, User], hand: Any) -> None:
    for name, response in pages(cast, hand).items():
        expected = 404 if name == "over" else 200
        assert response.status_code == expected, name
        html = BeautifulSoup(response.content, "html.parser")
        check_html(html)
        assert html.html is not None
        assert html.html["lang"] in {"vi", "en"}
        assert "unsafe" not in response["Content-Security-Policy"]


def test_every_page_but_two_asks_a_stranger_to_sign_in(units: Any) -> None:
    values = {"sign_in_id": 1, "user_id": 1, "membership_id": 1, "invitation_id": 1, "pk": 1}
    values |= {"unit_path": HAI_DUONG, "token": "x"}
    known = get_resolver().reverse_dict
    paths = {
        name: "/" + pattern % {key: values[key] for key in arguments}
        for name in (key for key in known if isinstance(key, str))
        for [(pattern, arguments)] in [known[name][0]]
        if pattern.startswith("account/")
    }
    assert len(paths) > 25
    for name, path in paths.items():
        location = Client().get(path).headers.get("Location", "")
        if name == "invitation":
            assert location == ""
        elif name == "mfa_authenticate":
            assert location == "/account/sign-in/"
        else:
            assert location.startswith("/sign-in/"), name
