from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.keyserver.errors import BadRequestError
from bluezone.keyserver.publish.accepted import unpack_day_key, unpack_tek
from bluezone.keyserver.publish.onset import days_since_onset, onset_interval
from bluezone.keyserver.publish.rules import Diagnosis, check_day_keys, check_teks
from bluezone.keyserver.settings import PublishLimits
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey, ReportType

NOW = 1_597_932_345
TODAY = NOW - NOW % 86400
INTERVAL = NOW // 600
MIDNIGHT = TODAY // 600
LIMITS = PublishLimits()
ONSET = Diagnosis(ReportType.CONFIRMED_TEST, MIDNIGHT - 3 * 144)
GOOD = DiagnosisKey(b"g" * 16, MIDNIGHT - 144)
OLDEST_END = (NOW - 360 * 3600) // 600


def check(*keys: DiagnosisKey, diagnosis: Diagnosis = ONSET, limits: PublishLimits = LIMITS):
    return check_teks(keys, diagnosis, limits=limits, now=NOW)


def key(start: int, period: int = 144, *, risk: int = 0, length: int = 16) -> DiagnosisKey:
    seed = Random(f"{start} {period} {risk}").randbytes(length)
    return DiagnosisKey(seed, start, period, transmission_risk=risk)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(key(MIDNIGHT, length=15), "15 bytes", id="a key of 15 bytes"),
        pytest.param(key(MIDNIGHT, length=17), "17 bytes", id="a key of 17 bytes"),
        pytest.param(key(MIDNIGHT, length=0), "0 bytes", id="an empty key"),
        pytest.param(key(MIDNIGHT, 0), "rolling period 0", id="period 0"),
        pytest.param(key(MIDNIGHT, 145), "rolling period 145", id="period 145"),
        pytest.param(key(MIDNIGHT, -1), "rolling period -1", id="negative period"),
        pytest.param(key(MIDNIGHT, risk=9), "risk 9", id="risk 9"),
        pytest.param(key(MIDNIGHT, risk=-1), "risk -1", id="negative risk"),
        pytest.param(key(INTERVAL + 1), "future", id="starts in the next interval"),
        pytest.param(key(MIDNIGHT + 144), "future", id="starts tomorrow"),
        pytest.param(key(2**31 - 1), "future", id="starts in 2818"),
        pytest.param(key(0), "ended", id="from 1970"),
        pytest.param(key(-144), "ended", id="before 1970"),
        pytest.param(key(OLDEST_END - 145), "ended", id="ended an interval too early"),
    ],
)
def test_drops_one_key_and_keeps_the_good_one(bad: DiagnosisKey, reason: str) -> None:
    checked = check(bad, GOOD)

    assert [unpack_tek(one.record).key for one in checked.kept] == [GOOD.key]
    assert len(checked.warnings) == 1
    assert checked.warnings[0].startswith("key 0 was not saved")
    assert reason in checked.warnings[0]


@pytest.mark.parametrize(
    "good",
    [
        pytest.param(key(INTERVAL), id="starts in this very interval"),
        pytest.param(key(INTERVAL, 1), id="lives one interval"),
        pytest.param(key(MIDNIGHT - 7, 77), id="is not aligned to midnight"),
        pytest.param(key(MIDNIGHT, risk=8), id="has risk 8"),
        pytest.param(key(OLDEST_END - 144), id="ended exactly 360 hours ago, in whole intervals"),
    ],
)
def test_keeps_a_key_at_the_limit(good: DiagnosisKey) -> None:
    checked = check(good, diagnosis=replace(ONSET, onset=MIDNIGHT - 7 * 144))

    assert [unpack_tek(one.record).key for one in checked.kept] == [good.key]
    assert checked.warnings == ()


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        pytest.param([], "0 keys", id="no key"),
        pytest.param([key(MIDNIGHT - 40 * n, 40) for n in range(31)], "31 keys", id="31 keys"),
        pytest.param([GOOD, GOOD], "twice", id="the same key twice"),
        pytest.param(
            [GOOD, replace(GOOD, start=GOOD.start - 144)], "twice", id="one key for two days"
        ),
        pytest.param(
            [key(MIDNIGHT, p) for p in (1, 2, 3, 4)], "start together", id="4 with one start"
        ),
        pytest.param(
            [key(MIDNIGHT - 144), key(MIDNIGHT - 1)], "overlap", id="overlap by an interval"
        ),
        pytest.param(
            [key(MIDNIGHT - 144, 1), key(MIDNIGHT - 144, 100), key(MIDNIGHT - 45, 45)],
            "overlap",
            id="overlap with the longer of two that start together",
        ),
        pytest.param([key(INTERVAL + 9), key(0)], "no key", id="all keys bad"),
    ],
)
def test_refuses_the_whole_request(keys: list[DiagnosisKey], reason: str) -> None:
    with pytest.raises(BadRequestError, match=reason):
        check(*keys)


