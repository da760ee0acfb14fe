"""How one try to send a message ended."""

from dataclasses import dataclass

from bluezone.portal.verification.models import MessageState

SMS_FAILURE = "sms_failure"
SMS_QUEUE_FULL = "sms_queue_full"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one try.

    Attributes:
        state: `sent`, `shown` or `failed` are final; `waiting` means try again later.
        error_code: `sms_failure` or `sms_queue_full` when it did not get through.
        reference: the gateway's own id of the message.
        retry_after_s: how long the gateway wants us to wait, None if it did not say.
    """

    state: MessageState
    error_code: str = ""
    reference: str = ""
    retry_after_s: int | None = None
