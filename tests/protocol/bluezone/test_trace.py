from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bluezone.protocol.bluezone.day_key import DayKey, expand_day_key, walk_day_key
from bluezone.protocol.bluezone.published_f0 import PublishedEntry
from bluezone.protocol.bluezone.trace import (
    Heard,
    Outcome,
    Probe,
    Trace,
    probes,
    trace_android,
)

KEY = DayKey(bytes(range(32)))
KEY_HEX = KEY.hex().upper()
MIDNIGHT = 1_596_844_800

EXPECTED = {True: Outcome.MATCH, False: Outcome.NO_MATCH, "does not terminate": Outcome.HANG}


def entry_of(case: dict) -> PublishedEntry:
    return PublishedEntry(case["daily_key"], case["time_start"], case["max"], case["time_end"])


def heard_of(case: dict) -> list[Heard]:
    return [
        Heard(row["blid_contact"] and bytes.fromhex(row["blid_contact"]), row["timestamp_ms"])
        for row in case["sightings"]
    ]


def as_vector(probe: Probe) -> list:
    return [probe.bluezone_id.hex().upper(), probe.start_ms, probe.end_ms]


def test_every_matching_case_is_decided_as_the_published_phone_did(vectors) -> None:
    assert len(vectors["matching"]) == 40
    for case in vectors["matching"]:
        trace = trace_android(entry_of(case), heard_of(case))
        if "expected_exception" in case:
            assert trace == Trace(Outcome.CRASH), case["id"]
            continue
        assert trace.outcome is EXPECTED[case["expected"]], case["id"]
        count = case["probe_count"]
        assert trace.probe_count == (count if isinstance(count, int) else None), case["id"]
        assert bool(trace.rows) is (case["expected"] is True)
        if "last_probe" in case:
            last = case["last_probe"]
            assert as_vector(trace.last_probe) == [
                last["bluezone_id"],
                last["window_start_ms"],
                last["window_end_ms"],
            ]
            assert trace.outcome is EXPECTED[last["hit"]]


def test_every_probe_is_that_of_the_published_phone(vectors) -> None:
    cases = [case for case in vectors["matching"] if "probes" in case]
    assert len(cases) == 4
    for case in cases:
        made = islice(probes(entry_of(case)), len(case["probes"]))
        assert [as_vector(probe) for probe in made] == [row[:3] for row in case["probes"]]


def loop(entry: PublishedEntry, heard: list[Heard]) -> tuple[int, bool]:
    """Decide as the phone does, probe by probe."""
    count = 0
    for probe in probes(entry):
        count += 1
        if any(
            row.contact_id == probe.bluezone_id
            and probe.start_ms <= row.stored_time <= probe.end_ms
            for row in heard
        ):
            return count, True
    return count, False


