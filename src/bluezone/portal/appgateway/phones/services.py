"""The registry for workers and for Django's side: whom a push can go to.

Every function may be called in any thread that has a database connection; none in an event
loop (there, use `phones.registry`).
"""

from collections import defaultdict

from django.db import transaction

from bluezone.portal.appgateway.phones import renewing
from bluezone.portal.appgateway.phones.looking_up import phone_id_of
from bluezone.portal.appgateway.phones.models import EarlierToken, Phone

__all__ = ["current_token", "live_tokens", "mark_dead", "phone_id_of"]


def current_token(phone_id: int) -> str | None:
    """Return the token that spoke last; None for a phone that is unknown or dead."""
    phones = Phone.objects.filter(pk=phone_id, dead_at=None)
    return phones.values_list("token", flat=True).first()


def live_tokens(after_id: int, limit: int) -> list[tuple[int, str]]:
    """Return phones and their living tokens in the order of the phones' numbers.

    A phone comes with all its living tokens (more than one only for the weeks after a change),
    so the list can be a little longer than `limit`, and its last number is where to go on.

    Args:
        after_id: number of the last phone that is done; 0 at the beginning.
        limit: most phones.
    """
    phones = Phone.objects.filter(pk__gt=after_id, dead_at=None).order_by("pk")
    tokens = list(phones.values_list("pk", "token")[:limit])
    if not tokens:
        return []
    within = {"phone_id__gt": after_id, "phone_id__lte": tokens[-1][0], "dead_at": None}
    earlier: defaultdict[int, list[str]] = defaultdict(list)
    rows = EarlierToken.objects.filter(**within, phone__dead_at=None).order_by("-replaced_at")
    for phone_id, token in rows.values_list("phone_id", "token"):
        earlier[phone_id].append(token)
    return [(phone_id, each) for phone_id, token in tokens for each in (token, *earlier[phone_id])]


@transaction.atomic
def mark_dead(phone_id: int, token: str, now: int) -> None:
    """Note that Firebase does not know `token` any more; may be called twice.

    An earlier token that lives takes its place. The token stays known, and lives again when
    its phone uses it.
    """
    renewing.mark_dead(phone_id, token, now)