def test_three_keys_may_start_together_and_the_next_may_touch_the_longest() -> None:
    keys = [key(MIDNIGHT - 144, period) for period in (10, 20, 144)]
    checked = check(*keys, key(MIDNIGHT, 10))
    assert len(checked.kept) == 4


def test_thirty_keys_are_allowed() -> None:
    assert len(check(*[key(MIDNIGHT - 40 * n, 40) for n in range(30)]).kept) == 30


def test_a_dropped_key_does_not_count_for_overlap() -> None:
    too_new = key(INTERVAL + 1)
    checked = check(key(INTERVAL - 143), too_new)
    assert len(checked.kept) == 1


def test_the_warnings_of_a_request_without_a_good_key_are_kept() -> None:
    with pytest.raises(BadRequestError) as refused:
        check(key(INTERVAL + 9), key(0))
    assert len(refused.value.warnings) == 2


@pytest.mark.parametrize(
    ("start", "period", "release"),
    [
        pytest.param(MIDNIGHT - 144, 144, NOW - NOW % 3600, id="dead: now, truncated to the hour"),
        pytest.param(MIDNIGHT, 144, TODAY + 86400 + 3600, id="lives till midnight: an hour later"),
        pytest.param(INTERVAL, 1, NOW - NOW % 3600 + 3600, id="dies in ten minutes: next hour"),
        pytest.param(INTERVAL - 10, 10, NOW - NOW % 3600, id="died just now: this hour"),
    ],
)
def test_a_key_that_lives_is_released_only_when_it_is_dead(
    start: int, period: int, release: int
) -> None:
    assert check(key(start, period)).kept[0].created_at == release


@given(start=st.integers(INTERVAL - 1900, INTERVAL), period=st.integers(1, 144))
@settings(max_examples=100)
def test_no_key_is_ever_released_while_it_lives(start: int, period: int) -> None:
    limits = replace(LIMITS, onset_span_days=100)
    created_at = check(key(start, period), limits=limits).kept[0].created_at
    assert created_at % 3600 == 0
    assert created_at <= NOW or created_at > (start + period) * 600


@pytest.mark.parametrize(
    ("report_type", "given", "stored"),
    [
        (ReportType.CONFIRMED_TEST, 0, 2),
        (ReportType.CONFIRMED_CLINICAL_DIAGNOSIS, 0, 4),
        (ReportType.REVOKED, 0, 6),
        (ReportType.SELF_REPORT, 0, 0),
        (ReportType.CONFIRMED_TEST, 7, 7),
        (ReportType.SELF_REPORT, 1, 1),
    ],
)
def test_fills_in_the_risk_only_where_it_is_zero(
    report_type: ReportType, given: int, stored: int
) -> None:
    checked = check(key(MIDNIGHT, risk=given), diagnosis=replace(ONSET, report_type=report_type))
    kept = unpack_tek(checked.kept[0].record)
    assert (kept.transmission_risk, kept.report_type) == (stored, report_type)


