"""What is wrong, doubtful or worth knowing in one place of a file, in words for a clerk."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _


class Severity(StrEnum):
    """What a finding does to its row."""

    WRONG = "wrong"
    """The row cannot be stored."""
    HELD = "held"
    """The row is stored, and counts once somebody has accepted it."""
    WARNING = "warning"
    """The row is stored; have another look."""
    NOTICE = "notice"
    """How the file was understood."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        row: number as the spreadsheet shows it; 0 for the whole file.
        column: its letter and heading, such as `C "Người dùng"`; empty for the whole row.
        code: stable word, such as `unknown_code`.
        message: what is wrong and what to do, in the language of the page.
    """

    row: int
    column: str
    code: str
    severity: Severity
    message: str

    @property
    def place(self) -> str:
        """Where it is, in words."""
        if not self.row:
            return _("whole file")
        row = _("row %(row)d") % {"row": self.row}
        return row + ", " + _("column %(column)s") % {"column": self.column} if self.column else row

    @property
    def word(self) -> str:
        """How bad it is, in words."""
        return {
            Severity.WRONG: _("Wrong"),
            Severity.HELD: _("Held for review"),
            Severity.WARNING: _("Look again"),
            Severity.NOTICE: _("Note"),
        }[self.severity]
