"""The pictures of a dashboard: the board's numbers and the reader's words put into SVG."""

from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bluezone.look import format as look_format
from bluezone.portal.campaign.dashboards.board import Board, Row
from bluezone.portal.campaign.dashboards.svg import (
    Bar,
    Goal,
    TileCell,
    progress_chart,
    ranking_bars,
    step_of,
    tile_map,
)
from bluezone.portal.campaign.dashboards.words import number
from bluezone.portal.units.tiles import map_of

MOST_BARS: Final = 24


def country_map(board: Board) -> SafeString | None:
    """Return the tile map of a nation, None where nobody has drawn one."""
    drawn = map_of(board.unit.path)
    if drawn is None:
        return None
    rows = {row.place.unit.code: row for row in board.rows}
    cells = [
        _cell(tile.x, tile.y, rows[code].place.unit.name, rows[code])
        for code, tile in drawn.provinces.items()
        if code in rows
    ]
    cells += [
        _cell(island.tile.x, island.tile.y, island.name, rows[island.province])
        for island in drawn.islands
        if island.province in rows
    ]
    title = _("Where is the share of users highest?")
    return tile_map(cells, title=title, description=_("Each tile: province, share, verdict."))


def _cell(x: int, y: int, name: str, row: Row) -> TileCell:
    rank = _("rank %(rank)s") % {"rank": number(row.place.rank)} if row.place.rank else ""
    value = row.percent or _("no figure")
    return TileCell(x, y, name, value, rank, step_of(row.place.share), row.kind)


def bars(board: Board) -> SafeString | None:
    """Return the ranking of the units below, None where none has a share."""
    known = [row for row in board.rows if row.place.share is not None][:MOST_BARS]
    longest = max((row.place.share or 0.0 for row in known), default=0.0)
    if not longest:
        return None
    made = [
        Bar(row.place.unit.name, (row.place.share or 0.0) / longest, row.percent, row.kind)
        for row in known
    ]
    described = _("Share %(base)s, the highest first.") % {"base": board.base.label}
    return ranking_bars(made, title=_("Who is ahead?"), description=described)


def progress(board: Board) -> SafeString | None:
    """Return counts, target and fan over time, None where nothing was counted."""
    if not board.points:
        return None
    goal = None
    if board.need is not None:
        by = look_format.date(board.deadline) if board.deadline else ""
        name = _("Target by %(day)s") % {"day": by} if by else _("Target")
        goal = Goal(board.need, board.deadline, name)
    return progress_chart(
        board.points,
        board.outlook.bands,
        goal,
        title=_("Will the target be reached in time?"),
        description=board.forecast,
        number=number,
        band_name=_("forecast"),
    )
