"""The relay check: verdicts, reasons, how often genuine meetings and relays look like what."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocol.bluezone.two_phones import (
    BACKGROUND_IPHONE,
    DAY_S,
    DOZING,
    REBOOTED,
    USUAL,
    Habits,
    Phone,
    hear_all,
    meet,
)

from bluezone.protocol.bluezone.day_key import BluezoneId, DayKey
from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.history import ContactRow, parse_history
from bluezone.protocol.bluezone.relay_check import RelayReport, Verdict, check_relay
from bluezone.protocol.bluezone.relay_rows import Reason, Side

DAY = 1_597_449_600
"""2020-08-15 00:00 UTC."""
NOON = DAY + 12 * 3600
QUARTER = 900


def two(seed: int = 1, habits_a: Habits = USUAL, habits_b: Habits = USUAL) -> tuple[Phone, Phone]:
    rng = Random(seed)
    return Phone(rng, DAY, habits_a), Phone(rng, DAY, habits_b)


def check(a: Phone, b: Phone) -> RelayReport:
    return check_relay(a.rows, a.keys, b.rows, keys_b=b.keys)


def reasons(report: RelayReport) -> list[tuple[str, str]]:
    return [(one.side, one.reason) for meeting in report.meetings for one in meeting.findings]


def test_a_quarter_of_an_hour_together_is_consistent_and_says_how_far_apart_the_rows_are() -> None:
    a, b = two()
    meet(a, b, NOON, QUARTER, rng=Random(2))

    report = check(a, b)

    assert report.verdict is Verdict.CONSISTENT
    (meeting,) = report.meetings
    assert NOON <= meeting.start_s <= meeting.end_s <= NOON + QUARTER
    assert {one.reason for one in meeting.findings} == {Reason.COUNTERPART}
    assert {one.side for one in meeting.findings} == {Side.A, Side.B}
    assert all(abs(one.apart_s or 0) <= 450 for one in meeting.findings)
    assert report.a.own_id_fits == report.a.rows == len(a.rows)


def test_seconds_and_milliseconds_are_compared() -> None:
    a, b = two()
    a.hear(b.id_at(NOON + 100), NOON + 100)
    b.hear(a.id_at(NOON + 130), NOON + 130, seconds=True)
    assert check(a, b).verdict is Verdict.CONSISTENT


def test_a_row_without_one_on_the_other_side_is_one_sided() -> None:
    a, b = two()
    a.hear(b.id_at(NOON), NOON)
    b.hear(BluezoneId(b"x" * 12), NOON)
    report = check(a, b)
    assert report.verdict is Verdict.ONE_SIDED
    assert reasons(report) == [("a", "no_counterpart")]


@pytest.mark.parametrize(("apart_s", "verdict"), [(450, "consistent"), (451, "one_sided")])
def test_a_counterpart_lies_within_a_scan_period_and_the_slots_tolerance(
    apart_s: int, verdict: str
) -> None:
    a, b = two()
    a.hear(b.id_at(NOON), NOON)
    b.hear(a.id_at(NOON + apart_s), NOON + apart_s)
    assert check(a, b).verdict == verdict


@pytest.mark.parametrize(
    ("late_s", "reason", "apart_s"),
    [
        (-31, "before_its_slot", -1),
        (-30, "no_counterpart", None),
        (900 + 180, "no_counterpart", None),
        (900 + 181, "after_its_slot", 1),
        (4 * 3600, "after_its_slot", 4 * 3600 - 1080),
    ],
)
def test_an_id_is_heard_from_just_before_its_slot_to_150_s_after_it(
    late_s: int, reason: str, apart_s: int | None
) -> None:
    a, b = two()
    a.hear(b.id_at(NOON), NOON + late_s)
    report = check(a, b)
    ((finding,),) = (meeting.findings for meeting in report.meetings)
    assert (finding.reason, finding.apart_s, finding.time_s) == (reason, apart_s, NOON + late_s)
    assert (report.verdict is Verdict.IMPOSSIBLE) is (reason != "no_counterpart")


@pytest.mark.parametrize("days", [-1, 1])
def test_the_same_slot_of_another_day_is_the_published_apps_own_fault(days: int) -> None:
    a, b = two()
    a.hear(b.id_at(NOON + days * DAY_S + 100), NOON + 200)
    report = check(a, b)
    assert reasons(report) == [("a", "other_day")]
    assert report.verdict is Verdict.UNDECIDED


def test_a_phone_that_hears_itself_stands_in_a_relay() -> None:
    a, b = two()
    a.hear(a.id_at(NOON), NOON)
    assert reasons(check(a, b)) == [("a", "heard_itself")]
    assert check(a, b).verdict is Verdict.IMPOSSIBLE


def test_a_row_whose_own_id_is_not_its_owners_is_impossible() -> None:
    a, b = two()
    a.rows.append(ContactRow(BluezoneId(b"f" * 12), b.id_at(NOON), -70, NOON * 1000))
    b.hear(a.id_at(NOON), NOON)
    report = check(a, b)
    assert report.verdict is Verdict.IMPOSSIBLE
    assert ("a", "own_id_foreign") in reasons(report)
    assert (report.a.own_id_fits, report.a.own_id_foreign) == (0, 1)


def test_an_own_id_may_be_a_slot_late_or_early() -> None:
    a, b = two()
    for shift_s in (-900, 900):
        own = a.id_at(NOON + 400 + shift_s)
        a.rows.append(ContactRow(own, b.id_at(NOON + 400), -70, (NOON + 400) * 1000))
    b.hear(a.id_at(NOON + 400), NOON + 400)
    assert check(a, b).verdict is Verdict.CONSISTENT


def test_where_keys_do_not_reach_nothing_is_said() -> None:
    a, b = two()
    a.hear(b.id_at(NOON), NOON)
    later = replace(a.keys, time_start=a.keys.time_start + 2 * DAY_S)
    report = check_relay(a.rows, later, b.rows, keys_b=b.keys)
    assert reasons(report) == [("a", "not_covered")]
    assert report.verdict is Verdict.UNDECIDED


def test_people_who_never_met_leave_nothing_to_judge() -> None:
    a, b = two()
    meet(a, two(9)[0], NOON, QUARTER, rng=Random(3))
    report = check(a, b)
    assert (report.verdict, report.meetings) == (Verdict.UNDECIDED, ())


def test_each_meeting_is_judged_by_itself_and_the_worst_stands_for_all() -> None:
    a, b = two()
    meet(a, b, NOON, QUARTER, rng=Random(2))
    a.hear(b.id_at(NOON + 7200), NOON + 7200)
    report = check(a, b)
    assert [one.verdict for one in report.meetings] == ["consistent", "one_sided"]
    assert report.verdict is Verdict.ONE_SIDED


def test_the_real_history_agrees_with_its_own_keys(shared) -> None:  # type: ignore[no-untyped-def]
    rows = parse_history((shared / "vectors" / "real_contact_history_2020-08-08.csv").read_bytes())
    base = DayKey(bytes.fromhex("4C5224B397F8AB3896781D5AA0F3119F280513F1B592CA280EBDED6357E21084"))
    day = 1_596_844_800
    keys = F0Entry(base, day, 96, day + DAY_S - 1)
    stranger = two()[0]

    report = check_relay(rows, keys, [], keys_b=stranger.keys)
    shifted = check_relay(rows, replace(keys, daily_key=stranger.base), [], keys_b=stranger.keys)

    assert (report.a.rows, report.a.own_id_fits, report.a.own_id_foreign) == (101, 101, 0)
    assert shifted.a.own_id_foreign == 101


# ---- properties

TIMES = st.integers(DAY, DAY + DAY_S - 1)
SCENES = st.lists(st.tuples(st.booleans(), TIMES, st.integers(-DAY_S // 2, DAY_S // 2)), max_size=8)


def staged(scene: list[tuple[bool, int, int]]) -> tuple[Phone, Phone]:
    a, b = two(5)
    for mine, time_s, late_s in scene:
        listener, speaker = (a, b) if mine else (b, a)
        listener.hear(speaker.id_at(time_s), min(max(time_s + late_s, DAY), DAY + DAY_S - 1))
    return a, b


@given(SCENES)
def test_the_result_does_not_depend_on_who_is_named_first(
    scene: list[tuple[bool, int, int]],
) -> None:
    a, b = staged(scene)
    one, other = check(a, b), check(b, a)
    assert one.verdict is other.verdict
    turned = {
        (row.row, row.time_s, row.reason, row.apart_s, row.side is Side.A)
        for m in one.meetings
        for row in m.findings
    }
    assert turned == {
        (row.row, row.time_s, row.reason, row.apart_s, row.side is Side.B)
        for m in other.meetings
        for row in m.findings
    }


@given(SCENES, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_rows_of_third_people_change_nothing(
    scene: list[tuple[bool, int, int]], chance: Random
) -> None:
    a, b = staged(scene)
    before = Counter((m.start_s, m.end_s, m.verdict) for m in check(a, b).meetings)
    for phone in (a, b):
        phone.hear(BluezoneId(chance.randbytes(12)), NOON)
        chance.shuffle(phone.rows)
    assert Counter((m.start_s, m.end_s, m.verdict) for m in check(a, b).meetings) == before


@given(st.integers(0, 2**32), st.integers(120, 3600), st.integers(0, DAY_S - 3600))
def test_rows_of_a_genuine_meeting_are_never_impossible(seed: int, length_s: int, at: int) -> None:
    a, b = two(seed)
    meet(a, b, DAY + at, length_s, rng=Random(seed))
    assert check(a, b).verdict is not Verdict.IMPOSSIBLE


@given(
    st.lists(st.tuples(st.binary(min_size=12, max_size=12), st.integers(0, 10**14 - 1)), max_size=6)
)
def test_any_rows_at_all_are_judged(rows: list[tuple[bytes, int]]) -> None:
    a, b = two()
    a.rows = [ContactRow(BluezoneId(own), None, 0, time) for own, time in rows]
    b.rows = [ContactRow(BluezoneId(own), BluezoneId(own), 0, time) for own, time in rows]
    assert check(a, b).verdict is Verdict.UNDECIDED


# ---- how often (docs/app-gateway-bridge.md shows the table for 2,000 meetings each)


def rates(scene: Callable[[int], tuple[Phone, Phone]], count: int) -> dict[str, float]:
    seen = Counter(check(*scene(seed)).verdict for seed in range(count))
    return {verdict: seen[verdict] / count for verdict in Verdict}


def genuine(
    habits_a: Habits, habits_b: Habits, packet: float
) -> Callable[[int], tuple[Phone, Phone]]:
    def scene(seed: int) -> tuple[Phone, Phone]:
        a, b = two(seed, habits_a, habits_b)
        rng = Random(seed)
        meet(a, b, DAY + rng.uniform(0, DAY_S - 2000), QUARTER, rng=rng, packet=packet)
        return a, b

    return scene


def relayed(delay_s: float, *, both_ways: bool) -> Callable[[int], tuple[Phone, Phone]]:
    def scene(seed: int) -> tuple[Phone, Phone]:
        a, b = two(seed)
        rng = Random(seed)
        start = DAY + rng.uniform(0, DAY_S - 20_000)
        hear_all(a, b, start, QUARTER, rng=rng, delay_s=delay_s)
        if both_ways:
            hear_all(b, a, start, QUARTER, rng=rng, delay_s=delay_s)
        return a, b

    return scene


SCENES_MEASURED = {
    "two Androids, good radio": genuine(USUAL, USUAL, 0.2),
    "two Androids, one packet in 500 is heard": genuine(USUAL, USUAL, 0.002),
    "one in Doze": genuine(USUAL, DOZING, 0.2),
    "one iPhone in the background": genuine(USUAL, BACKGROUND_IPHONE, 0.2),
    "one was restarted and not opened": genuine(USUAL, REBOOTED, 0.2),
    "relay, one way, at once": relayed(1, both_ways=False),
    "replay after 10 minutes": relayed(600, both_ways=False),
    "replay after 1 hour": relayed(3600, both_ways=False),
    "relay, both ways, at once": relayed(1, both_ways=True),
}


@pytest.mark.parametrize(
    ("name", "verdict", "low", "high"),
    [
        ("two Androids, good radio", Verdict.CONSISTENT, 1.0, 1.0),
        ("two Androids, one packet in 500 is heard", Verdict.ONE_SIDED, 0.3, 0.7),
        ("one in Doze", Verdict.ONE_SIDED, 0.0, 0.05),
        ("one iPhone in the background", Verdict.ONE_SIDED, 0.05, 0.4),
        ("one was restarted and not opened", Verdict.ONE_SIDED, 1.0, 1.0),
        ("relay, one way, at once", Verdict.ONE_SIDED, 1.0, 1.0),
        ("replay after 1 hour", Verdict.IMPOSSIBLE, 1.0, 1.0),
        ("relay, both ways, at once", Verdict.CONSISTENT, 1.0, 1.0),
    ],
)
def test_how_often_a_scene_looks_like_what(
    name: str, verdict: Verdict, low: float, high: float
) -> None:
    assert low <= rates(SCENES_MEASURED[name], 40)[verdict] <= high
