"""What the pages of agencies show, gathered with a fixed number of queries."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bluezone.look import format as look_format
from bluezone.portal.campaign.agencies.forms import SlipsForm
from bluezone.portal.campaign.agencies.models import Agency, AgencySize, Pool, Purpose
from bluezone.portal.campaign.agencies.pools import SHEET_SLIPS, pool_of, room
from bluezone.portal.campaign.agencies.progress import (
    THRESHOLD,
    AgencyFigure,
    Progress,
    View,
    agencies_below,
    figures_of,
    summary,
)
from bluezone.portal.campaign.agencies.services import size_of
from bluezone.portal.units.models import Unit

PAGE_ROWS: Final = 50
"""LOOK "Shape": a table shows its first 50 rows."""


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """The figure of an agency in words.

    Attributes:
        count: "34 of 40".
        percent: "85 %", empty where it may not be shown.
        state, kind: word and colour of the state.
        relatives: their number, "< 10" below the threshold.
    """

    agency: Agency
    staff: int
    smartphones: int
    count: str
    percent: str
    state: str
    kind: str
    relatives: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """The agencies of a unit: a page of rows and the sum of all."""

    rows: Sequence[ShownFigure]
    total: Progress
    percent: str
    number: int
    last: int


@dataclass(frozen=True, slots=True)
class PurposeBlock:
    """What the page of an agency offers for one purpose."""

    purpose: str
    title: str
    alive: int
    voided: int
    room: int
    closed: bool
    print_form: SlipsForm
    void_form: SlipsForm


def list_page(unit: Unit, day: dt.date, *, number: int) -> ListPage:
    """Return page `number` (from 1) of the agencies of a unit and below at the end of `day`."""
    figures = figures_of(agencies_below(unit).order_by("unit__path", "name"), day)
    last = max((len(figures) - 1) // PAGE_ROWS + 1, 1)
    chosen = min(max(number, 1), last)
    start = (chosen - 1) * PAGE_ROWS
    rows = [show(figure) for figure in figures[start : start + PAGE_ROWS]]
    total = summary(figures, shown=True)
    return ListPage(rows, total, percent(total.share), chosen, last)


def show(figure: AgencyFigure) -> ShownFigure:
    """Return a figure as it may be shown (see `progress`)."""
    state, kind = _STATES[figure.view]
    return ShownFigure(
        agency=figure.agency,
        staff=figure.staff,
        smartphones=figure.smartphones,
        count=_count(figure),
        percent=percent(figure.share),
        state=_(state),
        kind=kind,
        relatives=_few(figure.relatives),
    )


def percent(share: float | None) -> str:
    """Return a share as a percentage in the page's language; empty without one."""
    return "" if share is None else look_format.percent(share, get_language() or "vi")


def blocks(agency: Agency, size: AgencySize) -> list[PurposeBlock]:
    """Return what may be printed and voided, staff first."""
    return [_block(agency, size, purpose) for purpose in Purpose]


def page_of(agency: Agency, day: dt.date) -> tuple[AgencySize, ShownFigure]:
    """Return the newest size of an agency and its figure at the end of `day`."""
    size = size_of(agency)
    found = figures_of([agency], day)
    figure = found[0] if found else AgencyFigure(agency, size.staff, size.smartphones, None, None)
    return size, show(figure)


def N_(text: str) -> str:  # noqa: N802 - the usual name for marking a text
    """Mark a text for the catalogue."""
    return text


_STATES: Final = {
    View.NOTHING: (N_("No figure yet"), "unknown"),
    View.ALL: (N_("Everybody"), "met"),
    View.EXACT: (N_("On the way"), "on-course"),
    View.FEW: (N_("On the way"), "on-course"),
}


def _count(figure: AgencyFigure) -> str:
    numbers = {
        "installed": _number(figure.installed or 0),
        "smartphones": _number(figure.smartphones),
        "threshold": THRESHOLD,
    }
    if figure.view is View.NOTHING:
        return "–"
    if figure.view is View.FEW and figure.smartphones < THRESHOLD:
        return _("not yet all of %(smartphones)s") % numbers
    if figure.view is View.FEW:
        return _("< %(threshold)s of %(smartphones)s") % numbers
    return _("%(installed)s of %(smartphones)s") % numbers


def _few(count: int | None) -> str:
    if count is None:
        return "–"
    return f"< {THRESHOLD}" if 0 < count < THRESHOLD else _number(count)


def _number(value: int) -> str:
    return look_format.number(value, get_language() or "vi")


def _block(agency: Agency, size: AgencySize, purpose: Purpose) -> PurposeBlock:
    pool: Pool | None = pool_of(agency, purpose)
    left = room(pool, size, purpose)
    initial = {"purpose": purpose.value, "count": min(left, size.smartphones, SHEET_SLIPS)}
    return PurposeBlock(
        purpose=purpose.value,
        title=str(purpose.label),
        alive=pool.unused + pool.exchanged if pool else 0,
        voided=pool.voided if pool else 0,
        room=left,
        closed=pool is not None and pool.closed_at is not None,
        print_form=SlipsForm(name=f"print_{purpose}", initial=initial),
        void_form=SlipsForm(name=f"void_{purpose}", initial={"purpose": purpose.value}),
    )
