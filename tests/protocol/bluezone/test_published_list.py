import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.protocol.bluezone.android_json import read_android_json
from bluezone.protocol.bluezone.android_number import (
    double_text,
    parse_double,
    to_int,
    to_long,
)
from bluezone.protocol.bluezone.day_key import DayKey, expand_day_key
from bluezone.protocol.bluezone.key_chain import WorkLimitError
from bluezone.protocol.bluezone.published_f0 import android_hex, read_published_list
from bluezone.protocol.bluezone.trace import Heard
from bluezone.protocol.bluezone.trace_list import (
    decide_published,
    published_contact,
    published_matching_keys,
)
from bluezone.protocol.errors import InvalidF0ListError

KEY = DayKey(bytes(range(32)))
OTHER = DayKey(bytes(range(1, 33)))
MIDNIGHT = 1_596_844_800
HEARD = [Heard(expand_day_key(KEY)[5], (MIDNIGHT + 5 * 900) * 1000)]
GOOD = {
    "daily_key": KEY.hex().upper(),
    "time_start": MIDNIGHT,
    "max": 96,
    "time_end": MIDNIGHT + 86_399,
}
MISS = GOOD | {"daily_key": OTHER.hex().upper()}


def pushed(*entries: object) -> str:
    return json.dumps({"data": entries})


def test_every_pushed_list_is_decided_as_the_published_phone_did(vectors) -> None:
    assert len(vectors["f0_json"]) == 7
    for case in vectors["f0_json"]:
        row = case["sighting"]
        heard = [Heard(bytes.fromhex(row["blid_contact"]), row["timestamp_ms"])]
        assert published_contact(case["InfoF"], heard) is case["expected"], case["id"]
        assert published_matching_keys(case["InfoF"], heard) == case["trace_list"], case["id"]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"max": "96"},
        {"max": "96.9"},
        {"max": " 9.6e1f "},
        {"max": 96.9},
        {"max": 2**32 + 96},
        {"time_start": str(MIDNIGHT), "time_end": f"{MIDNIGHT + 9000}.7"},
        {"daily_key": KEY.hex()},
        {"unknown": [1, {"x": None}]},
    ],
    ids=str,
)
def test_numbers_are_coerced_and_unknown_members_ignored(changed: dict) -> None:
    assert published_contact(pushed(GOOD | changed), HEARD)


def without(name: str) -> dict:
    return {key: value for key, value in GOOD.items() if key != name}


ABORTING = [
    *map(without, GOOD),
    GOOD | {"max": "many"},
    GOOD | {"max": None},
    GOOD | {"max": True},
    GOOD | {"time_start": []},
    GOOD | {"time_end": ""},
    [],
    None,
    7,
]


@pytest.mark.parametrize("bad", ABORTING, ids=str)
def test_a_bad_entry_loses_the_later_ones_but_not_the_earlier(bad: object) -> None:
    assert not published_contact(pushed(bad, GOOD), HEARD)
    assert published_contact(pushed(GOOD, bad), HEARD)
    faults = [decision.fault for decision in decide_published(pushed(MISS, bad, GOOD), HEARD)]
    assert faults == [None, "abort", "not_reached"]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"max": 0}, "crash"),
        ({"daily_key": "ABC"}, "crash"),
        ({"daily_key": 123}, "crash"),
        ({"daily_key": False}, "crash"),
        ({"max": -1}, "hang"),
    ],
)
def test_what_ends_the_phone_ends_the_list(changed: dict, fault: str) -> None:
    text = pushed(GOOD, GOOD | changed, GOOD)
    decisions = list(decide_published(text, HEARD))
    assert [decision.fault for decision in decisions] == [None, fault, "not_reached"]
    assert [decision.match for decision in decisions] == [True, False, False]


@pytest.mark.parametrize("key", ["", "ab", "true", True, None, 1e63, {}, [], 12])
def test_a_key_of_another_length_is_passed_over(key: object) -> None:
    assert published_contact(pushed(GOOD | {"daily_key": key}, GOOD), HEARD)


@pytest.mark.parametrize(
    "text", ["", "nonsense", "7", "[]", "{}", '{"data":{}}', '{"data":"x"}', "{'data':[", "{,}"]
)
def test_what_is_no_list_is_no_contact(text: str) -> None:
    assert published_contact(text, HEARD) is False
    assert published_matching_keys(text, HEARD) == []


