"""The page in a real browser: what is seen, in both languages and sizes, by hand and key."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

SIZES = {"desk": (1280, 800), "phone": (390, 844)}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


@pytest.fixture
def visit(chromium, shown):
    """Return a function that opens the page; every message of the console is an error."""
    contexts = []

    def open_page(*, language="vi", size="desk"):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        contexts.append((context, messages := []))
        page = context.new_page()
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto(f"{shown.url}/?lang={language}")
        page.wait_for_selector("body[data-ready]")
        return page

    yield open_page
    for context, messages in contexts:
        context.close()
        assert messages == []


def shows(page, phase: str) -> None:
    page.wait_for_selector(f'body[data-phase="{phase}"]')


def test_twelve_people_walk_on_the_street_and_lines_grow(visit, shown) -> None:
    page = visit()
    before = page.locator(".person").first.get_attribute("transform")
    thin = page.locator(".link.near .bond").first.get_attribute("stroke-width")

    shown.story.street(34)
    page.locator("#clock", has_text="08:34").wait_for()

    assert page.locator(".person").count() == 12
    assert page.locator("#chips button").count() == 12
    assert float(thin) > 3
    shown.story.street(36)
    page.locator("#clock", has_text="08:36").wait_for()
    assert page.locator(".person").first.get_attribute("transform") != before


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_moment_is_accessible_and_fits(visit, shown, language, size) -> None:
    page, story = visit(language=language, size=size), shown.story
    moments = {
        "street": lambda: story.street(27),
        "ill": story.ill,
        "preview": lambda: story.preview(0),
        "window": story.window,
        "end": story.end,
    }
    for moment, act in moments.items():
        act()
        shows(page, {"preview": "ill"}.get(moment, moment))
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= SIZES[size][0], moment
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{moment}: {found.generate_report()}"


def test_all_of_the_page_is_seen_at_once_on_a_desk(visit, shown) -> None:
    page = visit()
    for act in (lambda: shown.story.street(27), shown.story.ill):
        act()
        page.locator("#chips button").nth(0).click()
        height = page.evaluate("document.documentElement.scrollHeight")
        assert height <= SIZES["desk"][1]


def test_what_the_server_knows_empties_the_street(visit, shown) -> None:
    page = visit(language="en")
    page.get_by_role("switch").focus()
    page.keyboard.press("Space")

    page.locator("#key-rows td", has_text="6f0c…91ab").wait_for()
    page.locator("#case-rows td", has_text="HD-0001").wait_for()
    page.locator("#key-more", has_text="1,024").wait_for()
    assert page.locator(".view.emptied").count() == 1
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()

    page.keyboard.press("Space")
    assert page.locator("#knows").is_hidden()


def press(page, key: str, *, path: str) -> None:
    """Press a key and wait until the action it means was answered."""
    with page.expect_response(f"**{path}"):
        page.keyboard.press(key)


def test_the_keyboard_alone_runs_stops_steps_and_sets_the_speed(visit, shown) -> None:
    page = visit()
    press(page, "Space", path="/control")
    page.locator("#play", has_text="Chạy").wait_for()
    press(page, "Space", path="/control")
    page.locator("#play", has_text="Dừng").wait_for()
    press(page, "ArrowRight", path="/control")
    page.locator("#speed-normal").focus()
    press(page, "ArrowRight", path="/control")

    assert shown.story.asked == [
        ("control", "pause", ""),
        ("control", "play", ""),
        ("control", "step", ""),
        ("control", "speed", "fast"),
    ]


def test_a_code_is_typed_previewed_and_agreed_to_with_the_keyboard(visit, shown) -> None:
    page = visit(language="en")
    shown.story.ill()
    page.locator("#code").focus()
    page.keyboard.type("1234")
    page.keyboard.press("Enter")
    page.locator("#code-error", has_text="8 digits").wait_for()
    page.locator("#code").fill("1234 5678")
    press(page, "Enter", path="/phone/0/code")

    send = page.get_by_role("button", name="Send these keys")
    send.focus()
    assert page.locator(".leaves li").count() == 3
    press(page, "Enter", path="/phone/0/confirm")

    assert set(shown.story.asked) == {
        ("wait",),
        ("code", "0", "12345678"),
        ("confirm", "0", "True"),
    }


def test_without_hands_the_panel_follows_the_story_to_who_is_warned(visit, shown) -> None:
    page = visit(language="en")
    shown.story.end()

    page.locator(".handset[data-screen=warned] h3", has_text="Warning").wait_for()
    assert page.locator(".person.warned").count() == 3
    assert page.locator(".link.proof").count() == 2
    assert "Bình, warned" in page.locator("#street-now").text_content()


def test_a_chosen_phone_stays_chosen(visit, shown) -> None:
    page = visit()
    page.locator(".person").nth(4).click()
    shown.story.street(30)

    page.locator(".handset header", has_text="Giang").wait_for()
    assert page.locator('#chips [aria-pressed="true"]').text_content() == "Giang"
