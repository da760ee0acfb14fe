"""Reads a CSV table as spreadsheets write it: UTF-8, separated by comma, semicolon or tab.

Outside bytes become rows of text with their row numbers, or an `InvalidTableError`; nothing
else. What the columns mean is decided by `unit_rows` and `successor_rows`. Names of columns may
be those of public lists ("name_full", "province_code"); columns that nobody knows are ignored.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.units.errors import InvalidTableError, Problem
from bluezone.portal.units.naming import composed

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_ROWS: Final = 500_000
_SEPARATORS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in a spreadsheet and its cells by column."""

    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """Return a cell, empty where there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its file's name, its columns, its rows, and rows that could not be split."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read_table(
    content: bytes, file: str, aliases: Mapping[str, str], *, required: Sequence[Sequence[str]]
) -> Table:
    """Return the table in `content`.

    Args:
        content: the bytes of the file, 64 MiB and 500,000 rows at most.
        file: its name, for messages.
        aliases: other names of columns, with ours.
        required: groups of columns of which at least one must be there.

    Raises:
        InvalidTableError: no text, no header, a column is missing or there twice.
    """
    text = _text(content, file)
    header_line = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=header_line.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        raw = _numbered(lines)
    except csv.Error as error:
        message = _("this is no CSV table (%(reason)s)") % {"reason": error}
        raise _refused(file, lines.line_num, "", "not_csv", message) from None
    return table_of(raw, file, aliases, required=required)


def table_of(
    raw: Sequence[tuple[int, list[str]]],
    file: str,
    aliases: Mapping[str, str],
    *,
    required: Sequence[Sequence[str]],
) -> Table:
    """Return the table in rows of cells that were read already, the header first.

    Args:
        raw: (number as a spreadsheet shows it, cells) of each row that is not empty.
        file: its name, for messages.
        aliases: other names of columns, with ours.
        required: groups of columns of which at least one must be there.

    Raises:
        InvalidTableError: no header, too many rows, a column is missing or there twice.
    """
    if not raw:
        raise _refused(file, 0, "", "empty", _("the file is empty"))
    if len(raw) - 1 > MAX_ROWS:
        message = _("more than %(limit)d rows; split the file") % {"limit": MAX_ROWS}
        raise _refused(file, 0, "", "too_large", message)
    columns = _columns(raw[0][1], file, aliases, required)
    return _table(file, columns, raw[1:])


def _numbered(lines: "csv._reader") -> list[tuple[int, list[str]]]:  # type: ignore[name-defined]
    """Return (row number, cells); a spreadsheet counts a row once, even with line breaks inside."""
    return [(number, cells) for number, cells in enumerate(lines, start=1) if any(cells)]


def _text(content: bytes, file: str) -> str:
    if len(content) > MAX_BYTES:
        raise _refused(file, 0, "", "too_large", _("the file is larger than 64 MiB"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        message = _('not UTF-8; save it in the spreadsheet as "CSV UTF-8"')
        raise _refused(file, row, "", "not_utf8", message) from None
    if "\0" in text:
        raise _refused(file, 0, "", "not_text", _("this is no text file; save it as CSV"))
    return text


def _columns(
    header: list[str], file: str, aliases: Mapping[str, str], required: Sequence[Sequence[str]]
) -> tuple[str, ...]:
    names = [composed(cell).lower().replace(" ", "_") for cell in header]
    columns = tuple(aliases.get(name, name) for name in names)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        message = _("this column is there twice")
        raise _refused(file, 1, twice[0], "column_twice", message)
    for group in required:
        if not set(group) & set(columns):
            message = _("there is no such column; the columns are: %(columns)s")
            found = ", ".join(names) or "–"
            wanted = " / ".join(group)
            raise _refused(file, 1, wanted, "missing_column", message % {"columns": found})
    return columns


def _table(file: str, columns: tuple[str, ...], raw: Sequence[tuple[int, list[str]]]) -> Table:
    rows, problems = [], []
    for number, cells in raw:
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            message = _("%(cells)d cells, but the header has %(columns)d; is a comma unquoted?")
            counts = {"cells": len(cells), "columns": len(columns)}
            problems.append(Problem(file, number, "", "too_many_cells", message % counts))
            continue
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        values = map(composed, padded)
        rows.append(Row(number, dict(zip(columns, values, strict=False))))
    return Table(file, columns, tuple(rows), tuple(problems))


def _refused(file: str, row: int, column: str, code: str, message: str) -> InvalidTableError:
    return InvalidTableError((Problem(file, row, column, code, message),))
