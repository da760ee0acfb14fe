"""From rows of a table to units of an edition: what each row says, and whether it can be so.

Codes may repeat between levels, never between siblings. A parent is named by its code, or by
its path below the nation where a code alone could mean two units. Rows may come in any order.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.units.csv_reader import Row, Table, read_table
from bluezone.portal.units.errors import InvalidTableError, Problem
from bluezone.portal.units.models import Level
from bluezone.portal.units.naming import fold
from bluezone.portal.units.paths import PATH_LENGTH, REST, SEPARATOR, is_code, join

RANK: Final = {
    Level.NATION: 0,
    Level.PROVINCE: 1,
    Level.DISTRICT: 2,
    Level.COMMUNE: 3,
    Level.VILLAGE: 4,
}
"""How far below the nation a level is."""
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


@dataclass(slots=True)
class _Places:
    """Where known units are: by level and code, and by path."""

    edition: str
    by_code: defaultdict[str, list[tuple[Level, str]]]
    level_of: dict[str, Level]

    def add(self, path: str, level: Level, code: str) -> None:
        if path not in self.level_of:
            self.level_of[path] = level
            self.by_code[code].append((level, path))


@dataclass(frozen=True, slots=True)
class _Source:
    """A row with the file it stands in and the level it claims."""

    file: str
    row: Row
    level: Level

    def problem(self, column: str, code: str, message: str) -> Problem:
        return Problem(self.file, self.row.number, column, code, message)


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
    sources: list[_Source] = []
    for file, content in files:
        table = read_table(content, file, _aliases(content), required=REQUIRED)
        result.problems += table.problems
        sources += _levelled(table, result.problems)
    places = _Places(edition, defaultdict(list), {})
    places.add(edition, Level.NATION, "")
    for path, (level, code) in known.items():
        if level in RANK:
            places.add(path, Level(level), code)
    _place_all(sources, places, result)
    result.problems.sort(key=lambda problem: (problem.file, problem.row))
    return result


def _aliases(content: bytes) -> Mapping[str, str]:
    """Return the aliases of a header; of several codes of units above the lowest is the parent."""
    header = content.split(b"\n", 1)[0].lower()
    for above in (b"commune_code", b"district_code", b"province_code"):
        if above in header:
            return {**ALIASES, above.decode(): "parent"}
    return ALIASES


def _levelled(table: Table, problems: list[Problem]) -> list[_Source]:
    stem = table.file.rsplit(".", 1)[0].rsplit("_", 1)[-1].lower()
    if "level" not in table.columns and stem not in FILE_LEVELS:
        message = _('there is no such column, and the file is not called "…_communes.csv" or so')
        raise InvalidTableError((Problem(table.file, 1, "level", "missing_column", message),))
    found = []
    for row in table.rows:
        said = fold(row.get("level"))
        level = LEVEL_WORDS.get(said) if said else FILE_LEVELS.get(stem)
        if level is None:
            message = _('"%(said)s" is no level; use %(levels)s')
            values = {"said": row.get("level")[:40], "levels": ", ".join(RANK)}
            problems.append(
                Problem(table.file, row.number, "level", "unknown_level", message % values)
            )
        else:
            found.append(_Source(table.file, row, level))
    return found


def _place_all(sources: list[_Source], places: _Places, result: UnitRows) -> None:
    first: dict[str, _Source] = {}
    for source in sorted(sources, key=lambda source: RANK[source.level]):
        placed = _placed(source, places)
        if isinstance(placed, Problem):
            result.problems.append(placed)
        elif placed.path in first:
            other = first[placed.path]
            message = _("the code %(code)s is also in row %(row)d of %(file)s")
            values = {"code": placed.code, "row": other.row.number, "file": other.file}
            result.problems.append(source.problem("code", "code_twice", message % values))
        else:
            first[placed.path] = source
            places.add(placed.path, placed.level, placed.code)
            result.units.append(placed)


def _placed(source: _Source, places: _Places) -> UnitRow | Problem:
    """Return the unit of a row, or what is wrong with the row."""
    row, code = source.row, source.row.get("code")
    if not is_code(code) or code == REST:
        message = _('"%(code)s" is no code; use 1 to 16 letters A-Z, digits and hyphens')
        return source.problem("code", "invalid_code", message % {"code": code[:40]})
    names = _names(source)
    if isinstance(names, Problem):
        return names
    point = _point(source)
    if isinstance(point, Problem):
        return point
    if source.level == Level.NATION:
        return UnitRow(places.edition, None, source.level, code, *names, row.get("kind"), *point)
    parent = _parent(source, places)
    if isinstance(parent, Problem):
        return parent
    path = join(parent, code)
    if len(path) > PATH_LENGTH:
        message = _("the codes down to this unit are longer than %(limit)d characters together")
        return source.problem("code", "path_too_long", message % {"limit": PATH_LENGTH})
    return UnitRow(path, parent, source.level, code, *names, row.get("kind"), *point)


def _names(source: _Source) -> tuple[str, str] | Problem:
    """Return (name, full name); each is made from the other and the kind where it is missing."""
    name, full, kind = (source.row.get(column) for column in ("name", "full_name", "kind"))
    if not name:
        name = full.removeprefix(kind).strip() if kind else full
    if not full:
        starts = kind and name.casefold().startswith(kind.casefold())
        full = name if starts or not kind else f"{kind} {name}"
    if not fold(name):
        return source.problem("name", "missing_name", _("the name is missing"))
    for column, text, limit in (("name", name, 120), ("full_name", full, 160), ("kind", kind, 40)):
        if len(text) > limit or not text.isprintable():
            message = _("longer than %(limit)d characters, or with invisible signs")
            return source.problem(column, "invalid_name", message % {"limit": limit})
    return name, full


def _point(source: _Source) -> tuple[float | None, float | None] | Problem:
    texts = source.row.get("lat"), source.row.get("lon")
    if not any(texts):
        return None, None
    values = []
    for column, text, limit in zip(("lat", "lon"), texts, (90, 180), strict=True):
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not -limit <= value <= limit:
            message = _('"%(text)s" is no number from -%(limit)d to %(limit)d, such as 20.94')
            said = {"text": text[:40], "limit": limit}
            return source.problem(column, "invalid_coordinate", message % said)
        values.append(value)
    return values[0], values[1]


def _parent(source: _Source, places: _Places) -> str | Problem:
    """Return the path of the unit above a row's unit."""
    said = source.row.get("parent")
    if not said:
        return _top(source, places)
    above = [path for level, path in _candidates(said, places) if RANK[level] < RANK[source.level]]
    if len(above) == 1:
        return above[0]
    if above:
        message = _("the code %(said)s means %(count)d units; write the path, such as %(path)s")
        example = above[0].removeprefix(places.edition + SEPARATOR)
        values = {"said": said[:40], "count": len(above), "path": example}
        return source.problem("parent", "ambiguous_parent", message % values)
    return source.problem("parent", "unknown_parent", _unknown_parent(said, places))


def _top(source: _Source, places: _Places) -> str | Problem:
    """Return the nation for a row without parent, unless the tree has levels in between."""
    between = {level for level in places.level_of.values() if RANK[level] < RANK[source.level]}
    if between <= {Level.NATION}:
        return places.edition
    message = _("the unit above is missing; write its code")
    return source.problem("parent", "missing_parent", message)


def _candidates(said: str, places: _Places) -> list[tuple[Level, str]]:
    if SEPARATOR not in said:
        return places.by_code.get(said, [])
    inside = said.startswith(places.edition + SEPARATOR)
    path = said if inside else join(places.edition, said)
    return [(places.level_of[path], path)] if path in places.level_of else []


def _unknown_parent(said: str, places: _Places) -> str:
    for zeros in range(1, 5):
        padded = said.zfill(len(said) + zeros)
        if said.isdigit() and places.by_code.get(padded):
            message = _(
                "there is no unit %(said)s, but there is %(padded)s; a spreadsheet may have "
                "removed the zeros: make the column text"
            )
            return message % {"said": said[:40], "padded": padded}
    message = _("there is no unit %(said)s above this one, or its own row is refused")
    return message % {"said": said[:40]}
