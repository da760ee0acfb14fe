"""Messages: the outbox, its workers, and the HTTP gateway against a local fake."""

import threading
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx2
import pytest

from bluezone.portal.accounts.models import User
from bluezone.portal.cases.models import Case
from bluezone.portal.errors import InvalidSettingError
from bluezone.portal.verification.issuing import CodeRequest, expire_code, issue_code
from bluezone.portal.verification.models import MessageState, SmsMessage
from bluezone.portal.verification.sms import outbox
from bluezone.portal.verification.sms.http_gateway import HttpGateway, gateway_from_settings
from bluezone.portal.verification.sms.outcome import Outcome
from bluezone.portal.verification.sms.provider import ShownInOutbox, current_provider
from bluezone.portal.worker import run_due

NOW = 1_597_472_640
PHONE = "+84912345678"


@dataclass
class Recorder:
    """A provider that answers as told and remembers what it was given."""

    outcomes: list[Outcome]
    sent: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, *, to: str, body: str, reference: str) -> Outcome:
        self.sent.append((to, body, reference))
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]


SENT = Outcome(MessageState.SENT, reference="gw-1")
LATER = Outcome(MessageState.WAITING, "sms_failure")


@pytest.fixture
def message(lan: User, case: Case, settings: Any, rng: Random) -> SmsMessage:
    """A message that waits for a gateway."""
    settings.BLUEZONE_SMS_PROVIDER = "http"
    request = CodeRequest("confirmed", case.symptom_date, phone=PHONE, case=case)
    issue_code(request, lan, now=NOW, rng=rng)
    return SmsMessage.objects.get()


def test_a_message_waits_sealed_and_is_erased_when_it_was_sent(message: SmsMessage) -> None:
    assert message.state == MessageState.WAITING
    assert b"912345678" not in bytes(message.recipient_sealed)
    assert b"Bluezone" not in bytes(message.body_sealed)
    provider = Recorder([SENT])
    assert outbox.send_due(provider, now=NOW) == 1
    to, body, reference = provider.sent[0]
    assert to == PHONE
    assert "http://127.0.0.1:8000/v?r=vn&c=" in body
    assert len(body) <= outbox.MAX_CHARACTERS
    assert reference == f"bluezone-{message.pk}"
    message.refresh_from_db()
    assert (message.state, message.provider_reference) == (MessageState.SENT, "gw-1")
    assert bytes(message.recipient_sealed) == bytes(message.body_sealed) == b""
    assert outbox.send_due(provider, now=NOW + 999) == 0


def test_trouble_is_tried_again_ever_more_slowly_and_then_given_up(message: SmsMessage) -> None:
    provider, waits, now = Recorder([LATER]), [], NOW
    while message.state == MessageState.WAITING:
        outbox.send_due(provider, now=now)
        message.refresh_from_db()
        if message.state == MessageState.WAITING:
            assert message.error_code == "sms_failure"
            waits.append(message.next_attempt_at - now)
            assert outbox.send_due(provider, now=message.next_attempt_at - 1) == 0
            now = message.next_attempt_at
    assert waits == [15, 30, 60, 120, 240, 480, 960]
    assert (message.state, message.attempts) == (MessageState.FAILED, 8)
    assert bytes(message.body_sealed) == b""
    assert {reference for _to, _body, reference in provider.sent} == {f"bluezone-{message.pk}"}


def test_a_gateway_that_asks_to_wait_is_left_alone_that_long(message: SmsMessage) -> None:
    full = Outcome(MessageState.WAITING, "sms_queue_full", retry_after_s=600)
    outbox.send_due(Recorder([full]), now=NOW)
    message.refresh_from_db()
    assert (message.next_attempt_at, message.error_code) == (NOW + 600, "sms_queue_full")


def test_a_refusal_is_final(message: SmsMessage) -> None:
    outbox.send_due(Recorder([Outcome(MessageState.FAILED, "sms_failure")]), now=NOW)
    message.refresh_from_db()
    assert (message.state, message.error_code) == (MessageState.FAILED, "sms_failure")


