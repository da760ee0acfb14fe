"""What accounts forget, and when. docs/data-inventory.md lists it."""

from typing import Final

from django.conf import settings

from bluezone.portal.accounts import invitations
from bluezone.portal.accounts.models import SignIn

INVITATION_KEPT_S: Final = 14 * 86_400


def purge(*, desk_now: int) -> int:
    """Remove sessions from the list and invitations that are over; return how many.

    Args:
        desk_now: Unix seconds of the desk clock.
    """
    over = desk_now - settings.SESSION_COOKIE_AGE
    gone = SignIn.objects.filter(first_seen__lt=over).delete()[0]
    return gone + invitations.purge(before=desk_now - INVITATION_KEPT_S)
