"""Errors of the figures; each message is for the person at the desk, in their language."""

from bluezone.portal.errors import PortalError


class FigureError(PortalError):
    """Something cannot be done with a figure; the message says why."""

    code = "invalid_figure"


class UnknownUnitError(FigureError):
    """There is no unit of this path."""

    code = "unknown_unit"


class MixedBaseError(FigureError):
    """Two percentages on different bases, or a denominator of another base."""

    code = "mixed_bases"


class NotPeopleError(FigureError):
    """A percentage of downloads was asked for: one person may download many times."""

    code = "downloads_are_not_people"


class ConcurrentChangeError(FigureError):
    """Somebody corrected or reviewed the same figure a moment earlier."""

    code = "figure_changed"


class OwnFigureError(FigureError):
    """Nobody reviews a figure that they reported."""

    code = "own_figure"


class UnreadableFileError(FigureError):
    """An uploaded file cannot be read at all.

    Attributes:
        reason: the one fault, stable and finer than `code`, such as `formulae`.
    """

    code = "unreadable_file"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class UploadError(FigureError):
    """A file cannot be stored: it is stored already, cancelled, or no row is good."""

    code = "upload_refused"
