"""The table of agencies in an uploaded file: CSV, or a workbook by the reader of the figures.

A workbook with formulae is refused with their cells, as with figures; a cell that a workbook
shows as a percentage stays one, so that 100 % is not taken for one person.
"""

from collections.abc import Mapping
from typing import Final

from bluezone.portal.campaign.figures.errors import UnreadableFileError
from bluezone.portal.campaign.figures.importing.files import read_sheet
from bluezone.portal.campaign.figures.importing.sheet import Cell
from bluezone.portal.units.csv_reader import Table, read_table, table_of
from bluezone.portal.units.errors import InvalidTableError, Problem

REQUIRED: Final = (("name",), ("staff",), ("smartphones",))
_NOT_TEXT: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
"""How workbooks, old workbooks and PDFs begin; `read_sheet` reads or explains them."""


def read_agency_table(content: bytes, file: str, aliases: Mapping[str, str]) -> Table:
    """Return the table in a file; its first bytes tell what it is, not its name.

    Args:
        content: the bytes of the file.
        file: its name, for messages.
        aliases: other names of columns, with ours.

    Raises:
        InvalidTableError: it cannot be read, has formulae, or lacks a column.
    """
    if not content.startswith(_NOT_TEXT):
        return read_table(content, file, aliases, required=REQUIRED)
    try:
        sheet = read_sheet(content)
    except UnreadableFileError as error:
        raise InvalidTableError((Problem(file, 0, "", error.reason, str(error)),)) from None
    rows = [(row.number, [_text(cell) for cell in row.cells]) for row in sheet.rows]
    return table_of(_trimmed(rows), file, aliases, required=REQUIRED)


def _text(cell: Cell) -> str:
    return f"{cell.text}%" if cell.percent else cell.text


def _trimmed(rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Return the rows without empty cells at their ends: sheets are wider than their tables."""
    found = []
    for number, cells in rows:
        last = max((at for at, cell in enumerate(cells, start=1) if cell), default=0)
        found.append((number, cells[:last]))
    return found
