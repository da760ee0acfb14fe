"""The page of pushes: for administrators; what, how many and why not, never to whom."""

from random import Random
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bluezone.portal.appgateway.phones.models import Phone
from bluezone.portal.appgateway.pushes import outbox, provider, services
from bluezone.portal.appgateway.pushes.models import Bundle, Lane
from bluezone.portal.appgateway.pushes.provider import Outcome, Result, ShownHere
from bluezone.portal.appgateway.pushes.warnings import VIETNAMESE, warn

from .conftest import NOW, Way, entry, register, token_of

pytestmark = pytest.mark.django_db


def text_of(client: Client) -> str:
    response = client.get("/pushes/")
    assert response.status_code == 200
    main = BeautifulSoup(response.content, "html.parser").main
    assert main is not None
    return " ".join(main.get_text(" ").split())


def test_only_administrators_see_it(office: Client, desk: Client, stranger: Client) -> None:
    assert office.get("/pushes/").status_code == 200
    assert desk.get("/pushes/").status_code == 403
    assert stranger.get("/pushes/").status_code == 302
    assert 'href="/pushes/"' in office.get("/pushes/").content.decode()


def test_an_empty_page_says_when_it_will_not_be(office: Client) -> None:
    text = text_of(office)
    assert "Chưa có gói nào" in text
    assert "Chưa có tin đẩy nào" in text


def test_what_is_shown_here_can_be_read(office: Client) -> None:
    (phone,) = register(1)
    services.open_round([entry()], now=NOW)
    warn(phone, 1, now=NOW)
    outbox.send_due(ShownHere(), now=NOW, rng=Random(7))
    text = text_of(office)
    assert VIETNAMESE.title in text
    assert "1900 9095" in text
    assert "Mọi máy đã nhận" in text
    assert "không gửi cho ai" in text


def test_no_token_and_no_key_is_on_the_page(office: Client, way: Way) -> None:
    phones = register(5)
    opened = services.open_round([entry()], now=NOW)
    warn(phones[0], opened.pk, now=NOW)
    answers = {
        phones[1]: Outcome(Result.DEAD, "unregistered"),
        phones[2]: Outcome(Result.RETRY, "no_answer"),
        phones[3]: Outcome(Result.REFUSED, "message_refused"),
    }
    way.answers = lambda message: answers.get(message.phone_id, provider.SENT)
    outbox.send_due(way, now=NOW, rng=Random(7))
    page = office.get("/pushes/").content.decode()
    assert not any(token_of(number) in page for number in range(1, 6))
    assert entry().daily_key.hex() not in page.casefold()
    text = text_of(office)
    assert "Firebase không trả lời" in text
    (bundle,) = Bundle.objects.all()
    counts = (bundle.sent, bundle.retried, bundle.dead, bundle.refused)
    assert counts == (2, 1, 1, 1)


def test_a_fault_is_said_in_words(office: Client, settings: Any) -> None:
    settings.BLUEZONE_GATEWAY_PUSH_PROVIDER = "fcm"
    Lane.objects.create(name="fcm", fault="fcm_forbidden", fault_since=NOW, closed_until=NOW + 9)
    page = BeautifulSoup(office.get("/pushes/").content, "html.parser")
    alert = page.find(attrs={"role": "alert"})
    assert alert is not None
    assert "15/08/2020 13:24" in alert.get_text()
    assert "fcm_forbidden" not in alert.get_text()
    Lane.objects.update(fault="", closed_until=NOW + 60)
    assert "Firebase yêu cầu chờ" in text_of(office)


def test_each_state_of_a_bundle_has_its_word(office: Client) -> None:
    register(3)
    kept = services.open_round([entry()], now=NOW)
    gone = services.open_round([entry(1)], now=NOW)
    services.withdraw_round(gone.pk, now=NOW)
    old = services.open_round([entry(2)], now=NOW - 20 * 86_400)
    text = text_of(office)
    assert kept.pk < gone.pk < old.pk
    assert "Đang gửi" in text
    assert "Đã rút" in text
    assert "Đã hết hạn" in text


def test_the_page_asks_a_fixed_number_of_questions(office: Client) -> None:
    counts = []
    for number in (1, 40):
        phones = register(number, first=100 * number)
        for phone in phones:
            services.open_round([entry(phone)], now=NOW)
            warn(phone, 1, now=NOW)
        outbox.send_due(ShownHere(), now=NOW, limit=100, rng=Random(7))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            office.get("/pushes/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Phone.objects.count() == 41
