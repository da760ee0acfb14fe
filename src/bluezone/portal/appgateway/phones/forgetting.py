"""What is forgotten of phones, and when: only of phones that have been dead for long.

Source: spec/bluezone-wire.md 3.4 rule 2: the token of a living phone is never forgotten. Where
a forgotten phone speaks again, it is registered by that, as a new one.
"""

from typing import Any, Final

from django.db.models import QuerySet

from bluezone.portal.appgateway.phones.models import EarlierToken, Phone
from bluezone.portal.appgateway.phones.tokens import DAY_S

EARLIER_LIVES_S: Final = 30 * DAY_S
"""How long an earlier token gets pushes if nobody says that it is dead."""
EARLIER_KEPT_S: Final = 180 * DAY_S
"""How long an earlier token is known: for phones that never heard of their update."""
DEAD_KEPT_S: Final = 270 * DAY_S
"""How long a dead phone is known; Firebase itself forgets a silent phone after 270 days."""
BATCH: Final = 5_000


def purge(*, now: int) -> int:
    """Forget phones and tokens that are over; return how many."""
    EarlierToken.objects.filter(dead_at=None, replaced_at__lt=now - EARLIER_LIVES_S).update(
        dead_at=now
    )
    earlier = EarlierToken.objects.filter(replaced_at__lt=now - EARLIER_KEPT_S)
    phones = Phone.objects.filter(dead_at__lt=now - DEAD_KEPT_S)
    return _forget(earlier) + _forget(phones)


def _forget(rows: "QuerySet[EarlierToken] | QuerySet[Phone]") -> int:
    keys: list[Any] = list(rows.values_list("pk", flat=True)[:BATCH])
    rows.filter(pk__in=keys).delete()
    return len(keys)
