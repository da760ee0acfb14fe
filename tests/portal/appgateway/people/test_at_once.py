"""Several phones and processes at once, on a database that lets them."""

from collections.abc import Callable, Sequence
from random import Random

from bluezone.portal.appgateway.people.confirming import confirm
from bluezone.portal.appgateway.people.declaring import Warned, declare
from bluezone.portal.appgateway.people.forgetting import forget_number
from bluezone.portal.appgateway.people.informing import keep
from bluezone.portal.appgateway.people.models import (
    ConfirmedNumber,
    Declaration,
    Information,
    NumberCount,
    OneTimeCode,
)
from bluezone.portal.appgateway.people.one_time_codes import (
    WRONG_TRIES,
    Answer,
    CodeRequest,
    of_phone,
    send_code,
)
from bluezone.portal.appgateway.people.sealing import Person
from bluezone.portal.verification.models import SmsMessage
from bluezone.portal.verification.sms.outbox import body_of

NOW = 1_597_472_640
NUMBER = "+84912345678"
Beside = Callable[[Sequence[Callable[[], object]]], list[object]]


def send(seed: int) -> Callable[[], object]:
    request = CodeRequest(NUMBER, of_phone(1), "203.0.113.7")
    return lambda: send_code(request, now=NOW, rng=Random(seed))


def type_in(code: str, seed: int = 1) -> Callable[[], object]:
    return lambda: confirm(NUMBER, 1, code, now=NOW, rng=Random(seed))


def newest() -> str:
    return "".join(filter(str.isdigit, body_of(SmsMessage.objects.latest("pk"))))[:6]


def test_a_number_confirmed_eight_times_at_once_counts_once(beside: Beside) -> None:
    send(1)()
    assert beside([type_in(newest(), seed) for seed in range(8)]) == [Answer.RIGHT] * 8
    assert ConfirmedNumber.objects.count() == 1
    assert NumberCount.objects.get().count == 1


def test_wrong_codes_at_once_are_all_counted(beside: Beside) -> None:
    send(1)()
    code = newest()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert beside([type_in(wrong)] * 8) == [Answer.WRONG] * 8
    assert OneTimeCode.objects.get().wrong == WRONG_TRIES
    assert type_in(code)() is Answer.WRONG


def test_requests_at_once_stay_within_the_limit(beside: Beside) -> None:
    answers = beside([send(seed) for seed in range(8)])
    assert sorted(map(str, answers)) == ["None"] * 5 + ["code_not_sent"] * 3
    assert SmsMessage.objects.count() == 5
    assert type_in(newest())() in {Answer.RIGHT, Answer.WRONG}
    assert OneTimeCode.objects.count() == 1


def test_confirming_and_deleting_side_by_side_ends_whole(beside: Beside) -> None:
    send(1)()
    code = newest()
    said = Person("Nguyen Van A", "1 Trang Thi", NUMBER)
    type_in(code)()

    def say() -> object:
        return keep(said, 1, now=NOW, rng=Random(1))

    beside([lambda: forget_number(NUMBER), type_in(code), say] * 3)
    forget_number(NUMBER)
    for table in (ConfirmedNumber, Information, OneTimeCode):
        assert not table.objects.exists()


def test_a_declaration_sent_eight_times_at_once_is_one(beside: Beside) -> None:
    said = Person("Nguyen Van A", "1 Trang Thi", NUMBER)
    beside([lambda: declare(Warned(1, 1), said, now=NOW, rng=Random(1))] * 8)
    assert Declaration.objects.count() == 1
