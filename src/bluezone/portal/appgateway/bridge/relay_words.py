"""The relay check in the words of a page. Source: LOOK "Voice"; relay_check for the meaning."""

from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bluezone.look import format as look_format
from bluezone.portal.appgateway.bridge.relay_timeline import timeline
from bluezone.protocol.bluezone.relay_check import Meeting, RelayReport, Verdict
from bluezone.protocol.bluezone.relay_rows import Finding, Reason, Side

ROWS: Final = 50
"""LOOK "Shape": a list shows its first 50 rows."""
_KINDS: Final = {
    Verdict.CONSISTENT: "met",
    Verdict.ONE_SIDED: "at-risk",
    Verdict.IMPOSSIBLE: "missed",
    Verdict.UNDECIDED: "unknown",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict: its word and state, what happened, what it means, what it does not mean."""

    word: str
    kind: str
    happened: str
    means: str


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a meeting."""

    time_s: int
    case: str
    text: str
    apart: str
    strength: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One meeting on the page; `more` records are not shown."""

    meeting: Meeting
    said: Said
    picture: SafeString
    rows: list[Row]
    more: int


def said(verdict: Verdict) -> Said:
    """Return the words of a verdict."""
    words = {
        Verdict.CONSISTENT: (
            _("Consistent"),
            _("Both phones recorded each other at about the same time."),
            _(
                "This is what a real meeting looks like. A relay that works in both directions "
                "looks the same; no comparison of histories can tell it apart."
            ),
        ),
        Verdict.ONE_SIDED: (
            _("One-sided"),
            _("One phone recorded the other, and the other recorded nothing near that time."),
            _(
                "This proves nothing against anybody. In simulations a real quarter of an hour "
                "together was one-sided never with two Android phones and a good signal, 19 of "
                "100 times with an iPhone in the background, 50 of 100 times at the edge of "
                "reach, and always with a phone that was restarted and not opened. A relay in one"
                " direction is always one-sided, too. Ask both people."
            ),
        ),
        Verdict.IMPOSSIBLE: (
            _("Impossible"),
            _("At least one record cannot come from a meeting of two phones that work rightly."),
            _(
                "Somebody may have recorded signals and played them elsewhere or later, a clock "
                "was wrong by more than 30 seconds, or a file was changed. Look at the reason and"
                " the time of each record, and ask both people."
            ),
        ),
        Verdict.UNDECIDED: (
            _("Cannot be told"),
            _("No record of either history speaks for or against a meeting."),
            _(
                "The two may never have been near each other, or the days that were shared do not"
                " overlap."
            ),
        ),
    }
    word, happened, means = words[verdict]
    return Said(word, _KINDS[verdict], happened, means)


def shown(report: RelayReport, names: tuple[str, str], language: str) -> list[Shown]:
    """Return the meetings as the page shows them.

    Args:
        report: what the check found.
        names: pseudonyms of the two cases, A first.
        language: for numbers.
    """
    return [
        Shown(
            meeting,
            said(meeting.verdict),
            timeline(
                meeting,
                names,
                _("Which phone recorded the other, and when?"),
                clock=look_format.clock,
            ),
            [_row(one, names, language) for one in meeting.findings[:ROWS]],
            max(0, len(meeting.findings) - ROWS),
        )
        for meeting in report.meetings
    ]


def _row(one: Finding, names: tuple[str, str], language: str) -> Row:
    apart = "–" if one.apart_s is None else _apart(one, language)
    strength = "–" if one.rssi_dbm == 0 else f"{look_format.number(one.rssi_dbm, language)} dBm"
    return Row(one.time_s, names[one.side is Side.B], _reason(one.reason), apart, strength)


def _apart(one: Finding, language: str) -> str:
    seconds = abs(one.apart_s or 0)
    if seconds >= 7200:
        shown_hours = look_format.number(seconds // 3600, language)
        return ngettext("%(n)s hour", "%(n)s hours", seconds // 3600) % {"n": shown_hours}
    if seconds >= 120:
        shown_minutes = look_format.number(seconds // 60, language)
        return ngettext("%(n)s minute", "%(n)s minutes", seconds // 60) % {"n": shown_minutes}
    return ngettext("%(n)s second", "%(n)s seconds", seconds) % {
        "n": look_format.number(seconds, language)
    }


def _reason(reason: Reason) -> str:
    return {
        Reason.COUNTERPART: _("The other phone has its record, too."),
        Reason.NO_COUNTERPART: _("The other phone recorded nothing near this time."),
        Reason.NOT_COVERED: _("Outside the days whose keys were uploaded."),
        Reason.OTHER_DAY: _("The right time on another day: a known fault of the published app."),
        Reason.BEFORE_ITS_SLOT: _("The code was heard before it was on the air."),
        Reason.AFTER_ITS_SLOT: _("The code was heard after it had left the air: played again."),
        Reason.HEARD_ITSELF: _("The phone heard its own code: somebody sent it back."),
        Reason.OWN_ID_FOREIGN: _("The record does not belong to the phone that sent it."),
    }[reason]
