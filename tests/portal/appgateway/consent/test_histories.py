"""Histories: nothing without consent, and with it only what was agreed to."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.portal.appgateway.consent.people import Person, issue, some_case

from bluezone.portal.appgateway.consent import histories, services
from bluezone.portal.appgateway.consent.models import Mode, SharedHistory
from bluezone.portal.appgateway.consent.own_keys import read_own_keys
from bluezone.portal.appgateway.consent.windows import Window
from bluezone.portal.appgateway.pushes.services import open_round
from bluezone.portal.cases.models import Case
from bluezone.protocol.bluezone.day_key import BluezoneId, DayKey
from bluezone.protocol.bluezone.fresh import f0_entry_for_day
from bluezone.protocol.bluezone.history import ContactRow
from bluezone.protocol.bluezone.slot import DAY_S, utc_midnight_s

NOW = 1_597_472_640
TODAY = utc_midnight_s(NOW)
FRIEND, OTHER = bytes(range(12)), bytes(range(12, 24))
ME = Person(NOW)


def shared(case: Case, mode: Mode, rows: Sequence[ContactRow]) -> tuple[ContactRow, ...]:
    ME.help(issue(case, NOW, mode), rows)
    found = services.shared_histories_of(case, now=NOW)
    return found[0].rows if found else ()


def test_without_consent_a_history_is_not_even_parsed(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(histories, "parse_history")
    assert shared(case, Mode.KEYS, [ME.row(NOW - 60, FRIEND)]) == ()
    assert not SharedHistory.objects.exists()


def test_all_contacts_of_the_infectious_days_are_kept_by_consent(case: Case) -> None:
    inside = [ME.row(NOW - 3600, FRIEND), ME.row(TODAY - 7 * DAY_S, OTHER)]
    outside = [ME.row(TODAY - 7 * DAY_S - 1, FRIEND), ME.row(TODAY + DAY_S + 60, OTHER)]
    assert shared(case, Mode.WHOLE, [*outside, *inside]) == tuple(inside)
    history = SharedHistory.objects.get()
    assert (history.rows, history.dropped) == (2, 2)


def test_rows_of_an_iphone_come_out_in_milliseconds(case: Case) -> None:
    [row] = shared(case, Mode.WHOLE, [ME.row(NOW - 60, FRIEND, milliseconds=False)])
    assert row == ME.row(NOW - 60, FRIEND)


def test_a_row_that_is_there_twice_is_kept_once(case: Case) -> None:
    seconds = ME.row(NOW - 60, FRIEND, milliseconds=False)
    assert len(shared(case, Mode.WHOLE, [ME.row(NOW - 60, FRIEND)] * 3 + [seconds])) == 1


@pytest.mark.parametrize(("slots_off", "kept"), [(-1, 1), (0, 1), (1, 1), (-2, 0), (2, 0), (96, 0)])
def test_a_row_must_carry_an_id_of_the_phone_that_sends_it(
    slots_off: int, kept: int, case: Case
) -> None:
    own = ME.id_at(NOW - 7200 + 900 * slots_off)
    row = ContactRow(own, BluezoneId(FRIEND), -60, (NOW - 7200) * 1000)
    assert len(shared(case, Mode.WHOLE, [row])) == kept


def test_a_strangers_history_is_dropped_row_by_row_and_counted(case: Case) -> None:
    stranger = Person(NOW, seed=77)
    rows = [stranger.row(NOW - 60 * step, FRIEND) for step in range(1, 20)]
    assert shared(case, Mode.WHOLE, [*rows, ME.row(NOW - 60, OTHER)])[0].contact_id == OTHER
    assert SharedHistory.objects.get().dropped == 19


def test_in_mode_1_only_contacts_with_known_cases_are_kept(case: Case) -> None:
    known, unknown = Person(NOW, seed=21, phone_id=50), Person(NOW, seed=22)
    known.help(issue(some_case(NOW), NOW, seed=31))
    met = NOW - 2 * DAY_S
    rows = [
        ME.row(met, known.id_at(met)),
        ME.row(met + 60, unknown.id_at(met)),
        ME.row(met + 4 * 3600, known.id_at(met)),  # somebody played the id again, hours later
        ME.row(TODAY - 8 * DAY_S, known.id_at(TODAY - 8 * DAY_S)),  # before it was a case
    ]
    assert shared(case, Mode.KNOWN_CASES, rows) == (rows[0],)


def test_people_with_the_new_app_are_known_cases_too(case: Case) -> None:
    key, met = DayKey(Random(4).randbytes(32)), NOW - DAY_S
    open_round([f0_entry_for_day(key, utc_midnight_s(met))], now=NOW)
    new_phone = Person(NOW)
    new_phone.base, new_phone.age_days = key, (TODAY - utc_midnight_s(met)) // DAY_S
    rows = [ME.row(met, new_phone.id_at(met)), ME.row(met, FRIEND)]
    assert shared(case, Mode.KNOWN_CASES, rows) == (rows[0],)


@pytest.mark.parametrize("late_s", [149, 179], ids=["stale", "stale and a clock"])
def test_an_id_that_a_phone_kept_too_long_is_still_known(late_s: int, case: Case) -> None:
    known = Person(NOW, seed=21, phone_id=50)
    known.help(issue(some_case(NOW), NOW, seed=31))
    border = TODAY - DAY_S + 40 * 900
    row = ME.row(border + late_s, known.id_at(border - 1))
    assert shared(case, Mode.KNOWN_CASES, [row]) == (row,)


def test_broken_lines_cost_only_themselves(case: Case) -> None:
    good = ME.upload(issue(case, NOW, Mode.WHOLE), [ME.row(NOW - 60, FRIEND)]).history
    assert good is not None
    data = b"\xff\xfe\n" + good[:30] + b"\n" + good + b"\t\t\t\n" + good[:-1] + b"\r\n\r\n"
    upload = ME.upload(issue(case, NOW, Mode.WHOLE, seed=4), history=data)
    services.accept(upload, now=NOW, rng=Random(1))
    history = SharedHistory.objects.get()
    assert (history.rows, history.received) == (1, True)


def test_what_is_kept_is_sealed_and_belongs_to_its_row(case: Case) -> None:
    shared(case, Mode.WHOLE, [ME.row(NOW - 60, FRIEND)])
    row = SharedHistory.objects.get()
    sealed = bytes(row.sealed)
    assert FRIEND.hex().upper().encode() not in sealed
    assert ME.id_at(NOW - 60) not in sealed
    assert row.case == case


def test_after_its_time_a_history_is_not_read_any_more(case: Case) -> None:
    shared(case, Mode.WHOLE, [ME.row(NOW - 60, FRIEND)])
    until = SharedHistory.objects.get().expires_at
    assert until == TODAY + 14 * DAY_S
    assert services.shared_histories_of(case, now=until) == []


@given(st.binary(max_size=300))
def test_any_bytes_are_a_history_without_rows_of_this_phone(data: bytes) -> None:
    keys = read_own_keys(ME.infof(), now=NOW)
    assert keys is not None
    window = Window(TODAY - 7 * DAY_S, TODAY)
    assert histories.keep(data, keys, window).rows == ()


@given(st.text(max_size=200) | st.recursive(st.integers(), st.lists, max_leaves=4).map(str))
def test_any_text_is_no_keys(text: str) -> None:
    assert read_own_keys(text, now=NOW) is None
