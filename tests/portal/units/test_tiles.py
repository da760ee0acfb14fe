"""The tile map by itself: every province once, one piece, islands at sea."""

import pytest

from bluezone.portal.units.tiles import MAP_34, MAP_63, Tile, TileMap, map_of, tile_of

MAPS = pytest.mark.parametrize("drawn", [MAP_63, MAP_34], ids=["63", "34"])


def _touching(tile: Tile, tiles: set[Tile]) -> set[Tile]:
    return {
        Tile(tile.x + right, tile.y + down) for right in (-1, 0, 1) for down in (-1, 0, 1)
    } & tiles


@MAPS
def test_no_two_provinces_or_islands_share_a_tile(drawn: TileMap) -> None:
    tiles = [*drawn.provinces.values(), *(island.tile for island in drawn.islands)]

    assert len(tiles) == len(set(tiles))


def test_every_province_has_a_tile() -> None:
    assert (len(MAP_63.provinces), len(MAP_34.provinces)) == (63, 34)


@MAPS
def test_the_mainland_is_one_piece(drawn: TileMap) -> None:
    tiles = set(drawn.provinces.values())
    reached, edge = set(), {next(iter(tiles))}
    while edge:
        reached |= edge
        edge = {other for tile in edge for other in _touching(tile, tiles)} - reached

    assert reached == tiles


@MAPS
def test_the_archipelagos_lie_in_the_east_sea_and_belong_to_their_provinces(
    drawn: TileMap,
) -> None:
    hoang_sa, truong_sa = drawn.islands

    assert (hoang_sa.name, hoang_sa.province) == ("Hoàng Sa", "48")
    assert (truong_sa.name, truong_sa.province) == ("Trường Sa", "56")
    east = max(tile.x for tile in drawn.provinces.values())
    assert east < hoang_sa.tile.x < truong_sa.tile.x
    assert hoang_sa.tile.y < truong_sa.tile.y
    assert drawn.columns == truong_sa.tile.x + 1


@pytest.mark.parametrize(
    ("edition", "one", "other"),
    [
        ("vn2020", "30", "31"),
        ("vn2020", "01", "27"),
        ("vn2020", "48", "49"),
        ("vn2020", "79", "74"),
        ("vn2020", "46", "48"),
        ("vn2020", "96", "95"),
        ("vn2025", "31", "22"),
        ("vn2025", "01", "24"),
        ("vn2025", "79", "80"),
    ],
)
def test_neighbours_touch(edition: str, one: str, other: str) -> None:
    first, second = tile_of(edition, one), tile_of(edition, other)

    assert first is not None
    assert second is not None
    assert max(abs(first.x - second.x), abs(first.y - second.y)) == 1


def test_another_country_has_no_tiles() -> None:
    assert map_of("la2020") is None
    assert tile_of("la2020", "1") is None
