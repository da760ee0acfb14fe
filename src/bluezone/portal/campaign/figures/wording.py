"""Sources of denominators in the reader's language.

A source is stored once, as it was written. What the package itself writes is English and known
here, so a page shows it in the reader's language with its numbers written as usual there; what
people typed, names and addresses stay as they are.
"""

import re
from collections.abc import Callable
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bluezone.look import format as look_format

_Say = Callable[[dict[str, str]], str]

_KNOWN: Final[tuple[tuple[re.Pattern[str], _Say], ...]] = tuple(
    (re.compile(pattern), say)
    for pattern, say in (
        (
            r"Population and housing census of 1 April 2019",
            lambda _said: _("Population and housing census of 1 April 2019"),
        ),
        (
            (
                r"Population and housing census of 1 April 2019 \(closes the national total; "
                r"the published row was wrong\)"
            ),
            lambda _said: _(
                "Population and housing census of 1 April 2019 (what the national total leaves; "
                "the published row was wrong)"
            ),
        ),
        (
            (
                r"Population and housing census of 1 April 2019 \(two independent public files; "
                r"the published row was a copy of another province\)"
            ),
            lambda _said: _(
                "Population and housing census of 1 April 2019 (two independent public files; "
                "the published row was a copy of another province)"
            ),
        ),
        (
            r"Census of 2019, as on (?P<where>.+)",
            lambda said: _("Census of 2019, as on %(where)s") % said,
        ),
        (
            r"estimate: what the census leaves of (?P<count>[\d,]+), shared by area",
            lambda said: _("estimate: what the census leaves of %(count)s, shared by area") % said,
        ),
        (
            r"implied by (?P<count>[\d,]+) users / (?P<percent>[\d.]+) % of smartphone(?:s| users)",
            lambda said: (
                _("implied by %(count)s users, said to be %(percent)s of smartphone users") % said
            ),
        ),
        (
            r"implied by the published (?P<percent>[\d.]+) %",
            lambda said: _("implied by the published %(percent)s") % said,
        ),
        (
            (
                r'implied by the order "about 60 % of adults \(50 million people\)"; '
                r"the census has fewer people of 18 and over"
            ),
            lambda _said: _(
                "implied by the order “about 60 % of adults (50 million people)”; the census has "
                "fewer people of 18 and over"
            ).replace("%%", "%"),
        ),
        (
            r'"over 1.4 million", said to be 82 % of the population',
            lambda _said: _("“over 1.4 million”, said to be 82 % of the population").replace(
                "%%", "%"
            ),
        ),
        (
            r"MIC: 76.8 million smartphone users",
            lambda _said: _("Ministry of Information: 76.8 million smartphone users"),
        ),
        (
            r"generated for the demo: shared out from the unit above",
            lambda _said: _("generated for the demo: shared out from the unit above"),
        ),
    )
)


def source_in_words(source: str) -> str:
    """Return the source of a denominator in the language of the page.

    An address behind a semicolon stays where it is.
    """
    text, mark, address = source.partition("; http")
    for pattern, say in _KNOWN:
        found = pattern.fullmatch(text)
        if found is not None:
            return say(_written(found.groupdict())) + mark + address
    return source


def _written(said: dict[str, str]) -> dict[str, str]:
    """Return numbers as the language writes them."""
    language = get_language() or "vi"
    written = dict(said)
    if "count" in said:
        written["count"] = look_format.number(int(said["count"].replace(",", "")), language)
    if "percent" in said:
        written["percent"] = look_format.percent(float(said["percent"]) / 100, language)
    return written
