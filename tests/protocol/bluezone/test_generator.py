import pytest

from bluezone.protocol.bluezone.day_key import DayKey, expand_day_key, walk_day_key
from bluezone.protocol.bluezone.generator import (
    PhoneCrashError,
    PublishedGenerator,
    android_id_changed,
)
from bluezone.protocol.bluezone.infof import encode_infof
from bluezone.protocol.errors import InvalidKeyError

KEY = DayKey(bytes(range(32)))
MIDNIGHT_MS = 1_596_844_800_000
DAY_MS = 86_400_000


def test_every_scenario_with_a_faked_clock_goes_as_on_the_published_phone(vectors) -> None:
    assert len(vectors["clocked"]) == 5
    for case in vectors["clocked"]:
        base = DayKey(bytes.fromhex(case["base_id"]))
        phone = PublishedGenerator(base, case["base_created_ms"])
        for step in case["steps"]:
            replay(phone, step, case["id"])


def replay(phone: PublishedGenerator, step: dict, name: str) -> None:
    now_ms = step["now_ms"]
    if "set_max" in step:
        phone.set_slots(step["set_max"])
    if "InfoF" in step:
        assert encode_infof(phone.infof_at(now_ms, step["info_days"])) == step["InfoF"], name
    elif "exception" in step:
        with pytest.raises(PhoneCrashError, match="slot 120 is past the day's list of 96"):
            phone.id_at(now_ms)
    else:
        own_id = phone.id_at(now_ms)
        assert (own_id and own_id.hex().upper()) == step["bluezone_id"], name


def test_a_clock_set_back_goes_on_with_the_later_day() -> None:
    phone = PublishedGenerator(KEY, MIDNIGHT_MS)
    noon = DAY_MS // 2
    later_day = expand_day_key(walk_day_key(KEY, 5))
    assert phone.id_at(MIDNIGHT_MS + 5 * DAY_MS) == later_day[0]
    assert phone.id_at(MIDNIGHT_MS + 2 * DAY_MS + noon) == later_day[48]
    assert phone.id_at(MIDNIGHT_MS + 6 * DAY_MS) == expand_day_key(walk_day_key(KEY, 6))[0]


def test_fewer_slots_in_mid_day_index_the_old_list_with_the_new_length() -> None:
    phone = PublishedGenerator(KEY, MIDNIGHT_MS)
    phone.id_at(MIDNIGHT_MS)
    phone.set_slots(48)
    assert phone.id_at(MIDNIGHT_MS + DAY_MS // 2) == expand_day_key(KEY)[24]


def test_days_before_the_base_day_use_the_base_id() -> None:
    phone = PublishedGenerator(KEY, MIDNIGHT_MS)
    assert phone.id_at(MIDNIGHT_MS - 3 * DAY_MS) == expand_day_key(KEY)[0]


@pytest.mark.parametrize("slots", [0, -5])
def test_fewer_than_one_slot_means_96(slots: int) -> None:
    phone = PublishedGenerator(KEY, MIDNIGHT_MS, slots=slots)
    assert phone.id_at(MIDNIGHT_MS + DAY_MS - 1) == expand_day_key(KEY)[95]


def test_the_last_milliseconds_crash_where_slots_do_not_divide_the_day() -> None:
    phone = PublishedGenerator(KEY, MIDNIGHT_MS, slots=7)
    assert phone.id_at(MIDNIGHT_MS + DAY_MS - 2) == expand_day_key(KEY)[6]
    with pytest.raises(PhoneCrashError):
        phone.id_at(MIDNIGHT_MS + DAY_MS - 1)


def test_a_base_id_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidKeyError):
        PublishedGenerator(DayKey(bytes(16)), MIDNIGHT_MS)


def test_an_iphone_s_id_counts_as_current_in_the_same_slot_of_another_day() -> None:
    assert android_id_changed(MIDNIGHT_MS, MIDNIGHT_MS + 900_000)
    assert not android_id_changed(MIDNIGHT_MS, MIDNIGHT_MS + 899_999)
    assert not android_id_changed(MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS)
