"""The clear matching path: the meaning of a match."""

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.phone.errors import InvalidArraysError
from bluezone.phone.matching import (
    DayKeyArrays,
    EnKeyArrays,
    Matches,
    SightingArrays,
    group_matches,
    match_day_keys,
    match_en,
)
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.bluezone.day_key import DayKey, expand_day_key
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.en.tek import Tek, expand_tek, rpi_at
from bluezone.protocol.export import read_export

MIDNIGHT = 1_596_844_800
START = MIDNIGHT // 600
TEK = DiagnosisKey(bytes(range(16)), START)
DAY_KEY = DayKeyEntry(bytes(range(32)), MIDNIGHT)


def en_at(time_s: int, identifier: bytes) -> Sighting:
    return Sighting(Scheme.EN, identifier, time_s, -60, b"\0\0\0\0", time_s - 260)


def bluezone_at(time_s: int, identifier: bytes) -> Sighting:
    return Sighting(Scheme.BLUEZONE, identifier, time_s, -60)


def en_matches(keys: Sequence[DiagnosisKey], sightings: Sequence[Sighting]) -> Matches:
    return match_en(EnKeyArrays.of(keys), SightingArrays.of(Scheme.EN, sightings))


def day_matches(keys: Sequence[DayKeyEntry], sightings: Sequence[Sighting]) -> Matches:
    return match_day_keys(DayKeyArrays.of(keys), SightingArrays.of(Scheme.BLUEZONE, sightings))


@pytest.mark.parametrize(
    ("late_s", "tolerated", "in_time"),
    [
        (0, False, True),
        (599, False, True),
        (-1, True, True),
        (600, True, True),
        (-12 * 600, True, True),
        (-12 * 600 - 1, True, False),
        (13 * 600 - 1, True, True),
        (13 * 600, True, False),
    ],
)
def test_an_en_sighting_is_flagged_by_its_distance_from_its_interval(late_s, tolerated, in_time):
    interval = START + 70
    heard = en_at(interval * 600 + late_s, rpi_at(Tek(TEK.key), interval))
    found = en_matches([TEK], [heard])
    assert found.interval.tolist() == [interval]
    assert found.tolerated.tolist() == [tolerated]
    assert found.in_time.tolist() == [in_time]


def test_identifiers_outside_the_period_of_a_key_do_not_match():
    key = DiagnosisKey(TEK.key, START, 10)
    heard = [en_at(j * 600, rpi_at(Tek(TEK.key), j)) for j in (START - 1, START + 9, START + 10)]
    assert en_matches([key], heard).sighting_index.tolist() == [1]


@pytest.mark.parametrize(
    ("late_s", "tolerated"),
    [
        (-31, None),
        (-30, True),
        (-1, True),
        (0, False),
        (450, False),
        (900, False),
        (901, True),
        (1050, True),
        (900 + 150 + 30, True),
        (900 + 150 + 31, None),
    ],
)
def test_a_bluezone_id_counts_in_its_slot_and_is_flagged_within_the_tolerance(late_s, tolerated):
    slot = 50
    heard = bluezone_at(MIDNIGHT + slot * 900 + late_s, expand_day_key(DayKey(DAY_KEY.key))[slot])
    found = day_matches([DAY_KEY], [heard])
    assert found.tolerated.tolist() == ([] if tolerated is None else [tolerated])
    assert found.interval.tolist() == ([] if tolerated is None else [slot])


def test_an_old_id_of_yesterday_counts_shortly_after_midnight():
    last = expand_day_key(DayKey(DAY_KEY.key))[95]
    found = day_matches([DAY_KEY], [bluezone_at(MIDNIGHT + 86_400 + 149, last)])
    assert found.tolerated.tolist() == [True]


def test_a_bad_key_matches_nothing_and_hides_no_other():
    good = rpi_at(Tek(TEK.key), START)
    bad = [
        DiagnosisKey(TEK.key, START, 0),
        DiagnosisKey(TEK.key, START, 145),
        DiagnosisKey(TEK.key, -1),
        DiagnosisKey(TEK.key, 2**32 - 1),
        DiagnosisKey(TEK.key, -(2**63)),
    ]
    assert en_matches([*bad, TEK], [en_at(MIDNIGHT, good)]).key_index.tolist() == [5]


