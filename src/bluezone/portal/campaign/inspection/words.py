"""What a finding says to an inspector: seen, why unusual, how often honest, what to look at.

The sentence of what was seen is the statistics' own (`stats.templates`); the rest is here. The
surprising decision: two numbers on honesty stand side by side, one calculated for this finding
and one measured for its kind, because the calculation knows only the honesty it was told of.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bluezone.look import format as look_format
from bluezone.portal.campaign.dashboards.words import language, number
from bluezone.portal.campaign.inspection.models import Pattern
from bluezone.portal.campaign.inspection.searching import Seen
from bluezone.portal.campaign.stats.suspicion.measured import (
    CHEATS,
    HONEST_UNITS,
    TENS,
    USUAL,
    measured,
)

_MOST: Final = 6
"""Beyond one in a million no calculation on a few weeks of figures can be believed."""
_NOT_MEASURED: Final = frozenset(
    {Pattern.SAME_RISE, Pattern.TWIN, Pattern.SAME_SERIES, Pattern.GIFT_FALL}
)
"""The cheats that were generated copy yesterday's figure and delete phones after a gift."""

_HEADINGS: Final[Mapping[Pattern, Promise]] = {
    Pattern.JUMP: gettext_lazy("%(unit)s: %(rise)s more at one stroke on %(day)s"),
    Pattern.ROUND: gettext_lazy(
        "%(unit)s: %(rounded)s of %(figures)s figures are multiples of %(step)s"
    ),
    Pattern.COPY: gettext_lazy(
        "%(unit)s reported the figure of the day before once more, %(repeats)s times"
    ),
    Pattern.SAME_RISE: gettext_lazy("%(unit)s rose by exactly %(rise)s, %(repeats)s times running"),
    Pattern.TWIN: gettext_lazy("%(unit)s has the same figures as %(other)s on %(repeats)s days"),
    Pattern.SAME_SERIES: gettext_lazy(
        "%(unit)s: on %(repeats)s days just as many active phones as installs"
    ),
    Pattern.ABOVE_PHONES: gettext_lazy(
        "%(unit)s reports %(value)s and has about %(phones)s phones"
    ),
    Pattern.GIFT: gettext_lazy("%(unit)s: %(rise)s more around a gift, and they did not stay"),
    Pattern.GIFT_FALL: gettext_lazy("%(unit)s: %(rise)s more around a gift, then %(fall)s fewer"),
}
_WHY: Final[Mapping[Pattern, Promise]] = {
    Pattern.JUMP: gettext_lazy(
        "On its other days the unit rose far less, and so did the units beside it on that day. "
        "What silent days before it left owing is already allowed for."
    ),
    Pattern.ROUND: gettext_lazy(
        "Of figures that were counted, one in %(step)s is a multiple of %(step)s by chance. "
        "Whoever estimates, rounds."
    ),
    Pattern.COPY: gettext_lazy(
        "That exactly nobody was won does happen, above all in small places. Here the pace "
        "around those days was too high for it, or the next count brought both days at once."
    ),
    Pattern.SAME_RISE: gettext_lazy(
        "Counts rise unevenly. The same rise again and again looks like a number that was added "
        "at the desk."
    ),
    Pattern.TWIN: gettext_lazy(
        "Two units may have the same count once by chance, but hardly on several days on which "
        "both rose. Who counted and who copied, the figures do not say."
    ),
    Pattern.SAME_SERIES: gettext_lazy(
        "Elsewhere some delete the app or change their phone. Where nobody ever does, one number "
        "was probably written twice."
    ),
    Pattern.ABOVE_PHONES: gettext_lazy(
        "The number of phones is an estimate. Its usual doubt is allowed for twice over, and it "
        "is still too many."
    ),
    Pattern.GIFT: gettext_lazy(
        "An honest rush stays: a week later about as many are active as elsewhere. Here they are "
        "not."
    ),
    Pattern.GIFT_FALL: gettext_lazy(
        "Installs are counted from the start; without a correction such a count does not fall."
    ),
}
_LOOK_AT: Final[Mapping[Pattern, tuple[Promise, ...]]] = {
    Pattern.JUMP: (
        gettext_lazy("The evidence of that day's figure: list, file, photo."),
        gettext_lazy(
            "Whether something was added that day (an agency, a market, a school), and whether "
            "it is counted twice."
        ),
    ),
    Pattern.ROUND: (
        gettext_lazy("The tally sheets of two days chosen by lot."),
        gettext_lazy("Whether the figures were asked for by telephone."),
    ),
    Pattern.COPY: (
        gettext_lazy("Who counted on those days: names on the tally sheets."),
        gettext_lazy("Whether the form was sent only because it was due."),
    ),
    Pattern.SAME_RISE: (
        gettext_lazy("How the figure is made: counted, or yesterday's plus a number."),
        gettext_lazy("Ten doors of the last three days, chosen by lot."),
    ),
    Pattern.TWIN: (
        gettext_lazy("The tally sheets of both units for the same days."),
        gettext_lazy("Whether one file was sent for both."),
    ),
    Pattern.SAME_SERIES: (
        gettext_lazy("How active phones are counted, by whom, from when on."),
        gettext_lazy("The carrier's file of the same days."),
    ),
    Pattern.ABOVE_PHONES: (
        gettext_lazy("Whether downloads, agencies or people from elsewhere were counted."),
        gettext_lazy("Where the number of phones comes from, and how old it is."),
    ),
    Pattern.GIFT: (
        gettext_lazy("Active phones against the gifts that were handed out."),
        gettext_lazy("Whether one phone was counted more than once."),
    ),
    Pattern.GIFT_FALL: (
        gettext_lazy("Why the count fell: a correction, or people who left."),
        gettext_lazy("How many gifts were handed out, and by whom."),
    ),
}


