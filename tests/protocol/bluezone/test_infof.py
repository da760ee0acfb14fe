import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.protocol.bluezone.day_key import DayKey
from bluezone.protocol.bluezone.infof import InfoF, encode_infof, infof_at, parse_infof
from bluezone.protocol.errors import InvalidInfoFError

KEY = bytes(range(32)).hex().upper()
GOOD = {"base_id": KEY, "time": 1_596_844_800, "daily_key": KEY, "time_start": 1_596_844_800}

KEYS = st.binary(min_size=32, max_size=32).map(DayKey)


@given(KEYS, st.integers(0, 20_000), st.integers(0, 400), st.integers(0, 30))
def test_what_a_phone_says_is_read_back_and_consistent(
    base: DayKey, base_day: int, age_days: int, days: int
) -> None:
    now_ms = (base_day + age_days) * 86_400_000 + 12_345
    info = infof_at(base, base_day * 86_400_000, now_ms=now_ms, days=days)
    assert parse_infof(encode_infof(info)) == info
    assert info.is_consistent()
    assert info.time_start - info.time == 86_400 * max(0, age_days - days)


def test_a_phone_without_a_base_id_says_nothing() -> None:
    assert parse_infof("") is None
    assert encode_infof(None) == ""


def test_whole_numbers_may_be_written_as_floats_and_in_any_order() -> None:
    as_floats = {
        name: float(value) if isinstance(value, int) else value.lower()
        for name, value in reversed(GOOD.items())
    }
    info = parse_infof(json.dumps(as_floats))
    assert info == parse_infof(json.dumps(GOOD))
    assert isinstance(info.time, int)


def test_keys_are_hidden_in_the_repr() -> None:
    info = InfoF(DayKey(b"k" * 32), 0, DayKey(b"k" * 32), 0)
    assert "kkk" not in repr(info)


@pytest.mark.parametrize(
    ("time_start", "daily_key"),
    [(1_596_844_800 + 86_400, KEY), (1_596_844_800 - 86_400, KEY), (1_596_844_800, "00" * 32)],
)
def test_a_day_key_that_does_not_follow_is_inconsistent(time_start: int, daily_key: str) -> None:
    info = parse_infof(json.dumps(GOOD | {"time_start": time_start, "daily_key": daily_key}))
    assert not info.is_consistent()


@pytest.mark.parametrize(
    "changed",
    [
        {"base_id": KEY[:-2]},
        {"daily_key": 1},
        {"daily_key": "x" * 64},
        {"time": "1596844800"},
        {"time": 1_596_844_801},
        {"time": 1_596_844_800.5},
        {"time": -86_400},
        {"time": 10**400},
        {"time": float("nan")},
        {"time_start": True},
        {"time_start": None},
        {"max": 96},
    ],
    ids=str,
)
def test_a_malformed_infof_is_refused_without_its_keys(changed: dict) -> None:
    with pytest.raises(InvalidInfoFError) as caught:
        parse_infof(json.dumps(GOOD | changed))
    assert KEY[:10] not in str(caught.value)


@pytest.mark.parametrize("text", ["x", "[]", "null", "{}", " " * 5000, "[" * 4000])
def test_what_is_no_infof_is_refused(text: str) -> None:
    with pytest.raises(InvalidInfoFError):
        parse_infof(text)


@given(
    st.text() | st.dictionaries(st.sampled_from([*GOOD]), st.floats() | st.text()).map(json.dumps)
)
def test_any_text_gives_a_value_or_our_error(text: str) -> None:
    try:
        info = parse_infof(text)
    except InvalidInfoFError:
        return
    assert info is None or isinstance(info, InfoF)
