"""The contact log on real files."""

import sqlite3
import stat
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.phone.contact_log import ContactLog, LogLimits
from bluezone.phone.errors import InvalidSightingError, StoreError
from bluezone.phone.sighting import Scheme, Sighting

NOON = 1_596_888_000  # 2020-08-08 12:00:00 UTC
DAY_S = 86_400


def sighting(number: int, time_s: int = NOON, scheme: Scheme = Scheme.EN) -> Sighting:
    width = 16 if scheme is Scheme.EN else 12
    aem = b"\x01\x02\x03\x04" if scheme is Scheme.EN else b""
    return Sighting(scheme, number.to_bytes(width, "big"), time_s, -60, aem, time_s - 260)


def times(log: ContactLog, scheme: Scheme = Scheme.EN) -> list[int]:
    return log.sightings(scheme).time_s.tolist()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "phone" / "contacts.sqlite3"


def all_bytes(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


@pytest.mark.parametrize("scheme", list(Scheme))
def test_a_sighting_comes_back_as_it_went_in(path, scheme):
    heard = sighting(7, scheme=scheme)
    with ContactLog.open(path) as log:
        assert log.record(heard)
    with ContactLog.open(path) as log:
        assert log.sightings(scheme).sighting(0) == heard
        assert len(log) == 1


@pytest.mark.parametrize(("gap_s", "stored"), [(0, 1), (4, 1), (5, 2), (6, 2)])
def test_a_repeat_is_stored_again_after_five_seconds(path, gap_s, stored):
    with ContactLog.open(path) as log:
        assert log.record(sighting(1))
        assert log.record(sighting(1, NOON + gap_s)) is (stored == 2)
        assert len(log) == stored


def test_the_gap_counts_from_the_last_stored_row_not_from_the_last_heard(path):
    with ContactLog.open(path) as log:
        kept = [gap for gap in range(12) if log.record(sighting(1, NOON + gap))]
    assert kept == [0, 5, 10]


def test_deduplication_goes_by_identifier(path):
    with ContactLog.open(path) as log:
        assert log.record(sighting(1))
        assert log.record(sighting(2, NOON + 1))


def test_deduplication_survives_a_restart(path):
    with ContactLog.open(path) as log:
        log.record(sighting(1))
    with ContactLog.open(path) as log:
        assert not log.record(sighting(1, NOON + 3))
        assert log.record(sighting(1, NOON + 5))


def test_a_clock_set_back_does_not_silence_an_identifier(path):
    with ContactLog.open(path) as log:
        log.record(sighting(1))
        assert log.record(sighting(1, NOON - 3600))


heard_times = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(heard_times)
def test_no_two_stored_rows_of_an_identifier_are_closer_than_five_seconds(steps):
    now = NOON
    with ContactLog.open(":memory:") as log:
        for number, step in steps:
            now += step
            log.record(sighting(number, now))
        kept = log.sightings(Scheme.EN)
        by_id: dict[bytes, list[int]] = {}
        for row in range(len(kept)):
            by_id.setdefault(kept.ids[row].tobytes(), []).append(int(kept.time_s[row]))
    gaps = [b - a for stored in by_id.values() for a, b in pairwise(stored)]
    assert all(gap >= 5 for gap in gaps)
    assert len(by_id) == len({number for number, _ in steps})


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 20 * DAY_S), min_size=1, max_size=30), st.integers(0, DAY_S - 1))
def test_exactly_the_last_fourteen_full_days_and_today_are_kept(ages, time_of_day_s):
    now = NOON // DAY_S * DAY_S + time_of_day_s
    with ContactLog.open(":memory:") as log:
        heard = sorted(now - age for age in ages)
        for number, time_s in enumerate(heard):
            log.record(sighting(number, time_s))
        log.forget_before(now, clock_is_right=True)
        assert times(log) == [t for t in heard if t // DAY_S >= now // DAY_S - 14]


def test_expired_rows_leave_no_byte_in_the_file_or_its_log(path):
    midnight = NOON + DAY_S // 2
    old = [sighting(0xA11CE000_00000000 + n, midnight - 1500 + n // 2) for n in range(3000)]
    new = [sighting(0xB0B00000_00000000 + n, midnight + n // 2) for n in range(3000)]
    with ContactLog.open(path) as log:
        for pair in zip(old, new, strict=True):  # interleaved, so that pages hold both
            for row in pair:
                log.record(row)
        assert all(row.id in all_bytes(path) for row in (old[5], old[2999], new[5]))
        result = log.forget_before(NOON + 15 * DAY_S, clock_is_right=True)
        left = all_bytes(path)
        assert (result.rows, result.scrubbed) == (3000, True)
        assert not [row for row in old if row.id in left]
        assert [row for row in new if row.id in left] == new


def test_the_file_shrinks_when_everything_in_it_expires(path):
    with ContactLog.open(path) as log:
        for number in range(3000):
            log.record(sighting(number, NOON + number))
        log.forget_before(NOON + 3000)
        full = path.stat().st_size
        log.forget_before(NOON + 20 * DAY_S, clock_is_right=True)
        assert path.stat().st_size < full // 4


def test_rows_pushed_out_by_the_cap_leave_no_byte_after_the_next_tidying(path):
    with ContactLog.open(path, limits=LogLimits(max_rows=100, batch_rows=10)) as log:
        for number in range(300):
            log.record(sighting(0xCAFE0000_00000000 + number, NOON + number))
        log.forget_before(NOON + 300)
        left = all_bytes(path)
    assert sighting(0xCAFE0000_00000000 + 10).id not in left
    assert sighting(0xCAFE0000_00000000 + 299).id in left


def test_a_reader_in_the_way_delays_the_scrubbing_and_is_reported(path):
    with ContactLog.open(path) as log:
        log.record(sighting(0xDEAD_0000_BEEF))
        log.flush()
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sighting").fetchone()
        log._connection.execute("PRAGMA busy_timeout = 0")
        assert not log.forget_before(NOON + 15 * DAY_S, clock_is_right=True).scrubbed
        reader.close()
        assert log.forget_before(NOON + 15 * DAY_S).scrubbed
    assert sighting(0xDEAD_0000_BEEF).id not in all_bytes(path)


def test_the_oldest_rows_go_first_when_the_log_is_full(path):
    with ContactLog.open(path, limits=LogLimits(max_rows=50, batch_rows=8)) as log:
        for number in range(128):
            log.record(sighting(number, NOON + number))
        assert times(log) == list(range(NOON + 78, NOON + 128))


def test_the_file_stays_under_its_cap_of_bytes(path):
    limits = LogLimits(max_bytes=64 * 1024, batch_rows=100)
    with ContactLog.open(path, limits=limits) as log:
        for number in range(4000):
            log.record(sighting(number, NOON + number))
        kept = times(log)
        assert path.stat().st_size <= 64 * 1024
        assert kept[-1] == NOON + 3999
        assert len(kept) > 500
        assert kept == list(range(kept[0], NOON + 4000))


def test_a_clock_far_in_the_future_deletes_nothing_and_says_so(path):
    with ContactLog.open(path) as log:
        log.record(sighting(1))
        result = log.forget_before(NOON + 400 * DAY_S)
        assert (result.rows, result.held_back) == (0, True)
        assert len(log) == 1


def test_a_clock_that_jumped_is_not_believed_through_a_sighting_either(path):
    with ContactLog.open(path) as log:
        log.record(sighting(1))
        log.record(sighting(2, NOON + 400 * DAY_S))
        assert log.forget_before(NOON + 400 * DAY_S + 60).held_back
        assert len(log) == 2


def test_a_clock_that_jumped_is_believed_after_a_day_even_over_a_restart(path):
    with ContactLog.open(path) as log:
        log.record(sighting(1))
        assert log.forget_before(NOON + 30 * DAY_S).held_back
    with ContactLog.open(path) as log:
        assert log.forget_before(NOON + 30 * DAY_S + DAY_S - 1).held_back
        result = log.forget_before(NOON + 31 * DAY_S)
        assert (result.rows, result.held_back) == (1, False)


def test_a_clock_that_goes_back_to_where_it_was_ends_the_doubt(path):
    with ContactLog.open(path) as log:
        log.record(sighting(1))
        log.forget_before(NOON + 30 * DAY_S)
        assert not log.forget_before(NOON + 600).held_back
        assert len(log) == 1


def test_rows_of_a_wrong_future_clock_go_after_the_time_the_device_lived(path):
    with ContactLog.open(path) as log:
        log.record(sighting(1, NOON + 1000 * DAY_S))
        for hour in range(17 * 24):
            log.forget_before(NOON + hour * 3600)
        assert len(log) == 0


def test_a_clock_set_back_deletes_nothing(path):
    with ContactLog.open(path) as log:
        log.record(sighting(1))
        assert log.forget_before(0).rows == 0
        assert len(log) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        Sighting(Scheme.EN, bytes(12), NOON, -60),
        Sighting(Scheme.BLUEZONE, bytes(16), NOON, -60),
        Sighting(Scheme.EN, bytes(16), NOON, -200),
        Sighting(Scheme.EN, bytes(16), -1, -60),
        Sighting(Scheme.EN, bytes(16), 2**63, -60),
        Sighting(Scheme.EN, bytes(16), NOON, -60, bytes(65)),
    ],
    ids=["short id", "long id", "strength", "negative time", "huge time", "metadata"],
)
def test_a_malformed_sighting_is_refused_and_nothing_is_stored(path, wrong):
    with ContactLog.open(path) as log:
        with pytest.raises(InvalidSightingError):
            log.record(wrong)
        assert len(log) == 0


def test_only_the_owner_can_read_the_files(path):
    with ContactLog.open(path) as log:
        log.record(sighting(1))
        log.flush()
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_damaged_file_is_reported_and_left_alone(path):
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 500)
    with pytest.raises(StoreError, match="contacts"):
        ContactLog.open(path)
    assert path.read_bytes().startswith(b"this is no database")


def test_rows_wait_in_memory_while_the_file_is_locked_and_none_is_lost(path):
    with ContactLog.open(path, limits=LogLimits(batch_rows=2)) as log:
        log._connection.execute("PRAGMA busy_timeout = 0")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        log.record(sighting(1))
        with pytest.raises(StoreError):
            log.record(sighting(2, NOON + 1))
        other.close()
        assert log.flush() == 2


def test_threads_may_record_at_once(path):
    with ContactLog.open(path, limits=LogLimits(batch_rows=7)) as log:

        def hear(first: int) -> None:
            for number in range(first, first + 200):
                log.record(sighting(number))

        threads = [threading.Thread(target=hear, args=(n * 200,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(log) == 800


def test_days_are_counted_without_reading_identifiers(path):
    with ContactLog.open(path) as log:
        log.record(sighting(1))
        log.record(sighting(2, NOON + DAY_S))
        log.record(sighting(3, NOON + DAY_S))
        day = NOON // DAY_S
        assert log.counts_by_day(Scheme.EN) == {day: 1, day + 1: 2}
        assert log.counts_by_day(Scheme.BLUEZONE) == {}


def test_a_range_of_time_is_half_open(path):
    with ContactLog.open(path) as log:
        for number in range(5):
            log.record(sighting(number, NOON + number))
        found = log.sightings(Scheme.EN, since_s=NOON + 1, until_s=NOON + 4)
        assert found.time_s.tolist() == [NOON + 1, NOON + 2, NOON + 3]