def test_a_day_key_with_a_shifted_start_or_absurd_slots_matches_nothing():
    first = expand_day_key(DayKey(DAY_KEY.key))[0]
    bad = [
        DayKeyEntry(DAY_KEY.key, MIDNIGHT + 1),
        DayKeyEntry(DAY_KEY.key, MIDNIGHT, 0),
        DayKeyEntry(DAY_KEY.key, MIDNIGHT, -5),
        DayKeyEntry(DAY_KEY.key, MIDNIGHT, 10**9),
    ]
    assert day_matches([*bad, DAY_KEY], [bluezone_at(MIDNIGHT, first)]).key_index.tolist() == [4]


def test_no_sightings_or_no_keys_give_empty_arrays():
    assert len(en_matches([TEK], [])) == 0
    assert len(en_matches([], [en_at(MIDNIGHT, bytes(16))])) == 0
    assert len(day_matches([DAY_KEY], [])) == 0
    assert day_matches([], [bluezone_at(0, bytes(12))]).interval.shape == (0,)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 143), st.integers(-9000, 9000)), max_size=8
    ),
    st.integers(0, 50),
)
def test_exactly_the_planted_sightings_are_found_among_noise(planted, noise):
    keys = [DiagnosisKey(bytes([n]) * 16, START + 144 * n) for n in range(3)]
    chance = random.Random(1)
    rows = [en_at(MIDNIGHT + n, chance.randbytes(16)) for n in range(noise)]
    for number, offset, late_s in planted:
        interval = keys[number].start + offset
        rows.append(en_at(interval * 600 + late_s, rpi_at(Tek(keys[number].key), interval)))
    found = en_matches(keys, rows)
    columns = (found.key_index, found.interval, found.sighting_index)
    pairs = list(zip(*(column.tolist() for column in columns), strict=True))
    expected = [(n, keys[n].start + o, noise + i) for i, (n, o, _) in enumerate(planted)]
    assert pairs == sorted(expected)


def test_matches_are_grouped_by_key_in_order_of_time_with_their_flags():
    ids = expand_day_key(DayKey(DAY_KEY.key))
    other = DayKeyEntry(bytes(32), MIDNIGHT)
    rows = [
        bluezone_at(MIDNIGHT + 1000, ids[1]),
        bluezone_at(MIDNIGHT + 901, ids[0]),
        bluezone_at(MIDNIGHT + 5, ids[0]),
        bluezone_at(MIDNIGHT + 5, bytes(12)),
    ]
    sightings = SightingArrays.of(Scheme.BLUEZONE, rows)
    keys = [other, DAY_KEY]
    (group,) = group_matches(match_day_keys(DayKeyArrays.of(keys), sightings), keys, sightings)
    assert group.key is DAY_KEY
    assert list(group.sightings) == [rows[2], rows[1], rows[0]]
    assert list(group.tolerated) == [False, True, False]


@pytest.mark.parametrize(
    "make",
    [
        lambda: EnKeyArrays.of([DiagnosisKey(bytes(15), 0)]),
        lambda: EnKeyArrays.of([DiagnosisKey(bytes(16), 2**63)]),
        lambda: DayKeyArrays.of([DayKeyEntry(bytes(16), 0)]),
        lambda: SightingArrays.of(Scheme.EN, [Sighting(Scheme.EN, bytes(12), 0, 0)]),
        lambda: EnKeyArrays(
            np.zeros((2, 16), np.uint8), np.zeros(1, np.int64), np.zeros(2, np.int64)
        ),
        lambda: EnKeyArrays(
            np.zeros((1, 16), np.int8), np.zeros(1, np.int64), np.zeros(1, np.int64)
        ),
    ],
    ids=["short tek", "huge start", "short day key", "short id", "lengths differ", "wrong type"],
)
def test_arrays_that_do_not_fit_are_refused(make):
    with pytest.raises(InvalidArraysError):
        make()


@pytest.mark.shared
def test_planted_sightings_are_found_in_a_national_file_of_24131_keys(shared):
    keys = read_export((shared / "data/exports/de_cwa_dev/keys.bin").read_bytes()).keys
    assert len(keys) == 24_131
    chance = random.Random(24_131)
    planted = sorted(chance.sample(range(len(keys)), 5))
    rows = [en_at(MIDNIGHT + n, chance.randbytes(16)) for n in range(5000)]
    for number in planted:
        key = keys[number]
        rpis = expand_tek(Tek(key.key), key.start, key.period)
        rows += [en_at((key.start + j) * 600 + 7, rpis[j]) for j in (0, key.period - 1)]
    found = en_matches(keys, rows)
    by_content = {keys[number].key for number in planted}
    assert {keys[number].key for number in found.key_index.tolist()} == by_content
    assert set(found.sighting_index.tolist()) == set(range(5000, len(rows)))
    assert found.in_time.all()
