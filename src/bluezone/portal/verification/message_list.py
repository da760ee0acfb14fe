"""Messages as the outbox page shows them: to whom what is shown is decided here.

A code for a phone number belongs to no case. Where a gateway sends it, nobody reads it; where
messages are only shown, health workers of the whole installation read it out.
"""

from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q

from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, in_whole_installation, may
from bluezone.portal.verification.models import MessageState, SmsMessage
from bluezone.portal.verification.sms.outbox import body_of

_ROWS: Final = 50
KINDS: Final = {
    MessageState.WAITING: "on-course",
    MessageState.SENDING: "on-course",
    MessageState.SHOWN: "met",
    MessageState.SENT: "met",
    MessageState.FAILED: "missed",
}
_READ_OUT: Final = Q(case=None, code=None, state=MessageState.SHOWN)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message; `body` is empty when it was erased or is not for this reader."""

    message: SmsMessage
    kind: str
    body: str = field(repr=False)


def message_rows(user: User) -> tuple[list[MessageRow], int]:
    """Return the newest messages that `user` may see, and how many there are."""
    messages = SmsMessage.objects.select_related("case").order_by("-created_at", "-pk")
    everything = may(user, Permission.SEE_ALL_MESSAGES)
    if not everything:
        mine = Q(case__opened_by=user)
        if in_whole_installation(user, Permission.SEE_OWN_MESSAGES):
            mine |= _READ_OUT & ~Q(body_sealed=b"")
        messages = messages.filter(mine)
    rows = [
        MessageRow(
            message, KINDS[MessageState(message.state)], "" if everything else body_of(message)
        )
        for message in messages[:_ROWS]
    ]
    return rows, messages.count()
