"""Numbers and percentages in the reader's language."""

from django.utils.translation import get_language

from bluezone.look import format as look_format


def language() -> str:
    """Return the language of the page, `vi` or `en`."""
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def percent(share: float) -> str:
    """Return a share of 1 in the reader's language."""
    return look_format.percent(share, language())


def number(value: float) -> str:
    """Return a whole number in the reader's language."""
    return look_format.number(value, language())
