"""From a table to a draft: what each row claims, and what is wrong with the others.

Nothing is looked up that changes from day to day; `preview` compares the draft with what is
stored. One row may make several claims, one a series.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from bluezone.look import format as look_format
from bluezone.portal.campaign.figures.checks import Claim
from bluezone.portal.campaign.figures.choices import Series
from bluezone.portal.campaign.figures.importing import headings
from bluezone.portal.campaign.figures.importing.files import read_sheet
from bluezone.portal.campaign.figures.importing.findings import Finding, Severity
from bluezone.portal.campaign.figures.importing.headings import Layout, find_layout
from bluezone.portal.campaign.figures.importing.matching import Matcher, Place
from bluezone.portal.campaign.figures.importing.sheet import Cell, Sheet, SheetRow
from bluezone.portal.campaign.figures.importing.words import (
    Fault,
    is_nothing,
    read_count,
    read_day,
)
from bluezone.portal.units.models import Edition
from bluezone.portal.units.naming import fold
from bluezone.portal.units.paths import edition_of


@dataclass(frozen=True, slots=True)
class Terms:
    """What the person said about a file: under which unit, and what rows do not say themselves."""

    unit_path: str
    series: str
    day: dt.date | None
    today: dt.date


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A claim, with its place in the file."""

    row: int
    column: str
    unit_name: str
    claim: Claim
    note: str = ""


