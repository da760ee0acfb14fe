"""Finding the unit above: by code among the levels above, or by path.

Units are known from rows read before (the tables are read from the nation down) and from the
database, so that a table of villages alone finds its communes.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.units.csv_reader import Row
from bluezone.portal.units.errors import Problem, RowRefusedError
from bluezone.portal.units.models import Level
from bluezone.portal.units.paths import SEPARATOR, join

RANK: Final = {
    Level.NATION: 0,
    Level.PROVINCE: 1,
    Level.DISTRICT: 2,
    Level.COMMUNE: 3,
    Level.VILLAGE: 4,
}
"""How far below the nation a level is."""
_MOST_ZEROS: Final = 4


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row with the file it stands in and the level it claims."""

    file: str
    row: Row
    level: Level

    def get(self, column: str) -> str:
        """Return a cell, empty where there is none."""
        return self.row.get(column)

    def refused(self, column: str, code: str, message: str) -> RowRefusedError:
        """Return the error that refuses this row."""
        return RowRefusedError(Problem(self.file, self.row.number, column, code, message))


class Places:
    """Where the known units of an edition are."""

    def __init__(self, edition: str, known: Mapping[str, tuple[str, str]]) -> None:
        """Start with the nation and `known`: path to (level, code) of loaded units."""
        self._edition = edition
        self._by_code: defaultdict[str, list[str]] = defaultdict(list)
        self._levels: dict[str, Level] = {}
        self.add(edition, Level.NATION, "")
        for path, (level, code) in known.items():
            if level in RANK:
                self.add(path, Level(level), code)

    def add(self, path: str, level: Level, code: str) -> None:
        """Remember a unit; a table may give a known one another level."""
        if path not in self._levels:
            self._by_code[code].append(path)
        self._levels[path] = level

    def above(self, source: SourceRow) -> str:
        """Return the path of the unit above a row's unit.

        Raises:
            RowRefusedError: it is not named, not known, or could be several.
        """
        said = source.get("parent")
        if not said:
            return self._top(source)
        found = [path for path in self._named(said) if self._is_above(path, source.level)]
        if len(found) == 1:
            return found[0]
        if not found:
            raise source.refused("parent", "unknown_parent", self._unknown(said))
        message = _("the code %(said)s means %(count)d units; write the path, such as %(path)s")
        example = found[0].removeprefix(self._edition + SEPARATOR)
        values = {"said": said[:40], "count": len(found), "path": example}
        raise source.refused("parent", "ambiguous_parent", message % values)

    def _is_above(self, path: str, level: Level) -> bool:
        return RANK[self._levels[path]] < RANK[level]

    def _top(self, source: SourceRow) -> str:
        """Return the nation for a row without parent, unless there are levels in between."""
        between = {level for level in self._levels.values() if RANK[level] < RANK[source.level]}
        if between <= {Level.NATION}:
            return self._edition
        message = _("the unit above is missing; write its code")
        raise source.refused("parent", "missing_parent", message)

    def _named(self, said: str) -> list[str]:
        if SEPARATOR not in said:
            return self._by_code.get(said, [])
        inside = said.startswith(self._edition + SEPARATOR)
        path = said if inside else join(self._edition, said)
        return [path] if path in self._levels else []

    def _unknown(self, said: str) -> str:
        for zeros in range(1, _MOST_ZEROS + 1):
            padded = "0" * zeros + said
            if said.isdigit() and self._by_code.get(padded):
                message = _(
                    "there is no unit %(said)s, but there is %(padded)s; a spreadsheet may have "
                    "removed the zeros: make the column text"
                )
                return message % {"said": said[:40], "padded": padded}
        message = _("there is no unit %(said)s above this one, or its own row is refused")
        return message % {"said": said[:40]}