def test_of_two_workers_one_gets_a_message(message: SmsMessage) -> None:
    assert outbox.claim_next(now=NOW) is not None
    assert outbox.claim_next(now=NOW) is None


def test_a_message_of_a_dead_worker_is_taken_over_and_the_dead_cannot_speak(
    message: SmsMessage,
) -> None:
    dead = outbox.claim_next(now=NOW)
    assert dead is not None
    assert outbox.claim_next(now=NOW + outbox.LEASE_S - 1) is None
    living = outbox.claim_next(now=NOW + outbox.LEASE_S)
    assert living is not None
    assert not outbox.complete(dead, Outcome(MessageState.FAILED, "sms_failure"), now=NOW + 151)
    assert outbox.complete(living, SENT, now=NOW + 152)
    message.refresh_from_db()
    assert message.state == MessageState.SENT


def test_a_message_whose_code_has_ended_is_not_sent(message: SmsMessage) -> None:
    provider = Recorder([SENT])
    assert outbox.send_due(provider, now=NOW + 86_400) == 0
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert bytes(message.recipient_sealed) == b""


def test_a_revoked_code_takes_its_message_back(message: SmsMessage) -> None:
    assert message.code_id is not None
    expire_code(message.code_id, actor="lan", now=NOW)
    assert outbox.send_due(Recorder([SENT]), now=NOW) == 0
    message.refresh_from_db()
    assert (message.state, message.error_code) == (MessageState.FAILED, "code_revoked")
    assert bytes(message.recipient_sealed) == bytes(message.body_sealed) == b""


def test_a_round_of_the_worker_sends_and_forgets(
    message: SmsMessage, settings: Any, fake_gateway: Any
) -> None:
    with fake_gateway() as gateway:
        settings.BLUEZONE_SMS_URL = gateway.url
        done = run_due(now=NOW)
    assert done.messages_tried == 1
    assert gateway.received[0]["body"]["to"] == PHONE


def test_no_more_than_the_limit_is_sent_in_a_round(
    message: SmsMessage, lan: User, case: Case, rng: Random
) -> None:
    request = CodeRequest("confirmed", case.symptom_date, phone=PHONE, case=case)
    issue_code(request, lan, now=NOW, rng=rng)
    provider = Recorder([SENT])
    assert outbox.send_due(provider, now=NOW, limit=1) == 1
    assert outbox.send_due(provider, now=NOW, limit=1) == 1
    assert len({reference for _to, _body, reference in provider.sent}) == 2


# The gateway itself.


def gateway_at(url: str, *, timeout_s: int = 5) -> HttpGateway:
    fields = {"to": "phone", "body": "content", "sender": "brand", "id": "request_id"}
    return HttpGateway(url, "made-up-token", "Bluezone", fields, "id", timeout_s)


def test_the_fake_gateway_answers_as_it_is_told(fake_gateway: Any) -> None:
    with fake_gateway((503, b"busy", {"Retry-After": "7"}), (200,)) as gateway:
        first = httpx2.post(gateway.url, json={"a": 1})
        second = httpx2.post(gateway.url, json={"a": 2})
    assert (first.status_code, first.text, first.headers["Retry-After"]) == (503, "busy", "7")
    assert second.json() == {"id": "gw-1"}
    assert [row["body"] for row in gateway.received] == [{"a": 1}, {"a": 2}]