@pytest.mark.parametrize(
    ("days", "kept"), [(-15, False), (-14, True), (0, True), (14, True), (15, False)]
)
def test_drops_keys_more_than_fourteen_days_from_the_onset(days: int, kept: bool) -> None:
    diagnosis = replace(ONSET, onset=MIDNIGHT - days * 144)
    if kept:
        stored = unpack_tek(check(key(MIDNIGHT), diagnosis=diagnosis).kept[0].record)
        assert stored.days_since_onset == days
        return
    with pytest.raises(BadRequestError) as refused:
        check(key(MIDNIGHT), diagnosis=diagnosis)
    assert "from the onset" in refused.value.warnings[0]


@pytest.mark.parametrize(
    ("asked", "certified", "expected"),
    [
        pytest.param(MIDNIGHT - 144, MIDNIGHT - 288, MIDNIGHT - 144, id="the phone wins"),
        pytest.param(None, MIDNIGHT - 288, MIDNIGHT - 288, id="else the certificate"),
        pytest.param(INTERVAL, MIDNIGHT - 288, MIDNIGHT - 288, id="this interval is too late"),
        pytest.param(INTERVAL - 1, None, INTERVAL - 1, id="the interval before is not"),
        pytest.param(MIDNIGHT - 28 * 144, None, MIDNIGHT - 28 * 144, id="28 days ago"),
        pytest.param(MIDNIGHT - 28 * 144 - 1, None, INTERVAL - 4 * 144, id="before that midnight"),
        pytest.param(None, None, INTERVAL - 4 * 144, id="neither: four days ago"),
        pytest.param(0, 0, INTERVAL - 4 * 144, id="zeros mean nothing"),
        pytest.param(-5, 2**32 - 1, INTERVAL - 4 * 144, id="nonsense means nothing"),
    ],
)
def test_the_onset_is_the_first_usable_value(
    asked: int | None, certified: int | None, expected: int
) -> None:
    assert onset_interval(asked, certified, limits=LIMITS, now=NOW) == expected


@given(start=st.integers(0, 2**31), onset=st.integers(0, 2**31))
def test_days_since_onset_count_midnights(start: int, onset: int) -> None:
    days = days_since_onset(start, onset)
    assert days == (start * 600) // 86400 - (onset * 600) // 86400


# Day keys


def day(ago: int, *, slots: int = 96, length: int = 32) -> DayKeyEntry:
    return DayKeyEntry(Random(f"{ago} {slots}").randbytes(length), TODAY - ago * 86400, slots)


def check_days(*keys: DayKeyEntry):
    return check_day_keys(keys, ONSET, limits=LIMITS, now=NOW)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(day(1, length=31), "31 bytes", id="31 bytes"),
        pytest.param(day(1, length=16), "16 bytes", id="a key of the other scheme"),
        pytest.param(
            replace(day(1), time_start=TODAY - 1), "UTC midnight", id="a second before midnight"
        ),
        pytest.param(day(1, slots=0), "slots", id="no slots"),
        pytest.param(day(1, slots=1441), "slots", id="1,441 slots"),
        pytest.param(day(-1), "future", id="tomorrow"),
        pytest.param(day(17), "ended", id="17 days ago"),
        pytest.param(replace(day(1), time_start=-86400), "ended", id="before 1970"),
        pytest.param(replace(day(1), time_start=2**62), "UTC midnight", id="after the sun's end"),
    ],
)
def test_drops_one_day_key_and_keeps_the_good_one(bad: DayKeyEntry, reason: str) -> None:
    checked = check_days(bad, day(2))
    assert [unpack_day_key(one.record).key for one in checked.kept] == [day(2).key]
    assert reason in checked.warnings[0]


def test_a_day_key_of_today_waits_until_the_day_is_over() -> None:
    released = [one.created_at for one in check_days(day(0), day(1)).kept]
    assert released == [TODAY + 86400 + 3600, NOW - NOW % 3600]


def test_refuses_four_day_keys_for_one_day() -> None:
    with pytest.raises(BadRequestError, match="start together"):
        check_days(*[day(1, slots=slots) for slots in (1, 2, 3, 4)])
