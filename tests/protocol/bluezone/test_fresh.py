import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.protocol.bluezone.day_key import DayKey, expand_day_key, next_day_key
from bluezone.protocol.bluezone.f0 import encode_f0_list
from bluezone.protocol.bluezone.fresh import f0_entry_for_day
from bluezone.protocol.bluezone.slot import android_slot_ms
from bluezone.protocol.bluezone.trace import Heard, probes, published, trace_android
from bluezone.protocol.bluezone.trace_list import decide_published
from bluezone.protocol.errors import InvalidF0ListError, InvalidKeyError

KEYS = st.binary(min_size=32, max_size=32).map(DayKey)
DAYS = st.integers(1, 40_000)
SLOTS = st.sampled_from([96, 96, 96, 1, 2, 24, 48, 100, 144, 7, 11])


def slots_of(key: DayKey, midnight_s: int, slots: int) -> list[Heard]:
    """Return the id of every slot of a day, heard in the middle of its slot."""
    delta_ms = android_slot_ms(slots)
    return [
        Heard(own_id, midnight_s * 1000 + slot * delta_ms + delta_ms // 2)
        for slot, own_id in enumerate(expand_day_key(key, slots))
    ]


@settings(max_examples=60)
@given(st.tuples(KEYS, KEYS, KEYS, KEYS).filter(lambda keys: len(set(keys)) == 4), DAYS, SLOTS)
def test_a_published_tracer_finds_exactly_the_ids_of_that_day(
    keys: tuple[DayKey, ...], day: int, slots: int
) -> None:
    before, today, after, stranger = keys
    midnight_s = day * 86_400
    own = slots_of(today, midnight_s, slots)
    foreign = [
        *slots_of(before, midnight_s - 86_400, slots),
        *slots_of(after, midnight_s + 86_400, slots),
        *slots_of(stranger, midnight_s, slots),
        # Even a phone that did hash its keys onward is not found a day later or earlier.
        *slots_of(next_day_key(today), midnight_s + 86_400, slots),
        *slots_of(today, midnight_s + 86_400, slots),
        *slots_of(today, midnight_s - 86_400, slots),
    ]
    entry = f0_entry_for_day(today, midnight_s, slots=slots)
    (decision,) = decide_published(encode_f0_list([entry]), own + foreign)
    assert decision.rows == tuple(range(slots))
    assert not trace_android(published(entry), foreign).rows
    for heard in (own[0], own[-1]):
        assert trace_android(published(entry), [heard]).rows == (0,)


@settings(max_examples=30)
@given(KEYS, DAYS, SLOTS)
def test_a_published_tracer_probes_each_slot_once_and_no_key_but_this(
    key: DayKey, day: int, slots: int
) -> None:
    made = list(probes(published(f0_entry_for_day(key, day * 86_400, slots=slots))))
    assert [probe.bluezone_id for probe in made] == expand_day_key(key, slots)


def test_the_entry_ends_with_the_last_second_of_its_day() -> None:
    entry = f0_entry_for_day(DayKey(bytes(32)), 86_400)
    assert (entry.time_start, entry.time_end, entry.max) == (86_400, 172_799, 96)


@pytest.mark.parametrize(
    ("midnight_s", "slots", "error"),
    [
        (1, 96, InvalidF0ListError),
        (-86_400, 96, InvalidF0ListError),
        (0, 0, InvalidF0ListError),
        (0, 1800, InvalidF0ListError),
        (0, 86_399, InvalidKeyError),
    ],
)
def test_what_a_published_tracer_would_misread_is_refused(
    midnight_s: int, slots: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        f0_entry_for_day(DayKey(bytes(32)), midnight_s, slots=slots)


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidKeyError, match="31 bytes"):
        f0_entry_for_day(DayKey(bytes(31)), 0)
