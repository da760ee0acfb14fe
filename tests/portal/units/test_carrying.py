"""Figures carried from edition to edition: nothing is lost, nothing is invented."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.portal.units.apportion import apportion, apportion_array
from bluezone.portal.units.carrying import MILLION, Heirs, carry_forward, move
from bluezone.portal.units.errors import InvalidCountError, UnitError, UnknownEditionError
from bluezone.portal.units.models import Unit

COUNTS = st.integers(-(10**9), 10**9)
WEIGHTS = st.lists(st.integers(0, MILLION), min_size=1, max_size=6).filter(any)


@given(COUNTS, WEIGHTS)
def test_parts_sum_up_and_are_within_one_of_their_exact_share(
    value: int, weights: list[int]
) -> None:
    parts = apportion(value, weights)

    assert sum(parts) == value
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * total - value * weight) < total


@given(st.lists(COUNTS, min_size=1, max_size=8), WEIGHTS)
def test_arrays_are_split_as_numbers_are(values: list[int], weights: list[int]) -> None:
    split = apportion_array(np.array(values, dtype=np.int64), weights)

    assert split.shape == (len(weights), len(values))
    assert split.T.tolist() == [apportion(value, weights) for value in values]


@pytest.mark.parametrize(
    ("value", "weights", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (1, [1, 3], [0, 1]),
        (7, [35, 65], [2, 5]),
        (0, [1, 2], [0, 0]),
        (-10, [1, 1, 1], [-3, -3, -4]),
    ],
)
def test_the_largest_remainder_gets_the_one_left_over(
    value: int, weights: list[int], parts: list[int]
) -> None:
    assert apportion(value, weights) == parts


@st.composite
def trees(draw: st.DrawFn) -> tuple[dict[str, int], dict[str, Heirs]]:
    """Old communes in two provinces that merge, with links of every kind, and their counts."""
    heirs = {"o": Heirs((("n", MILLION),)), "o.1": Heirs((("n.1", MILLION),))}
    heirs["o.2"] = Heirs((("n.1", MILLION),))
    values = {}
    for code in range(draw(st.integers(1, 6))):
        path = f"o.{draw(st.sampled_from('12'))}.{code}"
        values[path] = draw(COUNTS)
        ends = draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=3))
        if ends:
            first = draw(st.integers(1, MILLION))
            weights = [first, *[(MILLION - first) // 2] * (len(ends) - 1)]
            weights[-1] += MILLION - sum(weights)
            pairs = zip((f"n.1.{end}" for end in ends), weights, strict=True)
            heirs[path] = Heirs(tuple(pairs))
    return values, heirs


@given(trees())
def test_no_step_loses_or_invents_anybody(
    tree: tuple[dict[str, int], dict[str, Heirs]],
) -> None:
    values, heirs = tree

    moved = move(values, heirs)

    assert sum(moved.values()) == sum(values.values())
    assert all(path.startswith("n.1") for path in moved)
    unlinked = sum(value for path, value in values.items() if path not in heirs)
    assert moved.get("n.1.rest", 0) == unlinked


def test_parts_go_by_their_share_and_the_rest_to_the_default(zed: None) -> None:
    carried = carry_forward({"zz2020.1.11.111": 101}, "zz2020", "zz2025")

    assert carried == {"zz2025.2.111": 30, "zz2025.2.121": 20, "zz2025.2.211": 51}


def test_a_part_of_unknown_share_gets_nothing_by_itself(zed: None) -> None:
    assert carry_forward({"zz2020.1.12.121": 9}, "zz2020", "zz2025") == {"zz2025.2.121": 9}


def test_what_has_no_successor_arrives_in_the_remainder_of_its_province(zed: None) -> None:
    values = {"zz2020.1.12.122": 5, "zz2020.1.12": 7, "zz2020.1": 11, "zz2020": 13}

    carried = carry_forward(values, "zz2020", "zz2025")

    assert carried == {"zz2025.2.rest": 12, "zz2025.2": 11, "zz2025": 13}


def test_a_village_is_carried_into_the_remainder_of_its_commune(
    zed: None, zed_tables: SimpleNamespace
) -> None:
    carried = carry_forward({"zz2020.1.12.121.v01": 4}, "zz2020", "zz2025")

    assert carried == {"zz2025.2.121.rest": 4}
    assert Unit.objects.get(path="zz2025.2.121.rest").parent_id == "zz2025.2.121"


def test_the_same_edition_changes_nothing(zed: None) -> None:
    values = {"zz2020.1.12.121": 9}

    assert carry_forward(values, "zz2020", "zz2020") == values


@settings(max_examples=25)
@given(data=st.data())
def test_a_year_of_series_is_carried_day_by_day(data: st.DataObject) -> None:
    heirs = {
        "o": Heirs((("n", MILLION),)),
        "o.1": Heirs((("n.a", 333_333), ("n.b", 333_333), ("n.c", 333_334))),
        "o.2": Heirs((("n.a", MILLION),)),
    }
    seed = data.draw(st.integers(0, 2**32 - 1))
    values = {
        path: np.random.default_rng(seed).integers(0, 10**6, (365, 4)) for path in ("o.1", "o.2")
    }

    moved = move(values, heirs)

    before = sum(values.values())
    assert np.array_equal(sum(moved.values()), before)


def test_narrow_arrays_do_not_overflow(zed: None) -> None:
    full = np.full((2, 3), 250, dtype=np.uint8)
    values = {"zz2020.1.11.112": full, "zz2020.1.11.111": full}

    carried = carry_forward(values, "zz2020", "zz2025")

    assert sum(int(array.sum()) for array in carried.values()) == 2 * 6 * 250
    assert carried["zz2025.2.111"].tolist() == [[325] * 3] * 2


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"zz2025.2": 1}, UnitError),
        ({"zz2020.1": 1.5}, InvalidCountError),
        ({"zz2020.1": True}, InvalidCountError),
        ({"zz2020.1": "9"}, InvalidCountError),
        ({"zz2020.1": np.zeros(3)}, InvalidCountError),
        ({"zz2020.1": np.full(1, 10**13)}, InvalidCountError),
        ({"zz2020.1": 1, "zz2020.2": np.zeros(3, dtype=int)}, InvalidCountError),
        (
            {"zz2020.1": np.zeros(2, dtype=int), "zz2020.2": np.zeros(3, dtype=int)},
            InvalidCountError,
        ),
    ],
)
def test_what_cannot_be_carried_is_refused(
    zed: None, values: dict[str, object], error: type[UnitError]
) -> None:
    with pytest.raises(error):
        carry_forward(values, "zz2020", "zz2025")  # type: ignore[type-var]


@pytest.mark.parametrize(("old", "new"), [("zz2025", "zz2020"), ("zz2020", "zz1999"), ("x", "y")])
def test_figures_go_forward_between_loaded_editions_only(zed: None, old: str, new: str) -> None:
    with pytest.raises(UnknownEditionError):
        carry_forward({}, old, new)
