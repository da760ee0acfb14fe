"""A table as it stands in a file: rows with their numbers, cells as text, number or day."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

MAX_BYTES: Final = 8 * 1024 * 1024
"""A report of 10,613 communes is less than one MiB."""
MAX_ROWS: Final = 50_000
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 500
"""Characters of a cell that are looked at."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, and what a spreadsheet says it is.

    `number` is set where the spreadsheet holds a number, `day` where it holds a day, `percent`
    where it shows the number as a percentage.
    """

    text: str
    number: int | float | None = None
    day: dt.date | None = None
    percent: bool = False


EMPTY: Final = Cell("")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is not empty, with its number in the spreadsheet."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, column: int | None) -> Cell:
        """Return a cell, an empty one where there is none."""
        return self.cells[column] if column is not None and column < len(self.cells) else EMPTY


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file; `notes` say how it was read (codes of `messages.NOTES`)."""

    rows: tuple[SheetRow, ...]
    notes: tuple[str, ...] = ()


def letter(column: int) -> str:
    """Return a column's letter as spreadsheets show it: 0 is A, 26 is AA."""
    name, left = "", column + 1
    while left:
        left, rest = divmod(left - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
