"""Uploads with a code: once each, whatever the phone repeats, and never more than agreed to."""

import json
from collections.abc import Callable, Sequence
from random import Random

import pytest
from tests.portal.appgateway.consent.people import Person, changed, issue, some_case

from bluezone.portal.appgateway.consent import accepting, issuing, services
from bluezone.portal.appgateway.consent.issuing import issue_help_code, revoke_help_code
from bluezone.portal.appgateway.consent.models import HelpCode, Mode, SharedHistory, Upload
from bluezone.portal.appgateway.consent.services import Receipt, Refusal
from bluezone.portal.appgateway.envelope import Status
from bluezone.portal.appgateway.pushes.models import Push
from bluezone.portal.audit.models import Entry
from bluezone.portal.cases.models import Case
from bluezone.protocol.bluezone.slot import DAY_S, utc_midnight_s

NOW = 1_597_472_640
TODAY = utc_midnight_s(NOW)
ACCEPTED = Receipt(repeated=False, rows=0)
AGAIN = Receipt(repeated=True, rows=0)
FRIEND = bytes(range(12))


@pytest.fixture
def person() -> Person:
    return Person(NOW)


def refused(status: Status) -> Refusal:
    return Refusal(status)


def test_a_right_code_makes_one_entry_of_the_infectious_days(case: Case, person: Person) -> None:
    assert person.help(issue(case, NOW)) == ACCEPTED
    [entry] = services.active_entries(NOW)
    first = TODAY - 7 * DAY_S  # two days before the onset, five days ago
    assert entry.daily_key == person.key_of(first)
    assert (entry.time_start, entry.max, entry.time_end) == (first, 96, NOW)


def test_no_key_of_an_earlier_day_and_no_root_is_stored(case: Case, person: Person) -> None:
    person.help(issue(case, NOW))
    upload = Upload.objects.get()
    assert bytes(upload.daily_key) != person.base
    assert bytes(upload.daily_key) != person.key_of(TODAY - 14 * DAY_S)
    assert "base" not in {field.name for field in Upload._meta.get_fields()}


def test_an_entry_ends_with_its_last_infectious_day_and_never_at_midnight(
    person: Person, db: None
) -> None:
    onset = TODAY - 12 * DAY_S
    old = some_case(NOW, onset=onset)
    person.help(issue(old, NOW))
    [entry] = services.active_entries(NOW)
    assert entry.time_start == onset - 2 * DAY_S
    assert entry.time_end == onset + 10 * DAY_S - 1


def test_without_symptoms_the_days_count_from_the_test(lan: object, person: Person) -> None:
    tested = some_case(NOW, onset=None, tested=TODAY)
    person.help(issue(tested, NOW))
    [entry] = services.active_entries(NOW)
    assert entry.time_start == TODAY - 2 * DAY_S


def test_an_entry_of_today_grows_with_the_day_and_stops_at_its_last_second(
    case: Case, person: Person
) -> None:
    person.help(issue(case, NOW))
    ends = [services.active_entries(at)[0].time_end for at in (NOW + 60, TODAY + DAY_S)]
    assert ends == [NOW + 60, TODAY + DAY_S - 1]
    later = services.active_entries(NOW + 6 * DAY_S)[0].time_end
    assert later == TODAY + DAY_S - 1  # no key of a day after the upload


def test_a_phone_installed_yesterday_gives_two_days(case: Case) -> None:
    person = Person(NOW, age_days=1)
    person.help(issue(case, NOW))
    [entry] = services.active_entries(NOW)
    assert (entry.daily_key, entry.time_start) == (person.base, TODAY - DAY_S)


def test_the_twins_in_either_order_and_repeats_are_one_help(case: Case, person: Person) -> None:
    code = issue(case, NOW, Mode.WHOLE)
    row = person.row(NOW - 3600, FRIEND)
    assert person.help(code) == ACCEPTED
    assert person.help(code, [row], now=NOW + 2) == Receipt(repeated=True, rows=1)
    assert person.help(code, [row], now=NOW + 9) == Receipt(repeated=True, rows=1)
    assert person.help(code, now=NOW + 10) == Receipt(repeated=True, rows=1)
    assert (Upload.objects.count(), SharedHistory.objects.get().rows) == (1, 1)
    assert Push.objects.count() == 2  # one receipt in two languages


def test_the_file_may_come_first(case: Case, person: Person) -> None:
    code = issue(case, NOW, Mode.WHOLE)
    row = person.row(NOW - 3600, FRIEND)
    assert person.help(code, [row]) == Receipt(repeated=False, rows=1)
    assert person.help(code) == Receipt(repeated=True, rows=1)


