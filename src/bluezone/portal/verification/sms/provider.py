"""The interface every way of sending a message has, and the choice among them."""

from dataclasses import dataclass, field
from typing import Final, Protocol

from django.conf import settings

from bluezone.portal.errors import InvalidSettingError
from bluezone.portal.verification.models import MessageState
from bluezone.portal.verification.sms.http_gateway import HttpGateway, gateway_from_settings
from bluezone.portal.verification.sms.outcome import Outcome

OUTBOX: Final = "outbox"
HTTP: Final = "http"
OFF: Final = "off"


class SmsProvider(Protocol):
    """Something that takes a text to a phone."""

    def send(self, *, to: str, body: str, reference: str) -> Outcome:
        """Try once to send `body` to the E.164 number `to`; never raise for a failure.

        `reference` is the same at every try of one message, so that a gateway can tell a
        repetition from a second message.
        """


@dataclass(frozen=True, slots=True)
class ShownInOutbox:
    """Sends nothing: a health worker reads the message in the portal."""

    state: MessageState = field(default=MessageState.SHOWN)

    def send(self, *, to: str, body: str, reference: str) -> Outcome:
        """Say that the message is shown."""
        del to, body, reference
        return Outcome(self.state)


def sms_enabled() -> bool:
    """Return whether messages can be sent or shown at all."""
    return str(settings.BLUEZONE_SMS_PROVIDER) != OFF


def only_shown() -> bool:
    """Return whether messages are shown in the portal and sent to nobody."""
    return str(settings.BLUEZONE_SMS_PROVIDER) == OUTBOX


def current_provider() -> SmsProvider:
    """Return the provider that the settings name.

    Raises:
        InvalidSettingError: no such provider, or its address is missing.
    """
    if only_shown():
        return ShownInOutbox()
    if settings.BLUEZONE_SMS_PROVIDER == HTTP:
        return gateway_from_settings()
    raise InvalidSettingError("BLUEZONE_PORTAL_SMS_PROVIDER must be outbox, http or off")


__all__ = ["HttpGateway", "Outcome", "ShownInOutbox", "SmsProvider", "current_provider"]
