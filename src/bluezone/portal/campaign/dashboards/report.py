"""The evening report of a unit: a short text to paste into a message, and a PDF.

The PDF is set by Typst from our own template; words reach it as JSON data, so that nothing in a
unit's name can be markup (docs/adr/0012-typst-for-print.md).
"""

import json
from functools import cache
from pathlib import Path
from typing import Final

import typst
from django.utils.translation import gettext as _

from bluezone.look import font_dir
from bluezone.look import format as look_format
from bluezone.portal.campaign.dashboards.board import Board, Row
from bluezone.portal.campaign.dashboards.svg import MARKS
from bluezone.portal.campaign.dashboards.words import language, number
from bluezone.protocol.errors import BluezoneError

FOLDER: Final = Path(__file__).parent / "typst"
TEXT_ROWS: Final = 3
"""How many units stand at the top and at the bottom of the short text."""
TEXT_TASKS: Final = 6
"""So many sentences of work; the page and the PDF have more."""


class ReportError(BluezoneError):
    """The report cannot be set."""

    code = "report_not_set"


def title(board: Board) -> str:
    """Return the report's first line."""
    words = {"unit": board.unit.title, "day": look_format.date(board.day)}
    return _("%(unit)s: Bluezone on the evening of %(day)s") % words


def standing(board: Board) -> list[str]:
    """Return how many users there are, and what share of whom."""
    if board.users is None:
        return [_("No figure yet.")]
    words = {
        "users": number(board.users.value),
        "day": look_format.date(board.users.day),
    }
    lines = [_("%(users)s users (figure of %(day)s).") % words]
    for share in board.shares:
        size = number(share.denominator.value)
        lines.append(f"{share.text} {share.base} ({size}, {share.denominator.day:%d/%m/%Y})")
    return lines


def as_text(board: Board) -> str:
    """Return the report as lines of plain text."""
    lines = [title(board), *standing(board), ""]
    for one in board.headlines:
        lines += [f"{MARKS[one.kind]} {one.label}: {one.sentence}", one.reason, ""]
    if board.forecast:
        lines += [board.forecast, ""]
    known = [row for row in board.rows if row.percent]
    if known:
        lines.append(_("Ahead: %(units)s") % {"units": _list(known[:TEXT_ROWS])})
    if len(known) > 2 * TEXT_ROWS:
        last = known[: -TEXT_ROWS - 1 : -1]
        lines.append(_("Behind: %(units)s") % {"units": _list(last)})
    if known:
        lines += [_("Shares are %(base)s.") % {"base": board.base.label}, ""]
    if board.tasks:
        lines += [_("Tomorrow:"), *(f"- {task}" for task in board.tasks[:TEXT_TASKS])]
    return "\n".join(lines).strip() + "\n"


def _list(rows: list[Row]) -> str:
    return ", ".join(f"{row.place.unit.name} {row.percent}" for row in rows)


def as_pdf(board: Board, *, address: str, now: int) -> bytes:
    """Return the report as a PDF.

    Args:
        board: what it says.
        address: where the dashboard is, printed at the foot.
        now: time of printing, Unix seconds.

    Raises:
        ReportError: the template and the data do not fit.
    """
    data = json.dumps(_data(board, address, now), ensure_ascii=False)
    try:
        made = typst.compile(
            str(FOLDER / "report.typ"),
            root=str(FOLDER),
            font_paths=_fonts(),
            format="pdf",
            sys_inputs={"data": data},
            timestamp=now,
        )
    except typst.TypstError as error:
        raise ReportError(f"report.typ: {error.message}") from error
    if not isinstance(made, bytes):
        raise ReportError("report.typ: no PDF came back")
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_dir())]
    )


def _data(board: Board, address: str, now: int) -> dict[str, object]:
    return {
        "language": language(),
        "title": title(board),
        "standing": standing(board),
        "headlines": [
            {"label": one.label, "kind": one.kind, "sentence": one.sentence, "reason": one.reason}
            for one in board.headlines
        ],
        "forecast": board.forecast,
        "below": _("Units below, shares %(base)s") % {"base": board.base.label},
        "columns": [_("Rank"), _("Unit"), _("Users"), _("Share"), _("Denominator"), _("Verdict")],
        "rows": [_cells(row) for row in board.rows],
        "tomorrow": _("What to do tomorrow"),
        "tasks": list(board.tasks),
        "foot": f"{address} · {look_format.instant(now)}",
    }


def _cells(row: Row) -> list[str]:
    place = row.place
    return [
        str(place.rank or "–"),
        place.unit.title,
        "–" if place.known is None else number(place.known.value),
        row.percent or "–",
        "–" if place.base is None else number(place.base.value),
        row.state,
    ]
