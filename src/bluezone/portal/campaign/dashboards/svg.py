"""Pictures as inline SVG: the tile map, ranking bars, progress with target and forecast fan.

Pure functions from numbers and words to markup: no database, no language, no clock. Colours are
CSS classes, because the portal's security policy allows no inline style; every picture has the
question it answers as its title. Source: LOOK "Pictures".
"""

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

STEPS: Final = (0.0, 0.05, 0.10, 0.15, 0.20, 0.30, 0.40)
"""Lower ends of the seven steps of the map, shares of the base."""
MARKS: Final = {"met": "●", "on-course": "▲", "at-risk": "◆", "missed": "■", "unknown": "○"}
_TILE_W, _TILE_H, _GAP = 76, 58, 4
_WIDTH, _HEIGHT = 760, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 86, 130, 34, 40
_BAR_H, _NAME_W, _BAR_W = 30, 190, 400
_LINE_CHARS: Final = 12


@dataclass(frozen=True, slots=True)
class TileCell:
    """One tile: its place, its name, its value and rank as texts, its step (0 unknown, 1 to 7)."""

    x: int
    y: int
    name: str
    value: str
    rank: str
    step: int
    kind: str = "unknown"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: who, how long (0 to 1), the text at its end, the class of its state."""

    name: str
    length: float
    text: str
    kind: str = "unknown"


@dataclass(frozen=True, slots=True)
class Band:
    """A day of the forecast: between `low` and `high` 8 of 10 times, as often above `middle`."""

    day: dt.date
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Goal:
    """A target line: how many, by when, and its name."""

    value: float
    day: dt.date | None
    name: str


def step_of(share: float | None) -> int:
    """Return the step of a share on the map, 1 to 7; 0 where it is unknown."""
    if share is None or not math.isfinite(share):
        return 0
    return max(1, sum(share >= low for low in STEPS))


def tile_map(cells: Sequence[TileCell], *, title: str, description: str) -> SafeString:
    """Return a map of equal tiles.

    Args:
        cells: tiles, islands included; columns from the west, rows from the north.
        title: the question that the map answers.
        description: what stands on a tile, for whoever does not see it.
    """
    columns = 1 + max((cell.x for cell in cells), default=0)
    rows = 1 + max((cell.y for cell in cells), default=0)
    size = columns * (_TILE_W + _GAP), rows * (_TILE_H + _GAP)
    return _svg("tile-map", size, title, description, (_tile(cell) for cell in cells))


def _tile(cell: TileCell) -> str:
    x, y = cell.x * (_TILE_W + _GAP), cell.y * (_TILE_H + _GAP)
    lines = _two_lines(cell.name)
    middle = x + _TILE_W / 2
    texts = [_text(middle, y + 14 + 12 * row, line, "tile-name") for row, line in enumerate(lines)]
    value = f"{MARKS.get(cell.kind, '')} {cell.value}".strip()
    texts.append(_text(middle, y + _TILE_H - 8, value, "tile-value"))
    words = escape(" · ".join(word for word in (cell.name, cell.value, cell.rank) if word))
    return (
        f'<g class="tile step-{cell.step}"><title>{words}</title>'
        f'<rect x="{x}" y="{y}" width="{_TILE_W}" height="{_TILE_H}" rx="6"/>{"".join(texts)}</g>'
    )


def _two_lines(name: str) -> list[str]:
    """Return a name in one line or two of about the same length."""
    if len(name) <= _LINE_CHARS:
        return [name]
    cuts = [place for place, letter in enumerate(name) if letter == " "]
    if not cuts:
        return [name]
    cut = min(cuts, key=lambda place: abs(2 * place - len(name)))
    return [name[:cut], name[cut + 1 :]]


def ranking_bars(bars: Sequence[Bar], *, title: str, description: str) -> SafeString:
    """Return horizontal bars with direct labels, in the order given."""
    size = _NAME_W + _BAR_W + 170, max(1, len(bars)) * _BAR_H
    return _svg("bars", size, title, description, (_bar(row, bar) for row, bar in enumerate(bars)))


def _bar(row: int, bar: Bar) -> str:
    y, length = row * _BAR_H, _BAR_W * min(max(bar.length, 0.0), 1.0)
    label = f"{bar.text} {MARKS.get(bar.kind, '')}".strip()
    return (
        f'<g class="bar-row {escape(bar.kind)}">'
        + _text(_NAME_W - 8, y + 20, bar.name, "bar-name")
        + f'<rect x="{_NAME_W}" y="{y + 5}" width="{length:.1f}" height="{_BAR_H - 10}" rx="3"/>'
        + _text(_NAME_W + length + 8, y + 20, label, "bar-value")
        + "</g>"
    )


def progress_chart(
    points: Sequence[tuple[dt.date, float]],
    fan: Sequence[Band],
    goal: Goal | None,
    *,
    title: str,
    description: str,
    number: Callable[[float], str],
    band_name: str,
    marked: Collection[dt.date] = (),
) -> SafeString:
    """Return counts over days with the target's line and the fan of the forecast.

    Args:
        points: days and counts, oldest first; may be empty.
        fan: the days of the forecast after the last point; may be empty.
        goal: the target's line, None without a target.
        title: the question that the chart answers.
        description: the answer in words.
        number: writes a count in the reader's language.
        band_name: what the band means, a few words.
        marked: days whose points get a square and stand out.
    """
    scale = _Scale.over(points, fan, goal)
    parts = [_axis(scale, number)]
    if fan:
        parts.append(_fan(scale, points, fan, band_name))
    if goal is not None:
        parts.append(_goal(scale, goal, number))
    parts.append(_line(scale, points, number))
    parts += [_mark(scale.x(day), scale.y(value)) for day, value in points if day in marked]
    return _svg("progress", (_WIDTH, _HEIGHT), title, description, parts)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Days to x, counts to y; `top` is the highest mark, `step` between marks."""

    first: dt.date
    last: dt.date
    top: float
    step: float

    @classmethod
    def over(
        cls, points: Sequence[tuple[dt.date, float]], fan: Sequence[Band], goal: Goal | None
    ) -> "_Scale":
        days = [day for day, _ in points] + [band.day for band in fan]
        highs = [value for _, value in points] + [band.high for band in fan]
        if goal is not None:
            highs.append(goal.value)
            days += [goal.day] if goal.day is not None else []
        days = days or [dt.date(2020, 1, 1)]
        most = max([*highs, 1.0])
        power = 10.0 ** math.floor(math.log10(most))
        step = next(part * power for part in (0.2, 0.5, 1.0, 2.0) if most <= 5 * part * power)
        return cls(min(days), max(days), step * math.ceil(most / step), step)

    def x(self, day: dt.date) -> float:
        span = max(1, (self.last - self.first).days)
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (day - self.first).days / span

    def y(self, value: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / self.top


def _axis(scale: _Scale, number: Callable[[float], str]) -> str:
    parts = []
    for mark in range(round(scale.top / scale.step) + 1):
        y = scale.y(mark * scale.step)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>')
        parts.append(_text(_LEFT - 8, y + 4, number(mark * scale.step), "axis left"))
    span = (scale.last - scale.first).days
    for back in range(0, span + 1, max(1, math.ceil(span / 6))):
        day = scale.first + dt.timedelta(days=back)
        parts.append(_text(scale.x(day), _HEIGHT - _BOTTOM + 20, f"{day:%d/%m}", "axis"))
    return "".join(parts)


def _fan(
    scale: _Scale, points: Sequence[tuple[dt.date, float]], fan: Sequence[Band], name: str
) -> str:
    start = [Band(points[-1][0], *(points[-1][1],) * 3)] if points else []
    bands = [*start, *fan]
    edge = [(scale.x(band.day), scale.y(band.high)) for band in bands]
    edge += [(scale.x(band.day), scale.y(band.low)) for band in reversed(bands)]
    middle = [(scale.x(band.day), scale.y(band.middle)) for band in bands]
    end = fan[-1]
    return (
        f'<polygon class="fan" points="{_points(edge)}"/>'
        f'<polyline class="fan-middle" points="{_points(middle)}"/>'
        + _text(scale.x(end.day) + 6, scale.y(end.middle) + 4, name, "fan-name")
    )


def _goal(scale: _Scale, goal: Goal, number: Callable[[float], str]) -> str:
    y = scale.y(goal.value)
    parts = [
        f'<path class="goal" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>',
        _text(_LEFT + 6, y - 7, f"{goal.name}: {number(goal.value)}", "goal-name"),
    ]
    if goal.day is not None:
        x = scale.x(goal.day)
        parts.append(f'<path class="goal-day" d="M{x:.1f} {y:.1f}V{_HEIGHT - _BOTTOM}"/>')
    return "".join(parts)


def _line(
    scale: _Scale, points: Sequence[tuple[dt.date, float]], number: Callable[[float], str]
) -> str:
    places = [(scale.x(day), scale.y(value)) for day, value in points]
    if not places:
        return ""
    dots = "".join(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places)
    x, y = places[-1]
    label = _text(x - 6, y - 10, number(points[-1][1]), "line-value left")
    return f'<polyline class="line" points="{_points(places)}"/>{dots}{label}'


def _mark(x: float, y: float) -> str:
    return f'<rect class="marked" x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12"/>'


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(words)}</text>'


def _svg(
    kind: str, size: tuple[float, float], title: str, description: str, parts: Iterable[str]
) -> SafeString:
    made = (
        f'<svg class="picture {kind}" viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" role="img" '
        f'aria-label="{escape(title)} {escape(description)}">{"".join(parts)}</svg>'
    )
    return mark_safe(made)  # noqa: S308 - every word went through escape
