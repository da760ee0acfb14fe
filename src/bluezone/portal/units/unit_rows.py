"""From rows of a table to units of an edition: what each row says, and whether it can be so.

Codes may repeat between levels, never between siblings. A parent is named by its code, or by
its path below the nation where a code alone could mean two units. Rows may come in any order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.units.csv_reader import Table, read_table
from bluezone.portal.units.errors import InvalidTableError, Problem, RowRefusedError
from bluezone.portal.units.models import Level
from bluezone.portal.units.naming import fold
from bluezone.portal.units.paths import PATH_LENGTH, REST, is_code, join
from bluezone.portal.units.places import RANK, Places, SourceRow

ALIASES: Final = {
    "name_full": "full_name",
    "fullname": "full_name",
    "type": "kind",
    "latitude": "lat",
    "longitude": "lon",
    "lng": "lon",
    "parent_code": "parent",
    "cap": "level",
    "cấp": "level",
    "ma": "code",
    "mã": "code",
    "ten": "name",
    "tên": "name",
    "loai": "kind",
    "loại": "kind",
    "thuoc": "parent",
    "thuộc": "parent",
}
REQUIRED: Final = (("code",), ("name", "full_name"))
LEVEL_WORDS: Final = {
    **{str(level): level for level in RANK},
    "tinh": Level.PROVINCE,
    "huyen": Level.DISTRICT,
    "xa": Level.COMMUNE,
    "thon": Level.VILLAGE,
    "to dan pho": Level.VILLAGE,
    "ward": Level.COMMUNE,
    "state": Level.PROVINCE,
    "region": Level.PROVINCE,
    "county": Level.DISTRICT,
}
FILE_LEVELS: Final = {
    "provinces": Level.PROVINCE,
    "districts": Level.DISTRICT,
    "communes": Level.COMMUNE,
    "villages": Level.VILLAGE,
}
"""A table without the column `level` may say it in its name: `vn2020_districts.csv`."""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as a table gives it, with its place in the tree found."""

    path: str
    parent: str | None
    level: Level
    code: str
    name: str
    full_name: str
    kind: str
    lat: float | None
    lon: float | None


@dataclass(slots=True)
class UnitRows:
    """What tables say: the good rows from the nation down, and what is wrong with the others."""

    units: list[UnitRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_units(
    files: Iterable[tuple[str, bytes]], edition: str, known: Mapping[str, tuple[str, str]]
) -> UnitRows:
    """Return the units that tables describe.

    Args:
        files: names and contents of the tables of one edition.
        edition: its identifier, the first part of every path.
        known: path to (level, code) of the units that are loaded already.

    Raises:
        InvalidTableError: a table cannot be read at all.
    """
    result = UnitRows()
    sources: list[SourceRow] = []
    for file, content in files:
        table = read_table(content, file, _aliases(content), required=REQUIRED)
        result.problems += table.problems
        sources += _levelled(table, result.problems)
    _place_all(sources, Places(edition, known), edition, result)
    result.problems.sort(key=lambda problem: (problem.file, problem.row))
    return result


def _aliases(content: bytes) -> Mapping[str, str]:
    """Return the aliases of a header; of several codes of units above the lowest is the parent."""
    header = content.split(b"\n", 1)[0].lower()
    for above in (b"commune_code", b"district_code", b"province_code"):
        if above in header:
            return {**ALIASES, above.decode(): "parent"}
    return ALIASES


def _levelled(table: Table, problems: list[Problem]) -> list[SourceRow]:
    """Return the rows with their levels, said by the row or by the name of the file."""
    stem = table.file.rsplit(".", 1)[0].rsplit("_", 1)[-1].lower()
    if "level" not in table.columns and stem not in FILE_LEVELS:
        message = _('there is no such column, and the file is not called "…_communes.csv" or so')
        raise InvalidTableError((Problem(table.file, 1, "level", "missing_column", message),))
    found = []
    for row in table.rows:
        said = fold(row.get("level"))
        level = LEVEL_WORDS.get(said) if said else FILE_LEVELS.get(stem)
        if level is not None:
            found.append(SourceRow(table.file, row, level))
            continue
        message = _('"%(said)s" is no level; use %(levels)s')
        values = {"said": row.get("level")[:40], "levels": ", ".join(RANK)}
        wrong = "level", "unknown_level", message % values
        problems.append(Problem(table.file, row.number, *wrong))
    return found


def _place_all(sources: list[SourceRow], places: Places, edition: str, result: UnitRows) -> None:
    """Add each row to `result`, as a unit or as a problem, the levels from the top."""
    first: dict[str, SourceRow] = {}
    for source in sorted(sources, key=lambda source: RANK[source.level]):
        try:
            unit = _placed(source, places, edition)
            other = first.setdefault(unit.path, source)
            if other is not source:
                message = _("the code %(code)s is also in row %(row)d of %(file)s")
                values = {"code": unit.code, "row": other.row.number, "file": other.file}
                raise source.refused("code", "code_twice", message % values)
        except RowRefusedError as error:
            result.problems.append(error.problem)
            continue
        places.add(unit.path, unit.level, unit.code)
        result.units.append(unit)


def _placed(source: SourceRow, places: Places, edition: str) -> UnitRow:
    """Return the unit of a row.

    Raises:
        RowRefusedError: something in the row is wrong.
    """
    code, kind = source.get("code"), source.get("kind")
    if not is_code(code) or code == REST:
        message = _('"%(code)s" is no code; use 1 to 16 letters A-Z, digits and hyphens')
        raise source.refused("code", "invalid_code", message % {"code": code[:40]})
    names, point = _names(source), _point(source)
    if source.level == Level.NATION:
        return UnitRow(edition, None, source.level, code, *names, kind, *point)
    parent = places.above(source)
    path = join(parent, code)
    if len(path) > PATH_LENGTH:
        message = _("the codes down to this unit are longer than %(limit)d characters together")
        raise source.refused("code", "path_too_long", message % {"limit": PATH_LENGTH})
    return UnitRow(path, parent, source.level, code, *names, kind, *point)


def _names(source: SourceRow) -> tuple[str, str]:
    """Return (name, full name); each is made from the other and the kind where it is missing."""
    name, full, kind = (source.get(column) for column in ("name", "full_name", "kind"))
    if not name:
        name = full.removeprefix(kind).strip() if kind else full
    if not full:
        starts = kind and name.casefold().startswith(kind.casefold())
        full = name if starts or not kind else f"{kind} {name}"
    if not fold(name):
        raise source.refused("name", "missing_name", _("the name is missing"))
    for column, text, limit in (("name", name, 120), ("full_name", full, 160), ("kind", kind, 40)):
        if len(text) > limit or not text.isprintable():
            message = _("longer than %(limit)d characters, or with invisible signs")
            raise source.refused(column, "invalid_name", message % {"limit": limit})
    return name, full


def _point(source: SourceRow) -> tuple[float | None, float | None]:
    """Return latitude and longitude in degrees, both or neither."""
    if not source.get("lat") and not source.get("lon"):
        return None, None
    return _degrees(source, "lat", 90), _degrees(source, "lon", 180)


def _degrees(source: SourceRow, column: str, limit: int) -> float:
    text = source.get(column)
    try:
        value = float(text)
    except ValueError:
        value = nan
    if -limit <= value <= limit:
        return value
    message = _('"%(text)s" is no number from -%(limit)d to %(limit)d, such as 20.94')
    said = {"text": text[:40], "limit": limit}
    raise source.refused(column, "invalid_coordinate", message % said)
