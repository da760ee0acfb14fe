"""A meeting as a picture: two lines, one for each phone, a mark for each record.

Pure: numbers and words in, markup out. Colours are CSS classes, because the portal's security
policy allows no inline style; every mark has a shape of its own. The table below says the same.
"""

from collections.abc import Callable, Sequence
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bluezone.protocol.bluezone.relay_check import Meeting
from bluezone.protocol.bluezone.relay_rows import IMPOSSIBLE, Finding, Reason, Side

WIDTH: Final = 400
_LEFT, _RIGHT = 84, 8
_LINES: Final = {Side.A: 34, Side.B: 84}
_HEIGHT: Final = 124
_LEAST_S: Final = 600
"""Shorter meetings are drawn as long as this, so that marks do not lie on each other."""


def timeline(
    meeting: Meeting, names: Sequence[str], title: str, *, clock: Callable[[int], str]
) -> SafeString:
    """Return the picture of one meeting.

    Args:
        meeting: as the check found it.
        names: of the two cases.
        title: what the picture answers.
        clock: shows Unix seconds as a time of day.
    """
    middle = (meeting.start_s + meeting.end_s) / 2
    length = max(meeting.end_s - meeting.start_s, _LEAST_S)
    start, end = middle - length / 2, middle + length / 2
    lines = format_html_join("", "{}", ((_line(y, names[at]),) for at, y in _lines()))
    marks = format_html_join("", "{}", ((_mark(one, start, length),) for one in meeting.findings))
    ticks = format_html_join(
        "",
        '<text class="tick" x="{}" y="{}" text-anchor="{}">{}</text>',
        (
            (_LEFT, _HEIGHT - 8, "start", clock(int(start))),
            (WIDTH - _RIGHT, _HEIGHT - 8, "end", clock(int(end))),
        ),
    )
    return format_html(
        '<svg class="relay" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH,
        _HEIGHT,
        title,
        lines,
        marks,
        ticks,
    )


def _lines() -> list[tuple[int, int]]:
    return list(enumerate(_LINES.values()))


def _line(y: int, name: str) -> SafeString:
    return format_html(
        '<text class="name" x="0" y="{}">{}</text>'
        '<line class="track" x1="{}" x2="{}" y1="{}" y2="{}"/>',
        y + 5,
        name,
        _LEFT,
        WIDTH - _RIGHT,
        y,
        y,
    )


def _mark(one: Finding, start: float, length: float) -> SafeString:
    """Return a disc with a counterpart, a ring without one, a square where it is impossible."""
    x = round(_LEFT + 8 + (one.time_s - start) / length * (WIDTH - _LEFT - _RIGHT - 16), 1)
    y = _LINES[one.side]
    if one.reason in IMPOSSIBLE:
        return format_html(
            '<rect class="impossible" x="{}" y="{}" width="14" height="14"/>', x - 7, y - 7
        )
    kind = {Reason.COUNTERPART: "both", Reason.NO_COUNTERPART: "alone"}.get(one.reason, "unclear")
    return format_html('<circle class="{}" cx="{}" cy="{}" r="7"/>', kind, x, y)
