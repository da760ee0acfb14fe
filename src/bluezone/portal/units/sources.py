"""Where trees come from: the tables in the package for Vietnam, or files of anybody's.

The package's own tables have the same columns as everybody's, so that Vietnam is no special
case. A folder holds tables named `<edition>_<level>s.csv` or `<edition>.csv`, and successor
links named `successors_<old>_<new>.csv`.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from bluezone.portal.units.errors import UnitError, UnknownEditionError
from bluezone.portal.units.paths import is_edition

_LINKS: Final = re.compile(r"successors_([a-z0-9-]+)_([a-z0-9-]+)\.csv")
_UNITS: Final = re.compile(
    r"([a-z][a-z0-9-]+)(?:_(?:nation|provinces|districts|communes|villages|units))?\.csv"
)


@dataclass(frozen=True, slots=True)
class EditionFacts:
    """What is known of an edition beside its units; `nation` is the name of the whole."""

    id: str
    country: str
    name: str
    nation: str
    valid_from: dt.date
    valid_to: dt.date | None
    source: str


@dataclass(frozen=True, slots=True)
class EditionSource:
    """An edition and the tables of its units."""

    facts: EditionFacts
    tables: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class LinkSource:
    """A table of successors between two editions."""

    old: str
    new: str
    tables: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything to be loaded, and the files that were left aside."""

    editions: tuple[EditionSource, ...]
    links: tuple[LinkSource, ...]
    left_aside: tuple[str, ...] = ()


def packaged_facts() -> dict[str, EditionFacts]:
    """Return the editions that come with the package, the oldest first."""
    text = (_tables() / "editions.csv").read_text(encoding="utf-8")
    found = {}
    for row in csv.DictReader(io.StringIO(text)):
        start, end = dt.date.fromisoformat(row["valid_from"]), row["valid_to"]
        until = dt.date.fromisoformat(end) if end else None
        names = row["id"], row["country"], row["name"], row["nation"]
        found[row["id"]] = EditionFacts(*names, start, until, row["source"])
    return found


def packaged(wanted: Sequence[str]) -> Sources:
    """Return the packaged editions of these names and every packaged link between them.

    Raises:
        UnknownEditionError: there is no such edition in the package.
    """
    facts = packaged_facts()
    for edition in wanted:
        if edition not in facts:
            known = ", ".join(facts)
            raise UnknownEditionError(
                f"the package has no edition {edition}, only {known}; name a file with --from"
            )
    editions = [
        EditionSource(facts[edition], ((f"{edition}.csv", _packaged(f"{edition}.csv")),))
        for edition in facts
        if edition in wanted
    ]
    links = []
    for entry in sorted(_tables().iterdir(), key=lambda entry: entry.name):
        match = _LINKS.fullmatch(entry.name)
        if match and {match[1], match[2]} <= set(wanted):
            table = (entry.name, entry.read_bytes())
            links.append(LinkSource(match[1], match[2], (table,)))
    return Sources(tuple(editions), tuple(links))


def from_files(place: Path, facts: EditionFacts | None) -> Sources:
    """Return what lies in a CSV file or in a folder of them.

    Args:
        place: a file of units or links, or a folder.
        facts: of the edition of a file of units; in a folder, of the only one wanted. None
            takes the edition from the names of files, for editions that the package knows.

    Raises:
        UnitError: nothing of use is there, or an edition is not known.
    """
    paths = sorted(place.glob("*.csv")) if place.is_dir() else [place]
    units: dict[str, list[tuple[str, bytes]]] = {}
    links, aside = [], []
    for path in paths:
        link, unit = _LINKS.fullmatch(path.name), _UNITS.fullmatch(path.name)
        edition = facts.id if facts and not place.is_dir() else unit[1] if unit else ""
        table = (path.name, path)
        if link:
            links.append(LinkSource(link[1], link[2], ((path.name, path.read_bytes()),)))
        elif is_edition(edition) and (facts is None or edition == facts.id):
            units.setdefault(edition, []).append((table[0], path.read_bytes()))
        else:
            aside.append(path.name)
    editions = tuple(EditionSource(_facts(name, facts), tuple(units[name])) for name in units)
    if not editions and not links:
        raise UnitError(
            f"no table of units in {place.name}; a file is called <edition>.csv, "
            "<edition>_communes.csv or successors_<old>_<new>.csv, or give --edition"
        )
    return Sources(editions, tuple(links), tuple(aside))


def _facts(edition: str, given: EditionFacts | None) -> EditionFacts:
    known = given if given is not None and given.id == edition else packaged_facts().get(edition)
    if known is None:
        raise UnknownEditionError(
            f"the edition {edition} is new: give --edition, --country, --name and --valid-from"
        )
    return known


def _tables() -> Traversable:
    return files("bluezone.portal.units") / "tables"


def _packaged(name: str) -> bytes:
    return (_tables() / name).read_bytes()
