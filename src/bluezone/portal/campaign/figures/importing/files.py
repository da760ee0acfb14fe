"""From the bytes of an uploaded file to its table, whatever kind of file it is."""

from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.campaign.figures.errors import UnreadableFileError
from bluezone.portal.campaign.figures.importing.csv_sheet import read_csv
from bluezone.portal.campaign.figures.importing.sheet import MAX_BYTES, Sheet
from bluezone.portal.campaign.figures.importing.xlsx_sheet import read_xlsx

_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_PDF: Final = b"%PDF"


def read_sheet(content: bytes) -> Sheet:
    """Return the table in a file; its first bytes tell what it is, not its name.

    Raises:
        UnreadableFileError: with a sentence that says what to do.
    """
    if not content.strip():
        raise UnreadableFileError(_("The file is empty."), reason="empty")
    if len(content) > MAX_BYTES:
        message = _("The file is larger than %(limit)d MB. Split it.")
        limit = {"limit": MAX_BYTES // 1024**2}
        raise UnreadableFileError(message % limit, reason="too_large")
    if content.startswith(_OLD_EXCEL):
        raise UnreadableFileError(
            _("This is an old Excel file (XLS). Save it as XLSX or as CSV UTF-8."),
            reason="old_excel",
        )
    if content.startswith(_PDF):
        raise UnreadableFileError(
            _("This is a PDF. Upload the table itself, as XLSX or CSV UTF-8."), reason="pdf"
        )
    sheet = read_xlsx(content) if content.startswith(_ZIP) else read_csv(content)
    if not sheet.rows:
        raise UnreadableFileError(_("The file is empty."), reason="empty")
    return sheet
