"""Exactly one warning a phone and round, whoever asks how often; calm words in two languages."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from django.db import transaction

from bluezone.portal.appgateway.pushes import outbox, provider, retention, warnings
from bluezone.portal.appgateway.pushes.models import Push, Quiet, Warned
from bluezone.portal.appgateway.pushes.push_data import MAX_BYTES, data_bytes, restored
from bluezone.portal.appgateway.pushes.warnings import ENGLISH, VIETNAMESE, warn

from .conftest import NOW, Way, register

DAY = 86_400


def notices() -> list[dict[str, Any]]:
    rows = Push.objects.order_by("pk")
    return [json.loads(restored(row.data).fields["Notify"]) for row in rows]


@pytest.mark.django_db
class TestWarn:
    """One after the other."""

    def test_both_languages_go_out_under_one_number(self, way: Way) -> None:
        (phone,) = register(1)
        assert warn(phone, 5, now=NOW)
        vi, en = notices()
        assert (vi["TypeLanguage"], en["TypeLanguage"]) == ("vi", "en")
        assert vi["NotifyID"] == en["NotifyID"]
        assert vi["NotifyID"].isdigit()
        assert int(vi["NotifyID"]) < 2**31
        assert {**vi, "TypeLanguage": ""} == {**en, "TypeLanguage": ""}
        assert vi["Title"] == VIETNAMESE.title
        assert vi["TitleEn"] == ENGLISH.title
        assert vi["Timestamp"] == NOW * 1000
        outbox.send_due(way, now=NOW, rng=Random(7))
        assert way.reached == [phone, phone]
        assert all(message.urgent for message in way.sent)

    def test_repeated_answers_warn_once(self) -> None:
        assert warn(7, 5, now=NOW)
        for later in (0, 5, 20, 60, DAY, 13 * DAY):
            assert not warn(7, 5, now=NOW + later)
        assert Push.objects.count() == 2

    def test_each_phone_is_warned(self) -> None:
        assert warn(7, 5, now=NOW)
        assert warn(8, 5, now=NOW)
        assert len({notice["NotifyID"] for notice in notices()}) == 2

    def test_a_phone_is_quiet_for_a_day(self) -> None:
        assert warn(7, 5, now=NOW)
        assert not warn(7, 6, now=NOW + DAY - 1)
        assert warn(7, 8, now=NOW + DAY)
        assert not warn(7, 6, now=NOW + 3 * DAY)  # told by the first one

    def test_a_caller_that_is_killed_takes_the_warning_back(self) -> None:
        with transaction.atomic():
            assert warn(7, 5, now=NOW)
            transaction.set_rollback(True)
        assert warn(7, 5, now=NOW)
        assert Push.objects.count() == 2

    def test_who_was_warned_is_kept_as_a_mac_for_14_days(self) -> None:
        assert warn(7, 5, now=NOW)
        mark = bytes(Warned.objects.get().mark)
        assert len(mark) == 32
        assert b"7" not in mark or b"5" not in mark
        retention.purge(NOW + DAY)
        assert not Quiet.objects.exists()
        retention.purge(NOW + 14 * DAY - 1)
        assert Warned.objects.exists()
        retention.purge(NOW + 14 * DAY)
        assert not Warned.objects.exists()

    def test_no_table_names_the_phone_once_the_warning_is_out(self, way: Way) -> None:
        (phone,) = register(1)
        warn(phone, 5, now=NOW)
        outbox.send_due(way, now=NOW, rng=Random(7))
        assert not Push.objects.exclude(phone_id=None).exists()
        assert not Push.objects.exclude(data="").exists()

    def test_a_warning_that_reaches_nobody_is_given_up_after_a_week(self, way: Way) -> None:
        warn(999, 5, now=NOW)  # has no token
        for day in range(8):
            outbox.send_due(way, now=NOW + day * DAY, rng=Random(7))
        assert way.sent == []
        assert set(Push.objects.values_list("error_code", "phone_id")) == {("too_late", None)}

    def test_a_new_token_gets_the_warning_that_the_old_one_missed(self, way: Way) -> None:
        from bluezone.portal.appgateway.phones.registering import (  # noqa: PLC0415 - one use
            Renewal,
            commit,
        )

        (phone,) = register(1)
        warn(phone, 5, now=NOW)
        old = way.answers
        way.answers = lambda _message: provider.Outcome(provider.Result.DEAD, "unregistered")
        outbox.send_due(way, now=NOW, rng=Random(7))
        way.answers = old
        outbox.send_due(way, now=NOW + 60, rng=Random(7))
        assert way.sent == []
        commit([Renewal("new-token-of-this-phone", way_token(1), "android", NOW + 90)])
        outbox.send_due(way, now=NOW + 90, rng=Random(7))
        assert [message.token for message in way.sent] == ["new-token-of-this-phone"] * 2


def way_token(number: int) -> str:
    from .conftest import token_of  # noqa: PLC0415 - one use

    return token_of(number)


class TestWords:
    """What a warned person reads."""

    def test_they_fit_into_a_push(self) -> None:
        from bluezone.portal.appgateway.pushes.commands import (  # noqa: PLC0415 - one use
            Notice,
            short_news,
        )

        push = short_news(Notice("999999999", VIETNAMESE, ENGLISH, "vi", NOW * 1000))
        assert data_bytes(push.fields) <= MAX_BYTES
        for words in (VIETNAMESE, ENGLISH):
            assert len(words.title) <= 50
            assert len(words.text) <= 100  # what a locked screen shows

    @pytest.mark.parametrize("words", [VIETNAMESE, ENGLISH], ids=["vi", "en"])
    def test_they_claim_no_distance_and_no_time(self, words: warnings.Words) -> None:
        everything = f"{words.title} {words.text} {words.long_text}".casefold()
        for claim in (
            "2 m",
            "mét",
            "metre",
            "meter",
            "phút",
            "minute",
            "close contact",
            "tiếp xúc gần",
        ):
            assert claim not in everything

    def test_they_say_what_to_do_whom_to_call_and_that_helping_is_a_choice(self) -> None:
        for piece in (
            "khẩu trang",
            "1900 9095",
            "14 ngày",
            "chưa chắc",
            "mã 6 số",
            "không bắt buộc",
        ):
            assert piece in VIETNAMESE.long_text
        for piece in ("mask", "1900 9095", "14 days", "may well not", "6-digit code", "need not"):
            assert piece in ENGLISH.long_text


def test_answers_at_the_same_moment_warn_once(beside: Callable[..., list[object]]) -> None:
    answers = beside([lambda: warn(7, 5, now=NOW)] * 6)
    assert sorted(map(bool, answers)) == [False] * 5 + [True]
    assert Push.objects.count() == 2


def test_two_rounds_at_the_same_moment_warn_once(beside: Callable[..., list[object]]) -> None:
    jobs = [lambda number=number: warn(7, number, now=NOW) for number in range(6)]
    answers = beside(jobs)
    assert sorted(map(bool, answers)) == [False] * 5 + [True]
    assert Push.objects.count() == 2


def test_workers_side_by_side_send_everything_once(beside: Callable[..., list[object]]) -> None:
    from bluezone.portal.appgateway.pushes import ranges, services  # noqa: PLC0415 - one use

    from .conftest import entry  # noqa: PLC0415 - one use

    before, ranges.PHONES = ranges.PHONES, 20
    try:
        phones = register(90)
        services.open_round([entry(number) for number in range(30)], now=NOW)
        for phone in phones[:40]:
            warn(phone, 1, now=NOW)
        ways = [Way() for _ in range(4)]
        for _ in range(3):
            beside([lambda way=way: outbox.send_due(way, now=NOW, rng=Random()) for way in ways])
    finally:
        ranges.PHONES = before
    reached = [message.phone_id for way in ways for message in way.sent]
    assert sorted(reached) == sorted(phones * 2 + phones[:40] * 2)
