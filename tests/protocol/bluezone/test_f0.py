import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.protocol.bluezone.day_key import DayKey
from bluezone.protocol.bluezone.f0 import F0Entry, encode_f0_list, parse_f0_list
from bluezone.protocol.bluezone.trace import Outcome, published, trace_android
from bluezone.protocol.errors import InvalidF0ListError

KEY = "4C5224B397F8AB3896781D5AA0F3119F280513F1B592CA280EBDED6357E21084"
MIDNIGHT = 1_596_844_800
GOOD = {"daily_key": KEY, "time_start": MIDNIGHT, "max": 96, "time_end": MIDNIGHT + 86_399}

ENTRIES = st.builds(
    lambda key, day, slots, span: F0Entry(
        DayKey(key), day * 86_400, max=slots, time_end=day * 86_400 + span
    ),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 40_000),
    st.integers(1, 1440),
    st.integers(0, 60 * 86_400 - 1),
)


def list_of(**changed: object) -> str:
    return json.dumps({"data": [GOOD | changed]})


def test_a_pushed_list_is_read() -> None:
    (entry,) = parse_f0_list(list_of(daily_key=KEY.lower()))
    assert entry == F0Entry(DayKey(bytes.fromhex(KEY)), MIDNIGHT, 96, MIDNIGHT + 86_399)
    assert parse_f0_list('{"data":[]}') == []


@given(st.lists(ENTRIES, max_size=5))
def test_what_is_written_is_read_back(entries: list[F0Entry]) -> None:
    assert parse_f0_list(encode_f0_list(entries)) == entries


@given(ENTRIES)
def test_no_entry_that_passes_can_crash_or_hang_a_published_phone(entry: F0Entry) -> None:
    assert trace_android(published(entry), []).outcome is Outcome.NO_MATCH


def test_the_text_is_that_of_a_push() -> None:
    text = encode_f0_list(parse_f0_list(list_of()))
    assert text == (
        f'{{"data":[{{"daily_key":"{KEY}","time_start":1596844800,'
        '"max":96,"time_end":1596931199}]}'
    )


def test_the_key_is_hidden_in_the_repr() -> None:
    assert "4c5224" not in repr(parse_f0_list(list_of())).lower()
    assert "L$" not in repr(parse_f0_list(list_of()))


@pytest.mark.parametrize(
    "changed",
    [
        {"daily_key": KEY[:-1]},
        {"daily_key": KEY[:-2]},
        {"daily_key": KEY + "00"},
        {"daily_key": "G" + KEY[1:]},
        {"daily_key": "\uff14" + KEY[1:]},
        {"daily_key": KEY[:-1] + " "},
        {"daily_key": KEY + "\n"},
        {"daily_key": 7},
        {"daily_key": None},
        {"max": 0},
        {"max": -1},
        {"max": 1441},
        {"max": "96"},
        {"max": 96.0},
        {"max": True},
        {"time_start": MIDNIGHT + 1},
        {"time_start": MIDNIGHT + 43_200},
        {"time_start": str(MIDNIGHT)},
        {"time_start": -86_400},
        {"time_end": MIDNIGHT - 1},
        {"time_end": MIDNIGHT + 60 * 86_400},
        {"time_end": 2**63},
        {"time_end": 10**300},
        {"time_end": None},
        {"unknown": 1},
    ],
    ids=str,
)
def test_an_unsafe_entry_is_refused_by_number_and_without_its_key(changed: dict) -> None:
    with pytest.raises(InvalidF0ListError, match="entry 1: ") as caught:
        parse_f0_list(json.dumps({"data": [GOOD, GOOD | changed]}))
    assert KEY[1:20] not in str(caught.value)


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_an_entry_that_lacks_a_member_is_refused(missing: str) -> None:
    entry = {name: value for name, value in GOOD.items() if name != missing}
    with pytest.raises(InvalidF0ListError, match="members"):
        parse_f0_list(json.dumps({"data": [entry]}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"data":{}}',
        '{"data":[],"more":1}',
        '{"data":[],"data":[]}',
        '{"data":[NaN]}',
        '{"data":[1]}',
        '{"data":[' + "9" * 5000 + "]}",
        "[" * 200_000,
        " " * (1 << 20) + "{}",
    ],
    ids=range(12),
)
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(InvalidF0ListError):
        parse_f0_list(text)


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_any_text_gives_entries_or_our_error(text: str) -> None:
    try:
        entries = parse_f0_list(text)
    except InvalidF0ListError:
        return
    assert all(isinstance(entry, F0Entry) for entry in entries)


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(KEY)


@given(st.lists(st.dictionaries(st.sampled_from([*GOOD, "x"]), ANYTHING), max_size=4))
def test_any_entries_give_entries_or_our_error(data: list) -> None:
    try:
        entries = parse_f0_list(json.dumps({"data": data}))
    except InvalidF0ListError:
        return
    assert len(entries) == len(data)
