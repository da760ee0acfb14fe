"""What a receipt says to the person who holds it."""

import datetime as dt
from dataclasses import dataclass

from bluezone.portal import clock
from bluezone.portal.appgateway.consent import receipts
from bluezone.portal.appgateway.consent.models import Mode, SharedHistory, Upload


@dataclass(frozen=True, slots=True)
class ShownKeys:
    """Days whose codes are kept, UTC, and until when."""

    first_day: dt.date
    last_day: dt.date
    pushed: bool
    expires_at: int


@dataclass(frozen=True, slots=True)
class ShownContacts:
    """How many contacts are shared with the health worker, and until when."""

    mode: Mode
    received: bool
    rows: int
    dropped: int
    expires_at: int

    @property
    def whole(self) -> bool:
        """Whether the person agreed to share all of them."""
        return self.mode == Mode.WHOLE


@dataclass(frozen=True, slots=True)
class ShownReceipt:
    """What is kept under a receipt; either part may be over before the other."""

    keys: ShownKeys | None
    contacts: ShownContacts | None


def shown_receipt(secret: str, *, now: int) -> ShownReceipt | None:
    """Return what is kept under a receipt, None if nothing is."""
    keys, contacts = _keys(secret, now), _contacts(secret, now)
    return None if keys is None and contacts is None else ShownReceipt(keys, contacts)


def _keys(secret: str, now: int) -> ShownKeys | None:
    hashed = receipts.upload_hmac(secret)
    upload = Upload.objects.filter(receipt_hmac=hashed, expires_at__gt=now).first()
    if upload is None:
        return None
    first_day, last_day = (
        clock.aware(midnight).date() for midnight in (upload.first_midnight, upload.last_midnight)
    )
    return ShownKeys(first_day, last_day, upload.pushed, upload.expires_at)


def _contacts(secret: str, now: int) -> ShownContacts | None:
    hashed = receipts.history_hmac(secret)
    found = SharedHistory.objects.filter(receipt_hmac=hashed, expires_at__gt=now)
    row = found.select_related("code").defer("sealed").first()
    if row is None:
        return None
    mode = Mode(row.code.mode)
    return ShownContacts(mode, row.received, row.rows, row.dropped, row.expires_at)
