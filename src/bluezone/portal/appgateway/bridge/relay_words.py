"""The relay check in the words of a page. Source: LOOK "Voice"; relay_check for the meaning."""

from collections.abc import Sequence
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
SCAN_GAP_S: Final = 60
"""Records of one phone closer than this were made in one scan of 40 s."""
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
    """Records of one phone that were made in one scan and say the same.

    `apart` is the least distance, `strength` the strongest.
    """

    time_s: int
    case: str
    text: str
    records: int
    apart: str
    strength: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One meeting on the page; `more` rows are not shown."""

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
    return [_shown(meeting, names, language) for meeting in report.meetings]


def _shown(meeting: Meeting, names: tuple[str, str], language: str) -> Shown:
    title = _("Which phone recorded the other, and when?")
    picture = timeline(meeting, names, title, clock=look_format.clock)
    rows = [_row(together, names, language) for together in _scans(meeting.findings)]
    return Shown(meeting, said(meeting.verdict), picture, rows[:ROWS], max(0, len(rows) - ROWS))


def _scans(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Return the findings in groups: one phone, one reason, one scan; in the order of time."""
    groups: dict[tuple[Side, Reason], list[list[Finding]]] = {}
    for one in findings:
        mine = groups.setdefault((one.side, one.reason), [])
        if not mine or one.time_s - mine[-1][-1].time_s > SCAN_GAP_S:
            mine.append([])
        mine[-1].append(one)
    return sorted((group for mine in groups.values() for group in mine), key=_first)


def _first(group: list[Finding]) -> tuple[int, Side]:
    return group[0].time_s, group[0].side


def _row(together: list[Finding], names: tuple[str, str], language: str) -> Row:
    one = together[0]
    apart_s = [abs(each.apart_s) for each in together if each.apart_s is not None]
    known = [each.rssi_dbm for each in together if each.rssi_dbm]
    return Row(
        one.time_s,
        names[one.side is Side.B],
        _reason(one.reason),
        len(together),
        _apart(min(apart_s), language) if apart_s else "–",
        f"{look_format.number(max(known), language)} dBm" if known else "–",
    )


def _apart(seconds: int, language: str) -> str:
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
