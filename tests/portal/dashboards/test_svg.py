"""The pictures: well-formed, titled, escaped, and true to their numbers."""

import datetime as dt
import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.campaign.dashboards.svg import (
    Band,
    Bar,
    Goal,
    TileCell,
    progress_chart,
    ranking_bars,
    step_of,
    tile_map,
)

DAY = dt.date(2020, 8, 15)
SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - made by the function under test


@pytest.mark.parametrize(
    ("share", "step"),
    [(None, 0), (math.nan, 0), (0.0, 1), (0.049, 1), (0.05, 2), (0.2, 5), (0.4, 7), (2.0, 7)],
)
def test_a_share_has_one_of_seven_steps(share: float | None, step: int) -> None:
    assert step_of(share) == step


def test_a_tile_says_name_value_rank_and_state_and_escapes_them() -> None:
    cells = [TileCell(2, 1, "Bà Rịa - Vũng Tàu", "13,9 %", "hạng 7", 3, "at-risk")]
    cells.append(TileCell(0, 0, "<b>&", "–", "", 0))
    picture = tile_map(cells, title="Ở đâu?", description="Mỗi ô một tỉnh")
    root = parsed(picture)
    groups = root.findall("g")
    assert groups[0].get("class") == "tile step-3"
    assert groups[0].findtext("title") == "Bà Rịa - Vũng Tàu · 13,9 % · hạng 7"
    words = [text.text for text in groups[0].findall("text")]
    assert words == ["Bà Rịa -", "Vũng Tàu", "◆ 13,9 %"]
    assert "<b>" not in picture
    assert root.get("aria-label", "").startswith("Ở đâu?")
    assert "style=" not in picture


def test_bars_are_as_long_as_their_share_of_the_longest() -> None:
    picture = ranking_bars(
        [Bar("A", 1.0, "40 %", "met"), Bar("B", 0.5, "20 %"), Bar("C", 7.0, "x")],
        title="Ai?",
        description="",
    )
    widths = [float(rect.get("width", "")) for rect in parsed(picture).iter("rect")]
    assert widths == [400.0, 200.0, 400.0]


def test_the_target_line_lies_at_its_count_and_the_fan_ahead_of_the_last_figure() -> None:
    points = [(DAY - dt.timedelta(days=1), 100.0), (DAY, 200.0)]
    fan = [Band(DAY + dt.timedelta(days=1), 220.0, 250.0, 300.0)]
    picture = progress_chart(
        points,
        fan,
        Goal(500.0, DAY + dt.timedelta(days=2), "Mục tiêu"),
        title="Kịp không?",
        description="",
        number=lambda value: f"{value:.0f}",
        band_name="dự báo",
    )
    root = parsed(picture)
    by_class = {one.get("class"): one for one in root.iter()}
    assert by_class["goal-name"].text == "Mục tiêu: 500"
    line = by_class["line"].get("points", "").split()
    corners = by_class["fan"].get("points", "").split()
    assert corners[0] == line[-1]
    highs, lows = float(corners[1].split(",")[1]), float(corners[2].split(",")[1])
    assert highs < lows  # y grows downwards
    goal_y = float(by_class["goal"].get("d", "").split()[1].split("H")[0])
    assert goal_y < highs


@given(
    st.lists(st.tuples(st.integers(0, 400), st.floats(0, 1e9)), max_size=8),
    st.lists(st.floats(0, 1e9), max_size=4),
    st.one_of(st.none(), st.floats(1, 1e9)),
    st.text(max_size=20),
)
def test_any_history_makes_a_picture_inside_its_frame(
    history: list[tuple[int, float]], ahead: list[float], need: float | None, name: str
) -> None:
    points = sorted((DAY + dt.timedelta(days=back), value) for back, value in history)
    fan = [
        Band(DAY + dt.timedelta(days=500 + at), value, value, 2 * value)
        for at, value in enumerate(ahead)
    ]
    printable = "".join(letter for letter in name if letter.isprintable())
    picture = progress_chart(
        points,
        fan,
        None if need is None else Goal(need, None, printable),
        title=printable,
        description="",
        number=lambda value: f"{value:.0f}",
        band_name="",
    )
    for circle in parsed(picture).iter("circle"):
        assert 0 <= float(circle.get("cx", "")) <= 760
        assert 0 <= float(circle.get("cy", "")) <= 360