def test_after_ten_minutes_nobody_may_come_again(case: Case, person: Person) -> None:
    code = issue(case, NOW)
    person.help(code)
    assert person.help(code, now=NOW + accepting.AGAIN_S - 1) == AGAIN
    assert person.help(code, now=NOW + accepting.AGAIN_S) == refused(Status.CODE_INVALID)


def test_somebody_else_with_a_used_code_hears_that_it_is_wrong(case: Case, person: Person) -> None:
    code = issue(case, NOW)
    person.help(code)
    assert Person(NOW, phone_id=42).help(code) == refused(Status.CODE_INVALID)
    assert Upload.objects.count() == 1


def test_other_keys_of_the_same_phone_add_neither_keys_nor_contacts(
    case: Case, person: Person
) -> None:
    code, other = issue(case, NOW, Mode.WHOLE), Person(NOW, seed=6)
    person.help(code)
    assert other.help(code, [other.row(NOW - 60, FRIEND)]) == AGAIN
    assert [entry.daily_key for entry in services.active_entries(NOW)] == [
        person.key_of(TODAY - 7 * DAY_S)
    ]
    assert person.help(code, [person.row(NOW - 60, FRIEND)]).rows == 1  # type: ignore[union-attr]


def test_wrong_expired_and_revoked_codes_are_told_apart(case: Case, person: Person) -> None:
    code = issue(case, NOW)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert person.help(wrong) == refused(Status.CODE_INVALID)
    assert person.help(code, now=NOW + issuing.LIVES_S) == refused(Status.CODE_EXPIRED)
    revoke_help_code(case, case.opened_by, now=NOW)
    assert person.help(code) == refused(Status.CODE_EXPIRED)
    assert not Upload.objects.exists()


@pytest.mark.parametrize("typed", ["12 34 56", "123-456", " 123456 "])
def test_a_code_may_be_grouped(typed: str, case: Case, person: Person) -> None:
    issue_help_code(case, case.opened_by, Mode.KEYS, now=NOW, rng=Always(123_456))
    assert person.help(typed) == ACCEPTED


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "' OR 1=1 --"])
def test_what_is_no_six_digits_is_wrong(typed: str, person: Person, db: None) -> None:
    assert person.help(typed) == refused(Status.CODE_INVALID)


def test_a_request_without_a_token_is_told_so(case: Case, person: Person) -> None:
    upload = person.upload(issue(case, NOW), phone_id=None)
    assert services.accept(upload, now=NOW, rng=Random(1)) == refused(Status.TOKEN_INVALID)


def broken(infof: str) -> dict[str, str]:
    """Return what cannot be believed, by its name."""
    start = json.loads(infof)["time_start"]
    return {
        "empty": "",
        "blank": " \n",
        "no JSON": infof[:-1],
        "a list": "[]",
        "nested": "[" * 4000,
        "a key that does not follow": changed(infof, daily_key="AB" * 32),
        "a short key": changed(infof, base_id="AB" * 31),
        "no key": changed(infof, daily_key=None),
        "another day than the key's": changed(infof, time_start=start + DAY_S),
        "no midnight": changed(infof, time_start=start + 1),
        "a truth": changed(infof, time=True),
        "infinite": infof.replace(str(start), "1e999"),
        "not a number": infof.replace(str(start), "NaN"),
        "negative": changed(infof, time=-1),
        "too long": changed(infof, more="x" * 4096),
    }


@pytest.mark.parametrize("name", sorted(broken(Person(NOW).infof())))
def test_keys_that_cannot_be_believed_cost_neither_the_code_nor_a_try(
    name: str, case: Case, person: Person
) -> None:
    code = issue(case, NOW)
    for _ in range(6):
        upload = person.upload(code, infof_text=broken(person.infof())[name])
        outcome = services.accept(upload, now=NOW, rng=Random(1))
        assert outcome == refused(Status.INVALID_REQUEST)
    assert person.help(code) == ACCEPTED


def with_times(infof: str, written: Callable[[int], float]) -> str:
    members = json.loads(infof)
    return changed(infof, **{name: written(members[name]) for name in ("time", "time_start")})


def in_milliseconds(infof: str) -> str:
    return with_times(infof, lambda seconds: seconds * 1000)


def as_floats(infof: str) -> str:
    return with_times(infof, float)


