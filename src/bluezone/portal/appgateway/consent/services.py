"""What the rest of the gateway asks of help: accept it, pass it on, take it back.

Every function is synchronous: handlers call them through `database.in_database`.
"""

from bluezone.portal.appgateway.consent.accepting import (
    HelpUpload,
    Receipt,
    Refusal,
    accept,
    any_open_with_history,
)
from bluezone.portal.appgateway.consent.entries import active_entries, mark_pushed, new_entries
from bluezone.portal.appgateway.consent.histories import Shared, shared_histories_of
from bluezone.portal.appgateway.consent.withdrawing import withdraw

__all__ = [
    "HelpUpload",
    "Receipt",
    "Refusal",
    "Shared",
    "accept",
    "active_entries",
    "any_open_with_history",
    "mark_pushed",
    "new_entries",
    "shared_histories_of",
    "withdraw",
]