@st.composite
def entries_and_rows(draw: st.DrawFn) -> tuple[PublishedEntry, list[Heard]]:
    slots = draw(st.integers(1, 30))
    shift = draw(st.sampled_from([0, 0, 0, 1, 43_200]))
    span = draw(st.integers(-10, 3 * 86_400))
    entry = PublishedEntry(KEY_HEX, MIDNIGHT + shift, slots, MIDNIGHT + shift + span)
    delta_ms = 86_400_000 // slots
    rows = []
    for _ in range(draw(st.integers(0, 3))):
        day, slot = draw(st.integers(0, 3)), draw(st.integers(0, slots - 1))
        near = entry.time_start * 1000 + (day * slots + slot) * delta_ms
        offset = draw(st.sampled_from([-1, 0, 1, delta_ms // 2, delta_ms, delta_ms + 1]))
        rows.append(Heard(expand_day_key(walk_day_key(KEY, day), slots)[slot], near + offset))
    return entry, rows


@given(entries_and_rows())
def test_the_short_way_decides_as_the_loop_over_all_probes(case: tuple) -> None:
    entry, heard = case
    trace = trace_android(entry, heard)
    assert (trace.probe_count, trace.outcome is Outcome.MATCH) == loop(entry, heard)


def test_all_rows_that_match_are_listed_in_order() -> None:
    ids = expand_day_key(KEY)
    entry = PublishedEntry(KEY_HEX, MIDNIGHT, 96, MIDNIGHT + 86_399)
    heard = [
        Heard(ids[50], (MIDNIGHT + 50 * 900) * 1000),
        Heard(None, (MIDNIGHT + 50 * 900) * 1000),
        Heard(ids[49], (MIDNIGHT + 50 * 900) * 1000),
        Heard(ids[49], (MIDNIGHT + 50 * 900) * 1000 + 1),
    ]
    trace = trace_android(entry, heard)
    assert (trace.rows, trace.probe_count) == ((0, 2), 50)


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"daily_key": KEY_HEX[:-1]}, Outcome.CRASH),
        ({"daily_key": "1"}, Outcome.CRASH),
        ({"daily_key": ""}, Outcome.NO_MATCH),
        ({"daily_key": KEY_HEX[:-2]}, Outcome.NO_MATCH),
        ({"daily_key": "zz" * 32}, Outcome.NO_MATCH),
        ({"daily_key": "zz" * 31, "max": 0}, Outcome.NO_MATCH),
        ({"max": 0}, Outcome.CRASH),
        ({"max": -1}, Outcome.HANG),
        ({"max": -1, "time_end": MIDNIGHT - 1}, Outcome.NO_MATCH),
        ({"max": 86_400_001}, Outcome.HANG),
        ({"time_end": 2**62 // 1000}, Outcome.NO_MATCH),
        ({"time_end": (2**63 - 1) // 1000}, Outcome.HANG),
        ({"time_end": 2**63 // 1000 + 1}, Outcome.NO_MATCH),
    ],
    ids=str,
)
def test_what_would_crash_or_hang_a_phone_is_only_said(changed: dict, outcome: Outcome) -> None:
    good = {"daily_key": KEY_HEX, "time_start": MIDNIGHT, "max": 96, "time_end": MIDNIGHT}
    assert trace_android(PublishedEntry(**(good | changed)), []).outcome is outcome


def test_a_time_end_in_the_far_future_is_decided_at_once() -> None:
    heard = [Heard(expand_day_key(KEY)[1], (MIDNIGHT + 900) * 1000)]
    trace = trace_android(PublishedEntry(KEY_HEX, MIDNIGHT, 96, 10**14), heard)
    assert (trace.outcome, trace.probe_count) == (Outcome.MATCH, 2)
    nothing = trace_android(PublishedEntry(KEY_HEX, MIDNIGHT, 96, 10**14), [])
    assert nothing.outcome is Outcome.NO_MATCH
    assert nothing.probe_count == (10**14 - MIDNIGHT) // 900 + 1


def test_an_entry_that_asks_for_endless_hashing_counts_as_a_hang() -> None:
    ages_ago = PublishedEntry(KEY_HEX, -(10**12), 96, MIDNIGHT)
    assert trace_android(ages_ago, [Heard(bytes(12), MIDNIGHT * 1000)]).outcome is Outcome.HANG


TEXT_KEYS = st.sampled_from([KEY_HEX, "", "f", "é" * 64, "\U0001f600" * 32]) | st.text()
LONGS = st.integers(-(2**63), 2**63 - 1)


@example(KEY_HEX, -(2**63), 1, 2**63 - 1, 0)
@example(KEY_HEX, 0, 86_400_000, 2**53, 86_399_999)
@given(TEXT_KEYS, LONGS, st.integers(-(2**31), 2**31 - 1), LONGS, LONGS)
def test_any_entry_has_an_outcome(key: str, start: int, slots: int, end: int, time: int) -> None:
    trace = trace_android(PublishedEntry(key, start, slots, end), [Heard(bytes(12), time)])
    assert trace.outcome in Outcome
    assert trace.outcome is not Outcome.MATCH
