"""Sharing one's own keys: typed code, preview, confirmation, receipt. Never otherwise."""

from bluezone.phone.share.errors import ShareError
from bluezone.phone.share.journal import ShareJournal
from bluezone.phone.share.preview import Confirmation, Preview
from bluezone.phone.share.receipt import Receipt
from bluezone.phone.share.settings import ShareSettings
from bluezone.phone.share.share import Share

__all__ = [
    "Confirmation",
    "Preview",
    "Receipt",
    "Share",
    "ShareError",
    "ShareJournal",
    "ShareSettings",
]
