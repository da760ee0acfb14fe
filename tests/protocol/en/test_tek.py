import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.protocol.en.tek import (
    INTERVAL_S,
    MAX_INTERVAL,
    ROLLING_PERIOD,
    Tek,
    derive_aemk,
    derive_rpik,
    expand_tek,
    interval_at,
    interval_start_s,
    rpi_at,
)
from bluezone.protocol.errors import InvalidKeyError

TEKS = st.binary(min_size=16, max_size=16).map(Tek)


@pytest.fixture(scope="module")
def vector(shared: Path) -> dict:
    return json.loads((shared / "vectors" / "gaen_v1_2_test_vectors.json").read_text())


def test_both_derived_keys_are_the_published_ones(vector: dict) -> None:
    tek = Tek(bytes.fromhex(vector["tek"]))
    assert derive_rpik(tek).hex() == vector["rpik"]
    assert derive_aemk(tek).hex() == vector["aemk"]


def test_all_144_identifiers_are_the_published_ones(vector: dict) -> None:
    rpis = expand_tek(Tek(bytes.fromhex(vector["tek"])), vector["interval_number"])
    assert len(vector["rows"]) == ROLLING_PERIOD
    assert [rpi.hex() for rpi in rpis] == [row["rpi"] for row in vector["rows"]]


def test_the_published_generation_instant_lies_in_its_interval(vector: dict) -> None:
    assert interval_at(vector["key_generation_unix"]) == vector["interval_number"]


def test_derived_keys_of_the_specification_need_no_file() -> None:
    # The same official vector, so that a machine without the files checks it too.
    tek = Tek(bytes.fromhex("75c734c6dd1a782de7a965da5eb93125"))
    assert rpi_at(tek, 2_642_976).hex() == "8be6cd371c5c891604bfbe49df845096"


@given(TEKS, st.integers(0, MAX_INTERVAL - ROLLING_PERIOD + 1))
def test_a_shorter_expansion_is_a_slice_of_the_day(tek: Tek, start: int) -> None:
    day = expand_tek(tek, start)
    assert len(set(day)) == ROLLING_PERIOD
    assert expand_tek(tek, start + 100, 44) == day[100:]
    assert rpi_at(tek, start + 143) == day[143]


@given(st.integers(0, MAX_INTERVAL))
def test_an_interval_lasts_from_its_first_second_to_the_next_one(interval: int) -> None:
    first = interval_start_s(interval)
    assert interval_at(first) == interval_at(first + INTERVAL_S - 1) == interval


def test_the_last_interval_that_32_bits_can_count_is_expanded() -> None:
    assert len(expand_tek(Tek(bytes(16)), MAX_INTERVAL, 1)) == 1


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    for derive in (derive_rpik, derive_aemk, lambda tek: expand_tek(tek, 0)):
        with pytest.raises(InvalidKeyError, match=f"not {length}"):
            derive(Tek(bytes(length)))


@pytest.mark.parametrize(
    ("start", "count"),
    [(-1, 1), (2**32, 1), (2**32 - 1, 2), (2**32 - 143, 144), (0, 0), (0, -1), (0, 145)],
)
def test_intervals_out_of_limits_are_refused(start: int, count: int) -> None:
    with pytest.raises(InvalidKeyError):
        expand_tek(Tek(bytes(16)), start, count)


@pytest.mark.parametrize("time_s", [-1, 600 * 2**32])
def test_an_instant_without_interval_is_refused(time_s: int) -> None:
    with pytest.raises(InvalidKeyError):
        interval_at(time_s)
