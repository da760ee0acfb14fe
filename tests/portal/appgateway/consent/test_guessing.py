"""Six digits, and an endpoint that everybody can reach: what guessing gets."""

from collections.abc import Callable, Sequence

import pytest
from tests.portal.appgateway.consent.people import Person, issue, some_case

from bluezone.portal.appgateway.consent import guessing
from bluezone.portal.appgateway.consent.guessing import Admission, Budget, admit, try_of
from bluezone.portal.appgateway.consent.models import Tries, Upload
from bluezone.portal.appgateway.consent.services import Receipt, Refusal
from bluezone.portal.appgateway.envelope import Status
from bluezone.portal.appgateway.phones.models import Phone
from bluezone.portal.cases.models import Case

NOW = 1_597_472_640
WRONG = Refusal(Status.CODE_INVALID)
Beside = Callable[[Sequence[Callable[[], object]]], list[object]]


def guesses(right: str, count: int) -> list[str]:
    return [f"{(int(right) + step) % 1_000_000:06d}" for step in range(1, count + 1)]


def test_after_five_wrong_codes_even_the_right_one_is_wrong_until_the_wait_is_over(
    case: Case,
) -> None:
    person, code = Person(NOW), issue(case, NOW)
    assert [person.help(guess) for guess in guesses(code, 5)] == [WRONG] * 5
    assert person.help(code, now=NOW + 800) == WRONG
    assert not Upload.objects.exists()
    newer = issue(case, NOW + 900, seed=8)
    assert isinstance(person.help(newer, now=NOW + 900), Receipt)


def test_the_twins_of_a_wrong_code_are_one_try(case: Case) -> None:
    person, code = Person(NOW), issue(case, NOW)
    for guess in guesses(code, 4):
        assert [person.help(guess), person.help(guess, [])] == [WRONG, WRONG]
    assert isinstance(person.help(code), Receipt)


def test_a_right_fifth_code_is_right_for_both_twins(case: Case) -> None:
    person, code = Person(NOW), issue(case, NOW)
    for guess in guesses(code, 4):
        person.help(guess)
    assert [person.help(code).repeated, person.help(code).repeated] == [False, True]  # type: ignore[union-attr]


def test_other_phones_do_not_wait_with_it(case: Case) -> None:
    code = issue(case, NOW)
    for guess in guesses(code, 6):
        Person(NOW, phone_id=1).help(guess)
    assert isinstance(Person(NOW, phone_id=2).help(code), Receipt)


def test_an_expired_code_costs_a_try(case: Case) -> None:
    person, code = Person(NOW), issue(case, NOW)
    for guess in guesses(code, 4):
        person.help(guess, now=NOW + 900)
    assert person.help(code, now=NOW + 900) == Refusal(Status.CODE_EXPIRED)
    assert person.help(guesses(code, 9)[-1], now=NOW + 900) == WRONG
    assert counted(guessing.PHONE) == 5


def test_an_address_waits_however_many_phones_it_has(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "ADDRESS", Budget("address", 3, 3600))
    code = issue(case, NOW)
    for number, guess in enumerate(guesses(code, 4)):
        assert Person(NOW, phone_id=number).help(guess) == WRONG
    assert Person(NOW, phone_id=9).help(code) == WRONG


def test_everybody_together_has_a_budget_and_new_phones_cannot_use_up_that_of_known_ones(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "NEW_PHONES", Budget("all new phones", 3, 3600))
    Phone.objects.create(
        pk=500, registered_at=NOW - 86_400, seen_at=NOW, token="known", token_hash="0" * 32
    )
    code = issue(case, NOW)
    for number, guess in enumerate(guesses(code, 4)):
        admit(try_of(number, guess, f"198.51.100.{number}", now=NOW), now=NOW)
    fresh = try_of(77, code, "198.51.100.77", now=NOW)
    known = try_of(500, code, "198.51.100.78", now=NOW)
    assert admit(fresh, now=NOW) is Admission.REFUSED
    assert admit(known, now=NOW) is Admission.TAKEN


def test_tries_of_phones_that_were_refused_leave_no_rows(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "NEW_PHONES", Budget("all new phones", 2, 3600))
    for number, guess in enumerate(guesses(issue(case, NOW), 50)):
        admit(try_of(number, guess, "203.0.113.7", now=NOW), now=NOW)
    assert Tries.objects.count() == 2 * 2 + 2  # two phones and their codes; address, everybody


def test_helping_costs_no_tries(case: Case) -> None:
    person = Person(NOW)
    for round_number in range(8):
        assert isinstance(person.help(issue(case, NOW, seed=round_number)), Receipt)


def test_tries_are_forgotten_when_their_time_is_over(case: Case) -> None:
    Person(NOW).help(guesses(issue(case, NOW), 1)[0])
    assert Tries.objects.exists()
    guessing.purge(now=NOW + 3600)
    assert not Tries.objects.exists()


def test_a_clock_that_was_set_back_locks_nobody_out(case: Case) -> None:
    person = Person(NOW)
    for guess in guesses(issue(case, NOW), 5):
        person.help(guess, now=NOW + 300)
    code = issue(case, NOW - 90_000, seed=8)
    assert isinstance(person.help(code, now=NOW - 86_400 + 900 - 3600), Refusal)
    assert isinstance(person.help(code, now=NOW - 89_900), Receipt)


def test_no_address_phone_or_code_can_be_read_in_the_table(case: Case) -> None:
    Person(NOW).help(guesses(issue(case, NOW), 1)[0])
    keys = list(Tries.objects.values_list("key_hmac", flat=True))
    assert all(len(key) == 64 for key in keys)


def test_forty_guesses_at_once_take_five(beside: Beside) -> None:
    code = issue(some_case(NOW), NOW)
    jobs = [
        lambda guess=guess: admit(try_of(7, guess, "203.0.113.7", now=NOW), now=NOW)
        for guess in guesses(code, 16)
    ]
    outcomes = beside(jobs)
    assert outcomes.count(Admission.TAKEN) == 5
    assert outcomes.count(Admission.REFUSED) == 11
    assert counted(guessing.ADDRESS) == 5


def counted(budget: Budget) -> int:
    """Return the count of the budget of the usual phone or address."""
    who = {"phone": "41", "address": "203.0.113.7"}[budget.purpose]
    return Tries.objects.get(key_hmac=guessing._key(budget, who)).count
