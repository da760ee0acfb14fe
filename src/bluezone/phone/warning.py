"""A judgement in words, the same five things always in the same order.

What happened, what it means, what to do now, whom to call, what we do not know.

Sources: LOOK "Voice"; the advice is that of Vietnam's Ministry of Health in August 2020
(stay at home, mask, distance, call before going anywhere; national hotline 1900 9095). The
surprising decision: the text never names an hour. A day and minutes are enough to act on;
an hour would tell the reader who it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bluezone.look.format import date, number
from bluezone.look.i18n import translator
from bluezone.phone.risk import Assessment, RiskFlag, RiskLevel

PACKAGE: Final = "bluezone.phone"
HOTLINE: Final = "1900 9095"
"""National health hotline (Ministry of Health, 2020); the operator of a node may set another."""

Paragraphs = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WarningText:
    """What a person reads.

    Attributes:
        level: `none`, `low` or `high`; chooses the shape and colour beside the words.
        title: one line.
        happened: what happened.
        means: what it means.
        do_now: what to do now, one step each; empty if there is nothing to do.
        call: whom to call; empty if nobody needs to be called.
        unknown: what we do not know.
    """

    level: str
    title: str
    happened: str
    means: str
    do_now: Paragraphs
    call: str
    unknown: Paragraphs

    @property
    def plain(self) -> str:
        """The whole text for a terminal, one paragraph a line, in the order of the fields."""
        steps = [f"- {step}" for step in self.do_now]
        parts = [self.title, self.happened, self.means, *steps, self.call, *self.unknown]
        return "\n".join(part for part in parts if part)


def warning_text(assessment: Assessment, language: str, *, hotline: str = HOTLINE) -> WarningText:
    """Return the words for a judgement.

    Args:
        assessment: what the risk model decided.
        language: `vi` or `en`.
        hotline: telephone number to call, as people write it.
    """
    _ = translator(PACKAGE, language)
    if assessment.level is RiskLevel.HIGH:
        return _high(assessment, _, language, hotline)
    if assessment.level is RiskLevel.LOW:
        return _low(assessment, _, language, hotline)
    return WarningText(
        level="none",
        title=_("No meeting that counts is known"),
        happened=_("Nobody who shared their keys was near you long enough in the last 14 days."),
        means=_("There is nothing to do because of Bluezone."),
        do_now=(),
        call="",
        unknown=(
            _("We do not know of people without Bluezone, or who have not shared their keys."),
        ),
    )


def _high(
    assessment: Assessment, _: Callable[[str], str], language: str, hotline: str
) -> WarningText:
    return WarningText(
        level="high",
        title=_("You were near a person with COVID-19"),
        happened=_happened(assessment, _, language),
        means=_("You may have been infected. Many people who were near someone do not fall ill."),
        do_now=(
            _("Stay at home and keep two metres from the people you live with."),
            _("Wear a mask when somebody is in the same room, and wash your hands often."),
            _("Watch for fever, cough and difficult breathing until 14 days after that day."),
        ),
        call=_("Call {number} or your commune health station before you go anywhere.").format(
            number=hotline
        ),
        unknown=_doubts(assessment, _),
    )


def _low(
    assessment: Assessment, _: Callable[[str], str], language: str, hotline: str
) -> WarningText:
    return WarningText(
        level="low",
        title=_("A short or distant meeting"),
        happened=_happened(assessment, _, language),
        means=_("The risk is small. You need not stay at home because of it."),
        do_now=(_("Wear a mask among people, and watch how you feel for 14 days."),),
        call=_("If you feel ill, call {number} before you go anywhere.").format(number=hotline),
        unknown=_doubts(assessment, _),
    )


def _happened(assessment: Assessment, _: Callable[[str], str], language: str) -> str:
    day = assessment.most_recent_day
    minutes = number(assessment.minutes, language)
    if day is None:
        return _("Your phone was near the phone of a person who has COVID-19.")
    return _(
        "On {day} your phone was near the phone of a person who has COVID-19. "
        "Meetings that count lasted about {minutes} minutes together."
    ).format(day=date(day), minutes=minutes)


def _doubts(assessment: Assessment, _: Callable[[str], str]) -> Paragraphs:
    doubts = [
        _("We do not know who it was, or where it was."),
        _("Radio cannot see walls, masks or fresh air, so distance is an estimate."),
    ]
    if RiskFlag.DEFAULT_TX_POWER in assessment.flags:
        doubts.append(_("One of the phones did not say how loudly it sends; we took an average."))
    if RiskFlag.TOLERATED in assessment.flags:
        doubts.append(_("The clocks of the two phones differed a little."))
    return tuple(doubts)