@pytest.mark.parametrize(
    "written",
    [in_milliseconds, as_floats, lambda text: changed(text, new="x"), str.lower],
    ids=["milliseconds", "floats", "one more member", "lower case"],
)
def test_keys_are_read_with_patience(
    written: Callable[[str], str], case: Case, person: Person
) -> None:
    upload = person.upload(issue(case, NOW), infof_text=written(person.infof()))
    assert services.accept(upload, now=NOW, rng=Random(1)) == ACCEPTED
    assert services.active_entries(NOW)[0].daily_key == person.key_of(TODAY - 7 * DAY_S)


@pytest.mark.parametrize("days", [16, -1], ids=["too old", "of the future"])
def test_a_window_that_no_phone_means_is_not_believed(
    days: int, case: Case, person: Person
) -> None:
    start = TODAY - days * DAY_S
    infof = changed(person.infof(), daily_key=person.key_of(start).hex(), time_start=start)
    upload = person.upload(issue(case, NOW), infof_text=infof)
    assert services.accept(upload, now=NOW, rng=Random(1)) == refused(Status.INVALID_REQUEST)


def test_a_phone_without_any_infectious_day_is_refused_and_the_code_stays(
    person: Person, db: None
) -> None:
    over = some_case(NOW, onset=TODAY - 25 * DAY_S)
    code = issue(over, NOW)
    assert person.help(code) == refused(Status.INVALID_REQUEST)
    assert HelpCode.objects.get().state == "open"


def test_one_code_of_a_case_is_good_at_a_time(case: Case, person: Person) -> None:
    first, second = issue(case, NOW, seed=1), issue(case, NOW, seed=2)
    assert person.help(first) == refused(Status.CODE_EXPIRED)
    assert person.help(second) == ACCEPTED


def test_a_number_that_is_known_is_not_given_out_again(case: Case) -> None:
    other = some_case(NOW, onset=None, tested=TODAY)
    issue_help_code(case, case.opened_by, Mode.KEYS, now=NOW, rng=Always(7))
    with pytest.raises(issuing.NoHelpCodeFreeError):
        issue_help_code(other, case.opened_by, Mode.KEYS, now=NOW, rng=Always(7))


def test_no_more_codes_are_live_than_the_odds_allow(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "MAX_LIVE", 1)
    issue(case, NOW)
    with pytest.raises(issuing.NoHelpCodeFreeError):
        issue(case, NOW, seed=4)


def test_the_audit_names_the_case_of_a_code_and_nothing_of_an_upload(
    case: Case, person: Person
) -> None:
    person.help(issue(case, NOW))
    issued, accepted = list(Entry.objects.order_by("sequence"))[-2:]
    assert (issued.action, issued.subject) == ("help_code.issued", f"case {case.pseudonym}")
    assert (accepted.actor, accepted.action) == ("phone", "help.accepted")
    assert (accepted.subject, accepted.detail) == ("help", '{"mode": 0}')


def test_a_history_is_held_only_while_one_is_welcome(case: Case, person: Person) -> None:
    def welcome(after_s: int = 0) -> bool:
        return services.any_open_with_history(NOW + after_s)

    assert not welcome()
    issue(case, NOW)
    assert not welcome()
    code = issue(case, NOW, Mode.KNOWN_CASES, seed=4)
    assert welcome()
    assert not welcome(issuing.LIVES_S)
    person.help(code)
    assert welcome()  # the twin with the file may still come
    assert not welcome(accepting.AGAIN_S)
    person.help(code, [])
    assert not welcome()


Beside = Callable[[Sequence[Callable[[], object]]], list[object]]


def test_eight_requests_at_once_are_one_help(beside: Beside) -> None:
    case, person = some_case(NOW), Person(NOW)
    code, row = issue(case, NOW, Mode.WHOLE), person.row(NOW - 3600, FRIEND)
    answers = beside([lambda: person.help(code), lambda: person.help(code, [row])] * 4)
    assert sorted(answer.repeated for answer in answers) == [False] + [True] * 7  # type: ignore[attr-defined]
    assert (Upload.objects.count(), SharedHistory.objects.get().rows) == (1, 1)


def test_of_eight_phones_with_one_code_one_helps(beside: Beside) -> None:
    code = issue(some_case(NOW), NOW)
    phones = [Person(NOW, seed=number, phone_id=number) for number in range(8)]
    answers = beside([lambda phone=phone: phone.help(code) for phone in phones])
    assert sorted(isinstance(answer, Receipt) for answer in answers) == [False] * 7 + [True]
    assert Upload.objects.count() == 1


class Always(Random):
    """Draws the same number each time."""

    def __init__(self, number: int) -> None:
        super().__init__(0)
        self.number = number

    def randrange(self, *_limits: int) -> int:  # type: ignore[override]
        return self.number
