"""Reads text tables: UTF-8 (with or without mark), UTF-16 with mark, or Windows-1258.

Separators: semicolon, comma or tab, the one that splits the first rows most evenly. Anything
that is not UTF-8 is read as Windows-1258, the code page of Vietnamese Windows, and says so; old
font encodings (TCVN3, VNI) cannot be told from it and fail later at their unreadable headings.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.campaign.figures.errors import UnreadableFileError
from bluezone.portal.campaign.figures.importing.sheet import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    Sheet,
    SheetRow,
)

_SEPARATORS: Final = (";", "\t", ",")
_SAMPLE_LINES: Final = 20
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_csv(content: bytes) -> Sheet:
    """Return the table in `content`.

    Raises:
        UnreadableFileError: no text in a known encoding, no table, or too large.
    """
    text, notes = _text(content)
    if "\0" in text:
        raise UnreadableFileError(
            _("This is no text file. Save it as CSV UTF-8 or as XLSX."), reason="not_text"
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    separator, text = _separator(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return Sheet(tuple(_rows(lines)), notes)
    except csv.Error:
        message = _("Row %(row)d cannot be split into cells. Is a quotation mark missing?")
        row = {"row": lines.line_num}
        raise UnreadableFileError(message % row, reason="not_csv") from None


def _text(content: bytes) -> tuple[str, tuple[str, ...]]:
    for encoding in ("utf-16",) if content.startswith(_UTF16) else ("utf-8-sig", "cp1258"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        notes = ("windows_1258",) if encoding == "cp1258" else ()
        return unicodedata.normalize("NFC", text), notes
    raise UnreadableFileError(
        _("The letters of this file cannot be read. Save it as CSV UTF-8 or as XLSX."),
        reason="encoding",
    )


def _separator(text: str) -> tuple[str, str]:
    """Return the separator, and the text without the line `sep=;` that Excel understands."""
    first, _newline, rest = text.partition("\n")
    if first.lower().startswith("sep=") and first[4:5] in _SEPARATORS:
        return first[4], "\n" + rest  # keeps the numbers of rows
    sample = [line for line in text.split("\n")[:_SAMPLE_LINES] if line.strip()]
    return max(_SEPARATORS, key=lambda mark: sum(mark in line for line in sample)), text


def _rows(lines: Iterator[list[str]]) -> Iterator[SheetRow]:
    found = 0
    for number, cells in enumerate(lines, start=1):
        if not any(cell.strip() for cell in cells):
            continue
        found += 1
        if found > MAX_ROWS or len(cells) > MAX_COLUMNS:
            raise too_many()
        yield SheetRow(number, tuple(Cell(cell.strip()[:MAX_CELL]) for cell in cells))


def too_many() -> UnreadableFileError:
    """Return the error for a table with too many rows or columns."""
    message = _("More than %(rows)d rows or %(columns)d columns. Split the file.")
    limits = {"rows": MAX_ROWS, "columns": MAX_COLUMNS}
    return UnreadableFileError(message % limits, reason="too_large")