def test_the_gateway_gets_json_in_its_own_words(fake_gateway: Any) -> None:
    with fake_gateway() as gateway:
        outcome = gateway_at(gateway.url).send(to=PHONE, body="Mã 1234", reference="bluezone-1")
    assert outcome == Outcome(MessageState.SENT, reference="gw-1")
    assert gateway.received == [
        {
            "authorization": "Bearer made-up-token",
            "path": "/send",
            "body": {
                "phone": PHONE,
                "content": "Mã 1234",
                "brand": "Bluezone",
                "request_id": "bluezone-1",
            },
        }
    ]


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        ((202, b""), "sent", ""),
        ((200, b"[" * 20_000), "sent", ""),
        ((200, b'{"id": {"deep": 1}}'), "sent", ""),
        ((429,), "waiting", "sms_queue_full"),
        ((507,), "waiting", "sms_queue_full"),
        ((500,), "waiting", "sms_failure"),
        ((503,), "waiting", "sms_failure"),
        ((408,), "waiting", "sms_failure"),
        ((302, b"", {"Location": "http://127.0.0.1:1/"}), "failed", "sms_failure"),
        ((400,), "failed", "sms_failure"),
        ((401,), "failed", "sms_failure"),
    ],
    ids=lambda value: str(value[0] if isinstance(value, tuple) else value),
)
def test_each_answer_of_the_gateway_has_a_meaning(
    answer: Any, state: str, code: str, fake_gateway: Any
) -> None:
    with fake_gateway(answer) as gateway:
        outcome = gateway_at(gateway.url).send(to=PHONE, body="x", reference="r")
    assert (outcome.state, outcome.error_code) == (state, code)
    assert len(gateway.received) == 1


@pytest.mark.parametrize(
    ("header", "expected"), [("30", 30), ("999999", 3600), ("soon", None), ("", None), ("²", None)]
)
def test_the_wait_that_a_gateway_asks_for_is_believed_within_bounds(
    header: str, expected: int | None, fake_gateway: Any
) -> None:
    headers = {"Retry-After": header} if header.isascii() else {}
    with fake_gateway((429, b"", headers)) as gateway:
        outcome = gateway_at(gateway.url).send(to=PHONE, body="x", reference="r")
    assert outcome.retry_after_s == expected


def test_a_gateway_that_says_nothing_is_tried_again(fake_gateway: Any) -> None:
    with fake_gateway((0,)) as gateway:
        threading.Timer(0.05, gateway.release.set).start()
        outcome = gateway_at(gateway.url).send(to=PHONE, body="x", reference="r")
    assert outcome == Outcome(MessageState.WAITING, "sms_failure")


def test_a_gateway_that_is_not_there_is_tried_again(fake_gateway: Any) -> None:
    with fake_gateway() as gateway:
        url = gateway.url
    outcome = gateway_at(url).send(to=PHONE, body="x", reference="r")
    assert outcome == Outcome(MessageState.WAITING, "sms_failure")


def test_the_gateway_hides_its_token() -> None:
    assert "made-up-token" not in repr(gateway_at("https://x"))


@pytest.mark.parametrize(
    "changes",
    [
        {"BLUEZONE_SMS_URL": ""},
        {"BLUEZONE_SMS_URL": "http://gateway.example/send"},
        {"BLUEZONE_SMS_URL": "http://127.0.0.1.evil.example/send"},
        {"BLUEZONE_SMS_FIELDS": "to=phone"},
        {"BLUEZONE_SMS_FIELDS": "to=,body=b"},
        {"BLUEZONE_SMS_FIELDS": "to=a,body=b,colour=c"},
        {"BLUEZONE_SMS_FIELDS": ""},
    ],
    ids=str,
)
def test_a_gateway_that_is_set_up_wrongly_is_refused(
    settings: Any, changes: dict[str, str]
) -> None:
    settings.BLUEZONE_SMS_URL = "https://gateway.example/send"
    for name, value in changes.items():
        setattr(settings, name, value)
    with pytest.raises(InvalidSettingError):
        gateway_from_settings()


def test_the_settings_choose_the_provider(settings: Any) -> None:
    assert isinstance(current_provider(), ShownInOutbox)
    settings.BLUEZONE_SMS_PROVIDER, settings.BLUEZONE_SMS_URL = "http", "https://x.example/"
    assert isinstance(current_provider(), HttpGateway)
    settings.BLUEZONE_SMS_PROVIDER = "pigeon"
    with pytest.raises(InvalidSettingError):
        current_provider()


def test_a_provider_that_only_shows_says_so() -> None:
    outcome = ShownInOutbox().send(to=PHONE, body="x", reference="r")
    assert outcome.state == MessageState.SHOWN
