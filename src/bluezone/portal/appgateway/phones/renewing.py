"""A phone's token changes, and the earlier one stays known.

Source: spec/bluezone-wire.md 3.2 (`UpdateTokenFirebase`) and 3.4 rule 2. A renewal that lost
its answer comes again, so one that is done already is done. Each function runs inside the
caller's transaction.
"""

from bluezone.portal.appgateway.phones.looking_up import phone_id_of
from bluezone.portal.appgateway.phones.models import EarlierToken, Phone
from bluezone.portal.appgateway.phones.tokens import PhoneId, day_start, hash_of
from bluezone.portal.appgateway.pushes import returned


def renew(new: str, old: str, platform: str, *, now: int) -> PhoneId | None:
    """Give the phone of `old` the token `new`; return the phone that has `new` afterwards.

    Returns:
        None where nobody has `old`. Where `new` is another phone's already, that one: a token
        is never taken away from a phone because somebody else names it.
    """
    phone_id, owner = phone_id_of(old), phone_id_of(new)
    if phone_id is None:
        return None
    make_current(owner or phone_id, new, platform, now=now)
    return owner or phone_id


def make_current(phone_id: PhoneId, token: str, platform: str, *, now: int) -> None:
    """Note that the phone spoke with `token`: it is the current one, and alive."""
    phone = Phone.objects.select_for_update().filter(pk=phone_id).first()
    if phone is None:  # forgotten a moment ago
        return
    if phone.token != token or phone.dead_at is not None:
        returned.note(phone_id, now=now)
    if phone.token != token:
        _replace_token(phone, token, now=now)
    phone.seen_at = max(phone.seen_at, day_start(now))
    phone.dead_at = None
    phone.platform = platform or phone.platform
    phone.save()


def mark_dead(phone_id: int, token: str, now: int) -> None:
    """Note that Firebase does not know `token` any more: no push goes to it.

    Where the phone has an earlier token that lives, that one becomes the current one.
    """
    EarlierToken.objects.filter(token_hash=hash_of(token), phone_id=phone_id).update(dead_at=now)
    phone = Phone.objects.select_for_update().filter(pk=phone_id, token=token).first()
    if phone is None or phone.dead_at is not None:
        return
    phone.dead_at = now
    earlier = phone.earlier_tokens.filter(dead_at=None).order_by("-replaced_at").first()
    if earlier is not None:
        _replace_token(phone, earlier.token, now=now)
        phone.dead_at = None
    phone.save()


def _replace_token(phone: Phone, token: str, *, now: int) -> None:
    """Put `token` in the place of the current one, which becomes an earlier one."""
    EarlierToken.objects.filter(token_hash=hash_of(token), phone=phone).delete()
    EarlierToken.objects.update_or_create(
        token_hash=phone.token_hash,
        defaults={
            "phone": phone,
            "token": phone.token,
            "replaced_at": now,
            "dead_at": phone.dead_at,
        },
    )
    phone.token, phone.token_hash = token, hash_of(token)
