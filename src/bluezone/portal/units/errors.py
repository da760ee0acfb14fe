"""Errors of the administrative tree."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.errors import PortalError

SHOWN_PROBLEMS: Final = 20
"""A message names this many wrong rows; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one place of a table.

    Attributes:
        file: name of the file, without its folder.
        row: number as a spreadsheet shows it, the header being row 1; 0 for the whole file.
        column: name of the column, empty for the whole row.
        code: stable word, such as `unknown_parent`.
        message: what is wrong and what to do, in the language of the reader.
    """

    file: str
    row: int
    column: str
    code: str
    message: str

    def __str__(self) -> str:
        """Return the place and the message as one line."""
        place = self.file
        if self.row:
            place += ", " + _("row %(row)d") % {"row": self.row}
        if self.column:
            place += ", " + _("column %(column)s") % {"column": self.column}
        return f"{place}: {self.message}"


class UnitError(PortalError):
    """Something cannot be done with a unit; the message says why."""

    code = "invalid_unit"


class UnknownEditionError(UnitError):
    """There is no edition of that name, or none of that day."""

    code = "unknown_edition"


class InvalidCountError(UnitError):
    """A value to be carried to another edition is no whole number."""

    code = "invalid_count"


class RowRefusedError(UnitError):
    """One row of a table is wrong; whoever reads the table collects its `problem`."""

    code = "invalid_unit_row"

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class InvalidTableError(UnitError):
    """A table cannot be read, or some of its rows are wrong; `problems` has each."""

    code = "invalid_unit_table"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        lines = [str(problem) for problem in problems[:SHOWN_PROBLEMS]]
        if len(problems) > SHOWN_PROBLEMS:
            more = len(problems) - SHOWN_PROBLEMS
            lines.append(_("and %(more)d more") % {"more": more})
        super().__init__("\n".join([_("Nothing was loaded."), *lines]))
