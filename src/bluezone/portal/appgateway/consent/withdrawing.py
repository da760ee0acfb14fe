"""Withdrawing help: everything that was made of it goes, in one transaction.

What phones fetched or were pushed before cannot be called back; the receipt says so before
anybody needs it. The audit learns that something was withdrawn, and not what.
"""

from django.db import transaction

from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway.bridge import withdrawing as key_server
from bluezone.portal.appgateway.consent import receipts
from bluezone.portal.appgateway.consent.models import SharedHistory, Upload
from bluezone.portal.appgateway.pushes import services as pushes
from bluezone.portal.appgateway.pushes.models import Bundle, Push
from bluezone.portal.audit.services import PHONE, record
from bluezone.portal.cases.models import Case
from bluezone.protocol.bluezone.day_key import DayKey
from bluezone.protocol.bluezone.f0 import F0Entry, parse_f0_list


def withdraw(secret: str, *, now: int) -> bool:
    """Delete all that a receipt stands for; False if nothing is kept under it any more.

    Args:
        secret: of the receipt's address.
        now: Unix seconds.
    """
    with transaction.atomic():
        uploads = Upload.objects.select_for_update().filter(
            receipt_hmac=receipts.upload_hmac(secret)
        )
        upload = uploads.first()
        histories = SharedHistory.objects.filter(receipt_hmac=receipts.history_hmac(secret))
        shared = histories.delete()[0]
        if upload is not None:
            _withdraw_keys(upload, now=now)
        if upload is None and not shared:
            return False
        Push.objects.filter(collapse__startswith=receipts.push_word(secret)).delete()
        record(PHONE, "help.withdrawn", "help", {"contacts": bool(shared)})
    return True


def delete_history(case: Case, history_id: int, user: User) -> bool:
    """Delete shared contacts at the desk, because the person asks for it; False if gone.

    The desk can do this because these rows are the case's. The keys it can neither find nor
    delete: they end by themselves, or by the receipt.
    """
    with transaction.atomic():
        found = SharedHistory.objects.filter(case=case, pk=history_id)
        gone = bool(found.delete()[0])
        if gone:
            record(user.username, "help.contacts_deleted", f"case {case.pseudonym}")
    return gone


def _withdraw_keys(upload: Upload, *, now: int) -> None:
    key, number = DayKey(bytes(upload.daily_key)), upload.pk
    upload.delete()
    if Upload.objects.filter(daily_key=key).exists():
        # The same person helped twice; the other receipt still stands for the keys.
        key_server.withdraw(number, now, keys_stay=True)
        return
    key_server.withdraw(number, now)
    pushes.withdraw_entries(_in_bundles(key, now=now), now=now)


def _in_bundles(key: DayKey, *, now: int) -> set[F0Entry]:
    """Return the entries of live bundles that begin with this key, wherever they end."""
    live = Bundle.objects.filter(expires_at__gt=now, withdrawn_at=None)
    texts = live.filter(entries__contains=key.hex().upper()).values_list("entries", flat=True)
    return {entry for text in texts for entry in parse_f0_list(text) if entry.daily_key == key}