def test_a_giant_text_is_refused_and_not_decided() -> None:
    with pytest.raises(WorkLimitError):
        published_contact(" " * (1 << 20) + "{}", HEARD)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":1} trailing', {"a": 1}),
        ("{a=1;b=>'x' /* c */, // d\n c:0x1F # e\n}", {"a": 1, "b": "x", "c": 31}),
        ("[1,,2,]", [1, None, 2, None]),
        ("[010, 08, -3, 1e2, NaN2]", [8, 8.0, -3, 100.0, "NaN2"]),
        ("[TRUE,False,nUll]", [True, False, None]),
        (r'"\u0041\/\n\q"', "A/\nq"),
        ("\ufeff{}", {}),
        ('{"a":1,"a":2}', {"a": 2}),
        ("[9223372036854775807, 9223372036854775808]", [2**63 - 1, 2.0**63]),
        ("{'a':[]}", {"a": []}),
    ],
)
def test_json_is_read_with_the_leniency_of_android(text: str, value: object) -> None:
    assert read_android_json(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "{", "[", "[1", "{a", "{a:", "{a:1", "{1:2}", "{a 1}", "{a:NaN}", "{a:1e999}", "'x", '"\\',
     '"\\u12"', '"\\u12x4"', "/* x", "[1 2]", "[" * 5000, "{a:1,}", "}"],
)  # fmt: skip
def test_what_android_refuses_gives_our_error(text: str) -> None:
    with pytest.raises(InvalidF0ListError):
        read_android_json(text)


LENIENT = st.text(st.sampled_from("{}[]'\":;=>,#/*\\ \nuadt019.eExX-nN\ufeff\ud800é"), max_size=40)


@given(LENIENT)
def test_any_text_gives_a_value_or_our_error(text: str) -> None:
    for attempt in (text, '{"data":[' + text + "]}", '{"data":[{"daily_key":' + text):
        try:
            entries = list(read_published_list(attempt))
        except InvalidF0ListError:
            continue
        assert len(entries) <= len(attempt)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.sampled_from([*GOOD, "x"]), JSON), max_size=3))
def test_any_list_gets_decisions_or_our_error(data: list) -> None:
    try:
        decisions = list(decide_published(json.dumps({"data": data}), HEARD))
    except InvalidF0ListError:
        return
    assert len(decisions) == len(data)


PROPER = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(PROPER, st.booleans())
def test_proper_json_is_read_as_such(value: object, ascii_only: bool) -> None:
    assert read_android_json(json.dumps(value, ensure_ascii=ascii_only)) == value


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("00fF", b"\x00\xff"),
        ("zz", b"\xef"),
        ("g1", b"\xf1"),
        ("1g", b"\x0f"),
        ("\uff21\uff46", b"\xaf"),
        ("\u0661\u0662", b"\x12"),
        ("\U0001f600", b"\xef"),
        ("abc", None),
        ("", b""),
    ],
)
def test_hex_is_decoded_as_android_does(text: str, data: bytes | None) -> None:
    assert android_hex(text) == data


@given(st.binary(max_size=40))
def test_proper_hex_is_decoded(data: bytes) -> None:
    assert android_hex(data.hex()) == android_hex(data.hex().upper()) == data


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1.0), (" 1e3d ", 1000.0), (".5", 0.5), ("5.", 5.0), ("0x1p4", 16.0),
     ("0x1p99999", float("inf")), ("-Infinity", float("-inf")), ("", None),
     ("1_0", None), ("0x10", None), ("١", None), ("inf", None)],
)  # fmt: skip
def test_doubles_are_parsed_as_java_does(text: str, value: float | None) -> None:
    assert parse_double(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1.0"), (0.001, "0.001"), (1e-4, "1.0E-4"), (1e7, "1.0E7"),
     (123456789.0, "1.23456789E8"), (1e63, "1.0E63"), (-0.0, "-0.0")],
)  # fmt: skip
def test_doubles_are_written_as_java_does(value: float, text: str) -> None:
    assert double_text(value) == text


def test_numbers_are_narrowed_as_java_does() -> None:
    assert (to_int(2**31), to_int(1e10), to_int(float("nan"))) == (-(2**31), 2**31 - 1, 0)
    assert (to_long("1e30"), to_long(-1e30), to_long("-3.9")) == (2**63 - 1, -(2**63), -3)
    assert (to_long(float("-inf")), to_int(True), to_long([])) == (-(2**63), None, None)
