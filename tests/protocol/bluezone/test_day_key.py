from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.protocol.bluezone.day_key import (
    MAX_WALK_DAYS,
    SALT,
    BluezoneId,
    DayKey,
    day_key,
    expand_day_key,
    expand_sub_keys,
    id_of_sub_key,
    next_day_key,
    own_id_at,
    walk_day_key,
)
from bluezone.protocol.bluezone.slot import android_slot_ms
from bluezone.protocol.errors import InvalidKeyError

KEYS = st.binary(min_size=32, max_size=32).map(DayKey)


def test_day_keys_sub_keys_and_ids_are_those_of_the_published_phone(vectors) -> None:
    assert vectors["_about"]["salt_ascii"].encode() == SALT
    for base in vectors["ids"]:
        for day in base["days"]:
            key = walk_day_key(DayKey(bytes.fromhex(base["base_id"])), day["day_offset"])
            assert key.hex().upper() == day["daily_key"]
            assert_slots(key, day["slots"], slots=96)


def test_other_numbers_of_slots_are_those_of_the_published_phone(vectors) -> None:
    assert len(vectors["other_max"]) > 5
    for day in vectors["other_max"]:
        key = DayKey(bytes.fromhex(day["daily_key"]))
        # The published Android generator refuses 1 slot; our expansion does not.
        assert len(expand_day_key(key, day["max"])) == (day["list_length"] or 1)
        assert_slots(key, day["slots"], slots=day["max"])


def assert_slots(key: DayKey, expected: list, *, slots: int) -> None:
    sub_keys, ids = expand_sub_keys(key, slots), expand_day_key(key, slots)
    for row in expected:
        assert row.get("max", slots) == slots
        assert sub_keys[row["slot"]].hex().upper() == row["sub_key"]
        assert ids[row["slot"]].hex().upper() == row["bluezone_id"]
        assert row["slot"] * android_slot_ms(slots) == row["slot_start_ms_in_day"]


def test_the_worked_example_of_the_specification_holds() -> None:
    base = day_key(
        bytes.fromhex("4C5224B397F8AB3896781D5AA0F3119F280513F1B592CA280EBDED6357E21084")
    )
    midnight_s = 1_596_844_800
    slot_23 = own_id_at(base, midnight_s + 23 * 900)
    assert slot_23 == BluezoneId(bytes.fromhex("B9A665D754FE65E665D76A45"))


@given(KEYS, st.integers(1, 200), st.integers(1, 200))
def test_fewer_slots_give_the_first_ids_of_more(key: DayKey, few: int, many: int) -> None:
    few, many = sorted((few, many))
    assert expand_day_key(key, few) == expand_day_key(key, many)[:few]


@given(KEYS, st.integers(0, 40))
def test_walking_is_hashing_once_a_day(key: DayKey, days: int) -> None:
    walked: bytes = key
    for _ in range(days):
        walked = sha256(walked).digest()
    assert walk_day_key(key, days) == walked
    assert walk_day_key(next_day_key(key), days) == walk_day_key(key, days + 1)


@given(KEYS)
def test_one_day_gives_96_distinct_ids_of_12_bytes(key: DayKey) -> None:
    ids = expand_day_key(key)
    assert len(ids) == len(set(ids)) == 96
    assert {len(one) for one in ids} == {12}


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused_without_its_value(size: int) -> None:
    key = DayKey(b"\xab" * size)
    for call in (day_key, expand_day_key, next_day_key, id_of_sub_key):
        with pytest.raises(InvalidKeyError) as caught:
            call(key)
        assert str(size) in str(caught.value)
        assert "abab" not in str(caught.value).lower()


@pytest.mark.parametrize("slots", [0, -1, 86_401])
def test_a_number_of_slots_out_of_range_is_refused(slots: int) -> None:
    with pytest.raises(InvalidKeyError, match="out of range"):
        expand_day_key(DayKey(bytes(32)), slots)


@pytest.mark.parametrize("days", [-1, MAX_WALK_DAYS + 1])
def test_a_walk_out_of_range_is_refused(days: int) -> None:
    with pytest.raises(InvalidKeyError, match="walk"):
        walk_day_key(DayKey(bytes(32)), days)
