"""The small server behind the page: policy, languages, refused actions."""

import json

import httpx2
import pytest

from bluezone.demo.board import Board
from bluezone.look.i18n import translator


def post(shown, path: str, body: object, **headers: str) -> httpx2.Response:
    own = {"Origin": shown.url, "Content-Type": "application/json"}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx2.post(shown.url + path, content=content, headers=own | headers)


def test_the_page_loads_nothing_from_elsewhere_and_says_so(shown) -> None:
    answer = httpx2.get(shown.url)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "https://" not in answer.text
    assert " style=" not in answer.text


@pytest.mark.parametrize(
    ("query", "language"), [("", "vi"), ("?lang=en", "en"), ("?lang=xx", "vi")], ids=str
)
def test_the_page_is_vietnamese_unless_asked_otherwise(shown, query, language) -> None:
    text = httpx2.get(f"{shown.url}/{query}", headers={"Accept-Language": "en"}).text

    assert f'<html lang="{language}">' in text
    assert translator("bluezone.demo", language)("The path of the keys") in text


def test_a_chosen_language_is_remembered(shown) -> None:
    with httpx2.Client() as client:
        client.get(f"{shown.url}/?lang=en")
        assert '<html lang="en">' in client.get(shown.url).text


def test_the_first_event_is_the_whole_picture(shown) -> None:
    with httpx2.stream("GET", f"{shown.url}/events") as answer:
        line = next(answer.iter_lines())

    picture = json.loads(line.removeprefix("data: "))
    assert len(picture["phones"]) == 12
    assert len(picture["steps"]) == 5


def test_the_events_end_when_the_board_is_closed(shown) -> None:
    with httpx2.stream("GET", f"{shown.url}/events") as answer:
        lines = answer.iter_lines()
        next(lines)
        shown.story.board.close()
        rest = [line for line in lines if line]

    assert rest == []


def test_what_a_visitor_does_reaches_the_story(shown) -> None:
    assert post(shown, "/control", {"do": "pause"}).status_code == 200
    assert post(shown, "/phone/3/code", {"code": "12345678"}).status_code == 200
    assert post(shown, "/phone/3/confirm", {}).status_code == 200
    assert post(shown, "/phone/3/cancel", {}).status_code == 200
    assert post(shown, "/helper", {}).status_code == 200
    assert post(shown, "/helper/wait", {}).status_code == 200
    assert post(shown, "/again", {}).status_code == 200

    assert shown.story.asked == [
        ("control", "pause", ""),
        ("code", "3", "12345678"),
        ("confirm", "3", "True"),
        ("confirm", "3", "False"),
        ("help",),
        ("wait",),
        ("again",),
    ]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Origin": "http://evil.example"}, {}),
        ({"Origin": ""}, {}),
        ({"Content-Type": "text/plain"}, {}),
        ({}, b"not json"),
        ({}, {"do": "play", "more": 1}),
        ({}, {"do": 7}),
        ({}, {"do": "x" * 2000}),
    ],
    ids=["another page", "no page", "a form", "no json", "more fields", "a number", "too long"],
)
@pytest.mark.parametrize("path", ["/control", "/phone/0/confirm", "/helper", "/again"])
def test_an_action_that_is_not_the_visitors_own_is_refused(shown, path, headers, body) -> None:
    assert post(shown, path, body, **headers).status_code == 400
    assert shown.story.asked == []


@pytest.mark.parametrize("path", ["/phone/12/code", "/phone/0/wipe", "/phone/99999/confirm"])
def test_a_phone_or_an_action_that_is_not_there_is_refused(shown, path) -> None:
    assert post(shown, path, {}).status_code == 400


def test_another_host_name_is_refused(shown) -> None:
    assert httpx2.get(shown.url, headers={"Host": "evil.example"}).status_code == 400


def test_the_way_to_the_desk_carries_its_session(shown) -> None:
    answer = httpx2.get(f"{shown.url}/desk")

    assert answer.status_code == 303
    assert answer.headers["location"] == "http://127.0.0.1:1/"


def test_a_board_keeps_its_revision_while_nothing_changes() -> None:
    board = Board()
    board.publish()
    before = board.read()
    board.publish()
    assert board.read() == before

    board.picture.clock_s = 7
    board.publish()
    assert board.read()[0] == before[0] + 1
