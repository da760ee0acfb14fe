"""The tile map: each province one equal tile in its rough place, the two archipelagos at theirs.

Our own drawing (DESIGN decision 9): a ranking is read better from equal tiles, and a tile has
no border to argue about. Columns count from the west, rows from the north, both from 0. Hoàng
Sa belongs to Đà Nẵng and Trường Sa to Khánh Hòa: their tiles show the province's value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Tile:
    """A place on the tile map."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Island:
    """An archipelago with a tile of its own: its name, its province's code, its place."""

    name: str
    province: str
    tile: Tile


@dataclass(frozen=True, slots=True)
class TileMap:
    """The tiles of a country's provinces by code, and its islands."""

    provinces: Mapping[str, Tile]
    islands: tuple[Island, ...]

    @property
    def columns(self) -> int:
        """How many columns the map has, islands included."""
        return 1 + max(tile.x for tile in self._every())

    @property
    def rows(self) -> int:
        """How many rows the map has, islands included."""
        return 1 + max(tile.y for tile in self._every())

    def _every(self) -> list[Tile]:
        return [*self.provinces.values(), *(island.tile for island in self.islands)]


_63: Final = """
.. .. .. 02 04 .. .. ..
12 10 15 08 06 20 .. ..
11 14 25 26 19 24 22 ..
.. .. 17 01 27 30 31 ..
.. .. .. 35 33 34 .. ..
.. .. 38 37 36 .. .. ..
.. .. 40 42 .. .. .. ..
.. .. .. 44 45 .. .. ..
.. .. .. .. .. 46 48 ..
.. .. .. .. .. .. 49 ..
.. .. .. .. .. .. 62 51
.. .. .. .. .. .. 64 52
.. .. .. .. .. .. 66 54
.. .. .. .. 70 67 68 56
.. .. .. 72 74 75 60 58
.. .. .. 80 79 77 .. ..
.. .. 87 82 83 .. .. ..
.. 89 92 86 84 .. .. ..
.. 91 93 94 .. .. .. ..
.. 96 95 .. .. .. .. ..
"""
"""63 provinces by code: Hà Giang (02) in the north, Cà Mau (96) in the south."""

_34: Final = """
12 15 08 04 .. ..
11 14 25 19 20 ..
.. .. 01 24 22 ..
.. .. 37 33 31 ..
.. .. 38 .. .. ..
.. .. 40 42 .. ..
.. .. .. 44 .. ..
.. .. .. .. 46 48
.. .. .. .. .. 51
.. .. .. .. .. 52
.. .. .. .. .. 66
.. .. .. 75 68 56
.. .. 80 79 .. ..
.. 91 82 .. .. ..
.. 92 86 .. .. ..
.. 96 .. .. .. ..
"""
"""34 provinces by code since July 2025."""


def _drawn(picture: str, islands: tuple[Island, ...]) -> TileMap:
    rows = picture.strip().splitlines()
    cells = {
        code: Tile(x, y)
        for y, row in enumerate(rows)
        for x, code in enumerate(row.split())
        if code != ".."
    }
    return TileMap(cells, islands)


MAP_63: Final = _drawn(
    _63, (Island("Hoàng Sa", "48", Tile(9, 8)), Island("Trường Sa", "56", Tile(10, 16)))
)
MAP_34: Final = _drawn(
    _34, (Island("Hoàng Sa", "48", Tile(7, 7)), Island("Trường Sa", "56", Tile(8, 13)))
)
_MAPS: Final[Mapping[str, TileMap]] = {"vn2020": MAP_63, "vn2025-06": MAP_63, "vn2025": MAP_34}


def map_of(edition: str) -> TileMap | None:
    """Return the tile map of an edition, None where nobody has drawn one."""
    return _MAPS.get(edition)


def tile_of(edition: str, code: str) -> Tile | None:
    """Return the tile of the province `code`, None where there is no map or no such province."""
    drawn = _MAPS.get(edition)
    return drawn.provinces.get(code) if drawn is not None else None
