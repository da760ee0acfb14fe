import pytest

from bluezone.look import font_dir, i18n, static_dir


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "language"),
    [
        ("en", "vi", "vi", "en"),
        (None, "en", "vi-VN,vi;q=0.9", "en"),
        (None, None, "en-GB,en;q=0.9,vi;q=0.8", "en"),
        (None, None, "fr,de", "vi"),
        ("xx", None, None, "vi"),
        (None, None, None, "vi"),
    ],
)
def test_the_asked_language_comes_before_the_remembered_and_the_browsers(
    query, cookie, accepted, language
) -> None:
    assert i18n.pick_language(query=query, cookie=cookie, accepted=accepted) == language


def test_english_needs_no_catalogue() -> None:
    assert i18n.translator("bluezone.look", "en")("Settings") == "Settings"


def test_the_style_sheet_names_only_fonts_that_are_served() -> None:
    css = (static_dir() / "look.css").read_text()
    names = {part.split('"')[0] for part in css.split('url("fonts/')[1:]}
    assert names
    assert all((font_dir() / name).is_file() for name in names)
