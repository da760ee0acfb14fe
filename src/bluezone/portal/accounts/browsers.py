"""Which kind of browser, from its own words: the family and whether it is a phone, nothing else.

Versions, devices and systems are thrown away: people recognise "Firefox on a computer", and
nobody else should recognise them.
"""

from dataclasses import dataclass
from typing import Final

_FAMILIES: Final = (
    # Whoever pretends to be Chrome or Safari as well comes before them.
    ("coc_coc_browser", "Cốc Cốc"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


@dataclass(frozen=True, slots=True)
class Browser:
    """A kind of browser: `family` is empty where it is none that we know."""

    family: str
    mobile: bool


def browser_of(user_agent: str) -> Browser:
    """Return the kind of browser that names itself like this."""
    family = next((name for mark, name in _FAMILIES if mark in user_agent), "")
    return Browser(family, "Mobi" in user_agent or "Android" in user_agent)
