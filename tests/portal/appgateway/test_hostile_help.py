"""Whoever guesses codes, steals them or writes times in the wrong unit gets nothing kept."""

import json
from random import Random
from typing import Any

import pytest
from tests.portal.appgateway.simulator.bodies import blob_upload, form_upload, native_upload
from tests.portal.appgateway.simulator.tables import grown, row_counts
from tests.portal.appgateway.test_hostile import HISTORY, OTHER, SQL, TOKEN, post, register
from tests.portal.conftest import NOW, Hands

from bluezone.portal import clock
from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway import limits
from bluezone.portal.appgateway.consent.issuing import issue_help_code
from bluezone.portal.appgateway.consent.models import Mode, SharedHistory, Upload
from bluezone.portal.appgateway.consent.services import shared_histories_of
from bluezone.portal.cases.models import Case
from bluezone.protocol.bluezone.day_key import BluezoneId, DayKey, own_id_at, walk_day_key
from bluezone.protocol.bluezone.history import ContactRow, write_history
from bluezone.protocol.bluezone.infof import encode_infof, infof_at

pytestmark = pytest.mark.django_db

DECLARE = HISTORY + "ReportHistory_ConfirmDeclare"
BASE = DayKey(bytes(range(100, 132)))
DAY_S = 86_400
TODAY = NOW - NOW % DAY_S
INSTALLED = TODAY - 20 * DAY_S
INFOF = encode_infof(infof_at(BASE, 1000 * INSTALLED, now_ms=1000 * NOW, days=14))
WRONG = "000000"


@pytest.fixture(autouse=True)
def _registered(db: None) -> None:
    limits.forget()
    register(TOKEN)


def issue(case: Case, lan: User, mode: Mode = Mode.KEYS) -> str:
    for seed in range(9):
        digits = issue_help_code(case, lan, mode, now=clock.now(), rng=Random(seed)).digits
        if digits != WRONG:
            return digits
    raise AssertionError


def send(code: str, *, token: str = TOKEN, infof: str = INFOF, history: bytes | None = None) -> int:
    fields = (("TokenFirebase", token), ("InfoF", infof), ("PhoneNumber", ""), ("OTP", code))
    if history is None:
        made, path = form_upload("ios", fields, Random(1)), DECLARE + "_NoFile"
    else:
        made = blob_upload("ios", "data_trace.txt", history, fields, Random(1))
        path = DECLARE
    return int(post(path, made.body, headers=made.headers)["Status"])


def test_guessed_codes_end_in_waiting_and_store_no_upload() -> None:
    before = row_counts()
    for number in range(12):
        for history in (None, b""):
            assert send(f"{number:06d}", history=history) == 51
    left = {name for name, more in grown(before).items() if more > 0}
    assert left <= {"gateway_consent_tries"}


def test_after_five_wrong_codes_the_right_one_waits(case: Case, lan: User, hands: Hands) -> None:
    right = issue(case, lan)
    for number in range(5):
        assert send(f"{number:06d}") == 51
    assert send(right) == 51
    assert not Upload.objects.exists()
    hands.advance(901)
    assert send(issue(case, lan)) == 0


def test_a_code_that_somebody_used_is_no_code_for_anybody_else(case: Case, lan: User) -> None:
    register(OTHER)
    right = issue(case, lan)
    assert send(right) == 0
    before = row_counts()
    assert send(right, token=OTHER) == 51
    theirs = encode_infof(infof_at(DayKey(bytes(32)), 1000 * INSTALLED, now_ms=1000 * NOW, days=14))
    assert send(right, infof=theirs) == 0  # the phone's own repeat, for all that it says
    assert Upload.objects.count() == 1
    assert set(grown(before)) <= {"gateway_consent_tries"}


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "00 00", SQL, "\u0661\u0662\u0663\u0664\u0665\u0666"]
)
def test_what_is_no_code_is_wrong_and_costs_nothing(code: str) -> None:
    before = row_counts()
    assert send(code) == 51
    assert grown(before) == {}


def changed(**members: object) -> str:
    return json.dumps({**json.loads(INFOF), **members})


KEYS = json.loads(INFOF)


@pytest.mark.parametrize(
    "infof",
    [
        "", "{", "[]", "null", SQL, "x" * 4000, "[" * 2000, "{}",
        changed(daily_key="00" * 32), changed(daily_key="0"), changed(base_id=7),
        changed(time_start=TODAY + DAY_S), changed(time_start=KEYS["time_start"] + 1),
        changed(time_start=KEYS["time_start"] - 30 * DAY_S), changed(time=-1),
        changed(time_start=1e300), changed(time=None), changed(time="x"), changed(time=True),
    ],
    ids=range(19),
)  # fmt: skip
def test_keys_that_cannot_be_believed_are_refused_and_leave_the_code_as_it_is(
    infof: str, case: Case, lan: User
) -> None:
    right = issue(case, lan)
    before = row_counts()
    assert send(right, infof=infof) == 2
    assert grown(before) == {}
    assert send(right) == 0


@pytest.mark.parametrize("unit", [1, 1000])
@pytest.mark.parametrize("kind", [int, float])
def test_times_of_keys_are_understood_in_seconds_and_milliseconds(
    unit: int, kind: type, case: Case, lan: User
) -> None:
    times = {name: kind(KEYS[name] * unit) for name in ("time", "time_start")}
    assert send(issue(case, lan), infof=changed(**times)) == 0
    upload = Upload.objects.get()
    assert upload.first_midnight % DAY_S == 0
    assert TODAY - 14 * DAY_S <= upload.first_midnight <= TODAY


@pytest.mark.parametrize("unit", [1, 1000])
def test_times_of_contacts_are_understood_in_seconds_and_milliseconds(
    unit: int, case: Case, lan: User
) -> None:
    heard = BluezoneId(bytes(range(12)))
    key = walk_day_key(BASE, 19)  # of yesterday
    times = [TODAY - DAY_S + 40_000, TODAY - DAY_S + 43_000]
    rows = [ContactRow(own_id_at(key, at), heard, -60, at * unit) for at in times]
    history = write_history(rows).encode() + b"broken\tline\nAA\tBB\t1\t2\n" + b"\xff\x00\n"
    assert send(issue(case, lan, Mode.WHOLE), history=history) == 0
    (shared,) = shared_histories_of(case, now=NOW)
    assert [row.stored_time for row in shared.rows] == [1000 * at for at in times]
    assert SharedHistory.objects.get().dropped == 3


def test_a_history_is_not_kept_where_only_keys_were_agreed_to(case: Case, lan: User) -> None:
    row = ContactRow(own_id_at(BASE, NOW), BluezoneId(bytes(12)), -60, NOW)
    assert send(issue(case, lan), history=write_history([row]).encode()) == 0
    assert not SharedHistory.objects.exists()


def test_the_upload_of_the_earlier_version_helps_too(case: Case, lan: User) -> None:
    fields = (("InfoF", INFOF), ("OTP", issue(case, lan)), ("TokenFirebase", TOKEN))
    made = native_upload(fields, b"")
    answer: dict[str, Any] = post(DECLARE, made.body, headers=made.headers)
    assert answer["isOk"]
    assert Upload.objects.count() == 1