def heading(one: Seen, unit: str, other: str) -> str:
    """Return a finding in one line.

    Args:
        one: the finding.
        unit: name of its unit.
        other: name of the unit with the same figures, used by `TWIN` only.
    """
    words = {name: number(value) for name, value in one.facts.items()}
    day = look_format.date(one.day)
    return str(_HEADINGS[one.pattern]) % {**words, "unit": unit, "other": other, "day": day}


def why(one: Seen) -> str:
    """Return why it is unusual."""
    words = {name: number(value) for name, value in one.facts.items()}
    text = str(_WHY[one.pattern])
    return text % words if "%(" in text else text


def look_at(one: Seen) -> tuple[str, ...]:
    """Return what to ask or to look at."""
    return tuple(str(text) for text in _LOOK_AT[one.pattern])


def how_often(one: Seen) -> str:
    """Return how often an honest unit would look like this, by calculation."""
    if one.pattern == Pattern.GIFT_FALL:
        return _("How often an honest unit would show this is not calculated.")
    if one.strength >= _MOST:
        return _("By calculation an honest unit looks like this less than once in a million times.")
    many = 10**one.strength
    rounded = round(many, -math.floor(math.log10(max(many, 1.0))))
    text = _("By calculation an honest unit looks like this about once in %(many)s times.")
    return text % {"many": number(rounded)}


def reliability(one: Seen) -> str:
    """Return precision and recall of its kind, as measured."""
    found = measured(one.kind, one.phones)
    words = {
        "cheats": number(CHEATS),
        "recall": _percent(found.recall),
        "precision": _percent(found.precision),
        "asked": look_format.number(found.asked, language(), decimals=1),
        "honest": number(HONEST_UNITS),
    }
    text = _(
        "Measured on generated campaigns: of %(cheats)s cheats of this kind %(recall)s were found; "
        "of the units that were named %(precision)s did cheat; without any cheat %(asked)s of "
        "%(honest)s honest communes were asked in a campaign."
    )
    if one.pattern in _NOT_MEASURED:
        text += " " + _("For this pattern by itself nothing was measured; this is its kind.")
    if found is TENS[one.kind]:
        text += " " + _("This is for places where phones are counted in tens.")
    return text % words


@dataclass(frozen=True, slots=True)
class Trust:
    """How well a pattern is found among usual communes, in words."""

    pattern: str
    recall: str
    precision: str
    asked: str


def trust() -> list[Trust]:
    """Return how well each of the five ways is found."""
    return [
        Trust(
            str(Pattern(str(kind)).label),
            _percent(found.recall),
            _percent(found.precision),
            look_format.number(found.asked, language(), decimals=1),
        )
        for kind, found in USUAL.items()
    ]


def _percent(share: float) -> str:
    return look_format.percent(share, language(), decimals=0)