@dataclass(slots=True)
class Draft:
    """What a file says: claims, findings, and how many rows are wrong."""

    rows: list[DraftRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def wrong_rows(self) -> int:
        """How many rows have something wrong."""
        return len({one.row for one in self.findings if one.severity == Severity.WRONG})

    def content_hash(self) -> str:
        """Return a hash of what the good rows say, whatever the file looks like."""
        lines = sorted(
            f"{row.claim.unit_path}|{row.claim.series}|{row.claim.day}|{row.claim.value}"
            for row in self.rows
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_draft(content: bytes, terms: Terms) -> Draft:
    """Return what a file says.

    Raises:
        UnreadableFileError: the file as a whole cannot be read.
    """
    sheet = read_sheet(content)
    layout = find_layout(sheet)
    rows = [row for row in sheet.rows if row.number > layout.row]
    code_column = layout.columns.get(headings.CODE)
    codes = {row.cell(code_column).text for row in rows}
    padded = {code.zfill(width) for code in codes if code.isdigit() for width in (2, 3, 5)}
    reader = _Reader(layout, terms, Matcher(terms.unit_path, codes | padded), _bounds(terms))
    draft = Draft(findings=_notices(sheet, layout))
    for row in rows:
        reader.read(row, draft)
    _drop_doubles(draft)
    if not rows:
        draft.findings.append(
            Finding(layout.row, "", "no_rows", Severity.WRONG, _("There is nothing below."))
        )
    draft.findings.sort(key=lambda one: (one.row, one.column))
    return draft


def _bounds(terms: Terms) -> tuple[dt.date, dt.date]:
    """Return the first and the last day for which the unit's edition has figures."""
    edition = Edition.objects.get(pk=edition_of(terms.unit_path))
    last = terms.today
    if edition.valid_to is not None:
        last = min(last, edition.valid_to - dt.timedelta(days=1))
    return edition.valid_from, last


def _notices(sheet: Sheet, layout: Layout) -> list[Finding]:
    texts = {
        "windows_1258": _(
            "The file was read as Windows-1258, not as UTF-8. Check the Vietnamese letters."
        ),
        "first_sheet_only": _("Only the first sheet was read."),
    }
    found = [Finding(0, "", note, Severity.NOTICE, texts[note]) for note in sheet.notes]
    if layout.unread:
        names = ", ".join(f"“{name[:40]}”" for name in layout.unread[:6])
        message = _("Columns that were not read: %(names)s.") % {"names": names}
        found.append(Finding(layout.row, "", "columns_not_read", Severity.NOTICE, message))
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads rows of one table."""

    layout: Layout
    terms: Terms
    matcher: Matcher
    days: tuple[dt.date, dt.date]

    def read(self, row: SheetRow, draft: Draft) -> None:
        """Add what a row claims, or what is wrong with it."""
        code, name = self._cell(row, headings.CODE), self._cell(row, headings.NAME)
        if not code.text and self._is_total(row):
            message = _("A total is not stored; it is calculated.")
            draft.findings.append(Finding(row.number, "", "total_row", Severity.NOTICE, message))
            return
        place = self.matcher.find(code.text, name.text, self.layout.level)
        day, series = self._day(row), self._series(row)
        head = headings.CODE if headings.CODE in self.layout.columns else headings.NAME
        faults = [
            self._wrong(row, self.layout.columns.get(role), fault)
            for role, fault in ((head, place), (headings.DAY, day), (headings.SERIES, series))
            if isinstance(fault, Fault)
        ]
        for column, cell, said in self._counts(row):
            count = read_count(cell)
            own = said if said is not None else series
            if isinstance(count, Fault):
                faults.append(self._wrong(row, column, count))
            elif own is None:
                faults.append(self._wrong(row, column, _no_series()))
            elif (
                isinstance(place, Place)
                and isinstance(day, dt.date)
                and isinstance(own, Series)
                and not any(fault.column == self.layout.name(column) for fault in faults)
            ):
                claim = Claim(place.path, own, day, count)
                note = self._cell(row, headings.NOTE).text
                where = self.layout.name(column)
                draft.rows.append(DraftRow(row.number, where, place.full_name, claim, note))
        draft.findings += faults

    def _cell(self, row: SheetRow, role: str) -> Cell:
        return row.cell(self.layout.columns.get(role))

    def _counts(self, row: SheetRow) -> Iterator[tuple[int, Cell, Series | None]]:
        for column, said in self.layout.counts.items():
            cell = row.cell(column)
            if not is_nothing(cell):
                yield column, cell, said

    def _is_total(self, row: SheetRow) -> bool:
        first = next((fold(cell.text) for cell in row.cells if cell.text), "")
        return first.startswith(("tong", "cong", "total"))

    def _wrong(self, row: SheetRow, column: int | None, fault: Fault) -> Finding:
        place = self.layout.name(column)
        return Finding(row.number, place, fault.code, Severity.WRONG, fault.message)

    def _day(self, row: SheetRow) -> dt.date | Fault:
        cell = self._cell(row, headings.DAY)
        day: dt.date | Fault | None = read_day(cell) if cell.text else self.terms.day
        if day is None:
            return Fault("no_day", _("The day is missing. Choose one above or write it here."))
        return _inside(day, self.days, self.terms.today) if isinstance(day, dt.date) else day

    def _series(self, row: SheetRow) -> Series | Fault | None:
        cell = self._cell(row, headings.SERIES)
        if not cell.text:
            return Series(self.terms.series) if self.terms.series else None
        known = headings.SERIES_OF.get(fold(cell.text))
        if known is None and cell.text in Series.values:
            known = Series(cell.text)
        if known is not None:
            return known
        message = _("“%(text)s” is not one of: %(series)s.")
        values = {"text": cell.text[:40], "series": ", ".join(map(str, Series.labels))}
        return Fault("unknown_series", message % values)


def _no_series() -> Fault:
    return Fault("no_series", _("Downloads, users or phones? Choose above what the file counts."))


def _inside(day: dt.date, days: tuple[dt.date, dt.date], today: dt.date) -> dt.date | Fault:
    said = {
        "day": look_format.date(day),
        "first": look_format.date(days[0]),
        "last": look_format.date(days[1]),
    }
    if day > today:
        return Fault("day_to_come", _("%(day)s has not come yet.") % said)
    if not days[0] <= day <= days[1]:
        message = _(
            "On %(day)s another list of units was in force; this one: %(first)s – %(last)s."
        )
        return Fault("day_outside_edition", message % said)
    return day


def _drop_doubles(draft: Draft) -> None:
    """Keep one of rows that say the same twice; refuse rows that contradict each other."""
    by_key: defaultdict[tuple[str, Series, dt.date], list[DraftRow]] = defaultdict(list)
    for row in draft.rows:
        by_key[row.claim.unit_path, row.claim.series, row.claim.day].append(row)
    doubles = [rows for rows in by_key.values() if len(rows) > 1]
    dropped: set[int] = set()
    for rows in doubles:
        same = len({row.claim.value for row in rows}) == 1
        dropped.update(id(row) for row in (rows[1:] if same else rows))
        draft.findings += _double(rows, same=same)
    draft.rows = [row for row in draft.rows if id(row) not in dropped]


def _double(rows: Sequence[DraftRow], *, same: bool) -> Iterator[Finding]:
    numbers = ", ".join(str(row.row) for row in rows)
    for row in rows[1:] if same else rows:
        if same:
            message = _("%(unit)s stands in rows %(rows)s with the same count; stored once.")
            severity, code = Severity.WARNING, "row_twice"
        else:
            message = _("%(unit)s stands in rows %(rows)s with different counts. Keep one.")
            severity, code = Severity.WRONG, "rows_contradict"
        text = message % {"unit": row.unit_name, "rows": numbers}
        yield Finding(row.row, row.column, code, severity, text)
