"""Messages as the outbox page shows them: to whom what is shown is decided here."""

from dataclasses import dataclass, field
from typing import Final

from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, may
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
        messages = messages.filter(case__opened_by=user)
    rows = [
        MessageRow(
            message, KINDS[MessageState(message.state)], "" if everything else body_of(message)
        )
        for message in messages[:_ROWS]
    ]
    return rows, messages.count()
