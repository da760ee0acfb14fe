"""Reads Excel workbooks (XLSX), the first sheet that is shown and not empty.

Formulae are refused with the name of each cell: their value is whatever Excel last saw, and a
sum over a wrong range would be stored as a count. The archive is looked at before it is opened,
so that a small file cannot become a large one, and no document may declare entities.
"""

import datetime as dt
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from bluezone.portal.campaign.figures.errors import UnreadableFileError
from bluezone.portal.campaign.figures.importing.csv_sheet import too_many
from bluezone.portal.campaign.figures.importing.sheet import (
    EMPTY,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    Sheet,
    SheetRow,
    letter,
)

if TYPE_CHECKING:
    import openpyxl  # type: ignore[import-untyped]

MAX_UNPACKED: Final = 128 * 1024 * 1024
MAX_MEMBERS: Final = 2_000
NAMED_FORMULAE: Final = 5
_DECLARATION: Final = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_ERRORS: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,  # xml.etree.ElementTree.ParseError is one
    OverflowError,
    AssertionError,
    LookupError,
    zlib.error,
)
"""Everything that openpyxl lets through for a broken workbook."""


def read_xlsx(content: bytes) -> Sheet:
    """Return the table in a workbook.

    Raises:
        UnreadableFileError: no workbook, too large, or with formulae.
    """
    try:
        _look_inside(content)
        return _first_sheet(content)
    except _ERRORS:
        raise UnreadableFileError(
            _("This Excel file cannot be opened. Save it again as XLSX, or as CSV UTF-8."),
            reason="not_xlsx",
        ) from None


def _look_inside(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        total = sum(member.file_size for member in members)
        if len(members) > MAX_MEMBERS or total > MAX_UNPACKED:
            raise too_many()
        if not any(member.filename.startswith("xl/") for member in members):
            raise UnreadableFileError(
                _("This is no Excel workbook. Save it as XLSX or as CSV UTF-8."),
                reason="not_xlsx",
            )
        for member in members:
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as stream:
                    if _DECLARATION.search(stream.read(4096)):
                        raise ValueError(member.filename)


def _first_sheet(content: bytes) -> Sheet:
    import openpyxl  # noqa: PLC0415 - takes a while to load, and only uploads need it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it repairs or leaves out; we read values only
        return _read_book(openpyxl.load_workbook(io.BytesIO(content), read_only=True))


def _read_book(book: "openpyxl.Workbook") -> Sheet:
    """Return the first sheet that is shown and not empty; formulae come as formulae."""
    try:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        filled = 0
        first: tuple[SheetRow, ...] = ()
        for sheet in shown:
            if first:
                filled += sheet.max_row is None or sheet.max_row > 1
                continue
            sheet.reset_dimensions()  # what a file says of its own size may be wrong
            first = tuple(_rows(sheet.iter_rows()))
    finally:
        book.close()
    return Sheet(first, ("first_sheet_only",) if filled else ())


def _rows(lines: Iterable[Iterable[object]]) -> Iterator[SheetRow]:
    formulae: list[str] = []
    found = 0
    for number, raw in enumerate(lines, start=1):
        cells = []
        for column, cell in enumerate(raw):
            if getattr(cell, "data_type", "") == "f":
                formulae.append(f"{letter(column)}{number}")
            cells.append(_cell(cell))
        if len(cells) > MAX_COLUMNS and any(cell.text for cell in cells[MAX_COLUMNS:]):
            raise too_many()
        if any(cell.text for cell in cells):
            found += 1
            if found > MAX_ROWS:
                raise too_many()
            yield SheetRow(number, tuple(cells[:MAX_COLUMNS]))
        elif number > 4 * MAX_ROWS:
            raise too_many()
    if formulae:
        raise _formulae(formulae)


def _formulae(cells: list[str]) -> UnreadableFileError:
    named = ", ".join(cells[:NAMED_FORMULAE])
    if len(cells) > NAMED_FORMULAE:
        named += _(" and %(more)d more") % {"more": len(cells) - NAMED_FORMULAE}
    message = _(
        "The file has formulae: %(cells)s. Copy the column, paste it as values, and save again."
    )
    return UnreadableFileError(message % {"cells": named}, reason="formulae")


def _cell(cell: object) -> Cell:
    value = getattr(cell, "value", None)
    if value is None:
        return EMPTY
    if isinstance(value, dt.datetime):
        return Cell(value.date().isoformat(), day=value.date())
    if isinstance(value, dt.date):
        return Cell(value.isoformat(), day=value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        shown = str(int(value)) if float(value).is_integer() else repr(value)
        percent = "%" in str(getattr(cell, "number_format", ""))
        return Cell(shown[:MAX_CELL], number=value, percent=percent)
    return Cell(str(value).strip()[:MAX_CELL])
