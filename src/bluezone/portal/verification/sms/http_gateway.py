"""A message gateway that takes JSON over HTTPS, as most of them do.

`POST <url>` with `Authorization: Bearer <token>` and one object whose field names the
settings map, so that gateways with different words need no code. What its answers mean:
2xx sent; 429 and 507 its queue is full, try later; 408, 425 and 5xx trouble, try later; any
other answer is a refusal that trying again will not change. A time-out may hide a message
that was sent: the same reference goes along with every try.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx2
from django.conf import settings

from bluezone.portal.errors import InvalidSettingError
from bluezone.portal.verification.models import MessageState
from bluezone.portal.verification.sms.outcome import SMS_FAILURE, SMS_QUEUE_FULL, Outcome

_FIELDS: Final = frozenset({"to", "body", "sender", "id"})
_QUEUE_FULL: Final = frozenset({429, 507})
_TRY_AGAIN: Final = frozenset({408, 425})
_LOOPBACK: Final = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")
_MAX_RETRY_AFTER_S: Final = 3600


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """One gateway.

    Attributes:
        url: where to post; https, or http on this machine only.
        bearer_token: what proves to the gateway who we are.
        sender: the name or number that the message comes from.
        fields: our names (`to`, `body`, `sender`, `id`) to the gateway's.
        id_field: the gateway's name for its own id in the answer.
        timeout_s: for connecting, and again for the answer.
    """

    url: str
    bearer_token: str = field(repr=False)
    sender: str
    fields: Mapping[str, str]
    id_field: str
    timeout_s: int

    def send(self, *, to: str, body: str, reference: str) -> Outcome:
        """Post one message; an answer or the lack of one becomes an outcome."""
        values = {"to": to, "body": body, "sender": self.sender, "id": reference}
        message = {name: values[ours] for ours, name in self.fields.items()}
        headers = {"Authorization": f"Bearer {self.bearer_token}"} if self.bearer_token else {}
        try:
            with httpx2.Client(timeout=self.timeout_s, follow_redirects=False) as client:
                answer = client.post(self.url, json=message, headers=headers)
        except httpx2.HTTPError:
            return Outcome(MessageState.WAITING, SMS_FAILURE)
        return self._outcome(answer)

    def _outcome(self, answer: httpx2.Response) -> Outcome:
        status = answer.status_code
        if 200 <= status < 300:
            return Outcome(MessageState.SENT, reference=self._reference(answer))
        wait_s = _retry_after_s(answer)
        if status in _QUEUE_FULL:
            return Outcome(MessageState.WAITING, SMS_QUEUE_FULL, retry_after_s=wait_s)
        if status in _TRY_AGAIN or status >= 500:
            return Outcome(MessageState.WAITING, SMS_FAILURE, retry_after_s=wait_s)
        return Outcome(MessageState.FAILED, SMS_FAILURE)

    def _reference(self, answer: httpx2.Response) -> str:
        try:
            content = json.loads(answer.content[:10_000])
        except (ValueError, RecursionError):
            return ""
        value = content.get(self.id_field, "") if isinstance(content, dict) else ""
        return str(value)[:120] if isinstance(value, str | int) else ""


def gateway_from_settings() -> HttpGateway:
    """Return the gateway that the settings describe.

    Raises:
        InvalidSettingError: no address, one without TLS, or a mapping with unknown names.
    """
    url = settings.BLUEZONE_SMS_URL
    if not url.startswith(("https://", *_LOOPBACK)):
        raise InvalidSettingError("BLUEZONE_PORTAL_SMS_URL must begin with https://")
    pairs = [part.partition("=") for part in settings.BLUEZONE_SMS_FIELDS.split(",")]
    fields = {ours.strip(): theirs.strip() for ours, _, theirs in pairs}
    if not {"to", "body"} <= fields.keys() <= _FIELDS or not all(fields.values()):
        raise InvalidSettingError(
            "BLUEZONE_PORTAL_SMS_FIELDS must map to and body, and may map sender and id"
        )
    return HttpGateway(
        url=url,
        bearer_token=settings.BLUEZONE_SMS_BEARER_TOKEN,
        sender=settings.BLUEZONE_SMS_SENDER,
        fields=fields,
        id_field=settings.BLUEZONE_SMS_ID_FIELD,
        timeout_s=settings.BLUEZONE_SMS_TIMEOUT_S,
    )


def _retry_after_s(answer: httpx2.Response) -> int | None:
    text = answer.headers.get("Retry-After", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    return min(int(text), _MAX_RETRY_AFTER_S)
