import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.protocol.bluezone.day_key import DayKey, expand_day_key
from bluezone.protocol.bluezone.trace import Heard, Outcome
from bluezone.protocol.bluezone.trace_ios import published_contact_ios, trace_ios

KEY = DayKey(bytes(range(32)))
MIDNIGHT = 1_596_844_800
GOOD = {"daily_key": KEY.hex(), "time_start": MIDNIGHT, "max": 96, "time_end": MIDNIGHT + 86_399}

EXPECTED = {
    True: Outcome.MATCH,
    False: Outcome.NO_MATCH,
    "crash (Int64(inf) trap)": Outcome.CRASH,
    "endless loop": Outcome.HANG,
}


def heard_of(sightings: list) -> list[Heard]:
    """Return the rows as an iPhone stores them: whole seconds."""
    return [
        Heard(
            row["blid_contact"] and bytes.fromhex(row["blid_contact"]),
            row["timestamp_ms"] // (1000 if row["timestamp_ms"] >= 10**11 else 1),
        )
        for row in sightings
    ]


def test_every_matching_case_is_decided_as_derived_for_iphones(vectors) -> None:
    for case in vectors["matching"]:
        outcome = trace_ios(
            case["daily_key"],
            case["time_start"],
            case["max"],
            time_end=case["time_end"],
            heard=heard_of(case["sightings"]),
        )
        assert outcome is EXPECTED[case["ios_expected_derived"]], case["id"]


def test_every_pushed_list_is_decided_as_derived_for_iphones(vectors) -> None:
    for case in vectors["f0_json"]:
        contact = published_contact_ios(case["InfoF"], heard_of([case["sighting"]]))
        assert contact is case["ios_expected_derived"], case["id"]


@pytest.mark.parametrize(("late_s", "match"), [(-1, False), (0, True), (900, True), (901, False)])
def test_windows_are_whole_seconds_and_inclusive(late_s: int, match: bool) -> None:
    heard = [Heard(expand_day_key(KEY)[5], MIDNIGHT + 5 * 900 + late_s)]
    assert published_contact_ios(json.dumps({"data": [GOOD]}), heard) is match


@pytest.mark.parametrize(
    "changed",
    [
        {"max": "96"},
        {"max": 96.5},
        {"max": True},
        {"time_end": None},
        {"time_start": 1e300},
        {"daily_key": 5},
    ],
    ids=str,
)
def test_one_bad_entry_makes_the_whole_list_no_match(changed: dict) -> None:
    heard = [Heard(expand_day_key(KEY)[5], MIDNIGHT + 5 * 900)]
    assert published_contact_ios(json.dumps({"data": [GOOD]}), heard)
    assert not published_contact_ios(json.dumps({"data": [GOOD, GOOD | changed]}), heard)


def test_a_key_of_another_length_is_hashed_and_garbage_crashes() -> None:
    def outcome(key: str) -> Outcome:
        return trace_ios(key, MIDNIGHT, 96, time_end=MIDNIGHT, heard=[])

    assert outcome("00" * 31) is Outcome.NO_MATCH
    assert outcome("zz" * 32) is Outcome.CRASH
    assert outcome("0" * 63) is Outcome.CRASH


@given(
    st.text(st.sampled_from("0fZ"), max_size=4) | st.just(KEY.hex()),
    st.floats(-1e15, 1e15) | st.integers(-(10**15), 10**15),
    st.integers(-(10**15), 10**15) | st.integers(1, 10**9),
    st.floats(-1e15, 1e15),
    st.integers(-(2**63), 2**63),
)
def test_any_entry_has_an_outcome(
    key: str, start: float, slots: int, end: float, time_s: int
) -> None:
    heard = [Heard(bytes(12), time_s), Heard(None, time_s)]
    assert trace_ios(key, start, slots, time_end=end, heard=heard) is not Outcome.MATCH


@given(st.text() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_any_text_has_a_decision(text: str) -> None:
    assert published_contact_ios(text, []) is False
    assert published_contact_ios(f'{{"data":{text}}}', []) is False
