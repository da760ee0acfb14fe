"""Loading a tree: everything or nothing, or the good rows; the same again changes nothing.

What a table no longer has stays, because figures may speak of it, and is counted as missing.
Rows are written in bulk: all of Vietnam, 24,800 units and 23,000 links, takes a few seconds.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from django.db import models, transaction

from bluezone.portal.units.errors import InvalidTableError, Problem, UnknownEditionError
from bluezone.portal.units.models import Edition, Level, Successor, Unit
from bluezone.portal.units.naming import fold, initials
from bluezone.portal.units.sources import EditionFacts, EditionSource, LinkSource, Sources
from bluezone.portal.units.succession import all_links
from bluezone.portal.units.successor_rows import Link, read_links
from bluezone.portal.units.tiles import tile_of
from bluezone.portal.units.unit_rows import RANK, UnitRow, read_units

T = TypeVar("T")
Track = Callable[[Sequence[T], str], Iterable[T]]
"""Passes chunks on and shows how far it is: chunks and what they are."""

BATCH: Final = 1000
_FACTS: Final = (
    "code",
    "name",
    "full_name",
    "kind",
    "search_name",
    "search_full",
    "initials",
    "lat",
    "lon",
    "tile_x",
    "tile_y",
)
"""Columns of a unit that a table decides."""
_LINK_FACTS: Final = ("kind", "share", "basis")


@dataclass(slots=True)
class Summary:
    """What loading did to one edition or one set of links.

    `missing` units are loaded but no longer in the tables; they stay.
    """

    what: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    levels: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def row(self) -> dict[str, object]:
        """Return the summary as a row to print."""
        return {
            "what": self.what,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "missing": self.missing,
            "refused": len(self.problems),
            **self.levels,
        }


def untracked(chunks: Sequence[T], _label: str) -> Iterable[T]:
    """Pass chunks on without showing anything."""
    return chunks


def load(
    sources: Sources, *, keep_good: bool = False, track: Track[Sequence[object]] = untracked
) -> list[Summary]:
    """Load editions and links in one transaction and return what was done, in that order.

    Args:
        sources: the tables.
        keep_good: load the good rows and report the others; otherwise one wrong row refuses all.
        track: shows progress.

    Raises:
        InvalidTableError: a table cannot be read, or a row is wrong and `keep_good` is not set.
        UnknownEditionError: links speak of an edition that is not loaded.
    """
    with transaction.atomic():
        done = [_load_edition(source, keep_good, track) for source in sources.editions]
        done += [_load_links(source, keep_good, track) for source in sources.links]
    return done


def _load_edition(
    source: EditionSource,
    keep_good: bool,
    track: Track[Sequence[object]],  # noqa: FBT001 - passed on
) -> Summary:
    facts = source.facts
    edition = _edition(facts)
    before = {unit.path: unit for unit in Unit.objects.filter(edition=edition)}
    known = {path: (unit.level, unit.code) for path, unit in before.items()}
    rows = read_units(source.tables, facts.id, known)
    _refuse(rows.problems, keep_good=keep_good)
    summary = Summary(facts.id, problems=rows.problems)
    wanted = [_nation(facts, rows.units)]
    wanted += [_unit(row, edition) for row in rows.units if row.level != Level.NATION]
    tables_levels = {unit.level for unit in wanted}
    loaded = {path for path, unit in before.items() if unit.level in tables_levels}
    summary.missing = len(loaded - {unit.path for unit in wanted})
    fresh = _compare(wanted, before, summary)
    _write(fresh, _FACTS, "path", track(_chunks(fresh), facts.id))
    for level in RANK:
        summary.levels[level] = sum(unit.level == level for unit in wanted)
    return summary


def _compare(wanted: Sequence[Unit], before: dict[str, Unit], summary: Summary) -> list[Unit]:
    """Return the units that are new or differ, and count all."""
    fresh = []
    for unit in wanted:
        old = before.get(unit.path)
        if old is None:
            summary.created += 1
        elif any(getattr(old, name) != getattr(unit, name) for name in _FACTS):
            summary.changed += 1
        else:
            summary.unchanged += 1
            continue
        fresh.append(unit)
    return fresh


def _edition(facts: EditionFacts) -> Edition:
    values = {
        "country": facts.country,
        "name": facts.name,
        "valid_from": facts.valid_from,
        "valid_to": facts.valid_to,
        "source": facts.source,
    }
    edition, _created = Edition.objects.update_or_create(id=facts.id, defaults=values)
    return edition


def _nation(facts: EditionFacts, rows: Sequence[UnitRow]) -> Unit:
    own = next((row for row in rows if row.level == Level.NATION), None)
    if own is not None:
        return _unit(own, None, edition_id=facts.id)
    names = facts.nation, facts.nation
    row = UnitRow(facts.id, None, Level.NATION, facts.country, *names, "", None, None)
    return _unit(row, None, edition_id=facts.id)


def _unit(row: UnitRow, edition: Edition | None, *, edition_id: str = "") -> Unit:
    edition_id = edition.id if edition is not None else edition_id
    name = fold(row.name)
    tile = tile_of(edition_id, row.code) if row.level == Level.PROVINCE else None
    return Unit(
        path=row.path,
        edition_id=edition_id,
        parent_id=row.parent,
        level=str(row.level),
        code=row.code,
        name=row.name,
        full_name=row.full_name,
        kind=row.kind,
        search_name=name,
        search_full=fold(row.full_name),
        initials=initials(name),
        lat=row.lat,
        lon=row.lon,
        tile_x=tile.x if tile else None,
        tile_y=tile.y if tile else None,
    )


def _load_links(
    source: LinkSource,
    keep_good: bool,
    track: Track[Sequence[object]],  # noqa: FBT001 - passed on
) -> Summary:
    old, new = (_known(edition) for edition in (source.old, source.new))
    rows = read_links(source.tables, (source.old, old), (source.new, new))
    _refuse(rows.problems, keep_good=keep_good)
    summary = Summary(f"{source.old} → {source.new}", problems=rows.problems)
    links, remainders = all_links(rows.links, source.old, source.new, old)
    ensure_remainders(remainders)
    ends = {"old__edition": source.old, "new__edition": source.new}
    before = {(link.old_id, link.new_id): link for link in Successor.objects.filter(**ends)}
    fresh = _changed_links(links, before, summary)
    wanted = {(link.old, link.new) for link in links}
    gone = [link.pk for ends_, link in before.items() if ends_ not in wanted]
    summary.missing = len(gone)
    for chunk in _chunks(gone):
        Successor.objects.filter(pk__in=chunk).delete()
    _write(fresh, _LINK_FACTS, ("old", "new"), track(_chunks(fresh), summary.what))
    summary.levels["links"] = len(links)
    return summary


def _changed_links(
    links: Sequence[Link], before: dict[tuple[str, str], Successor], summary: Summary
) -> list[Successor]:
    fresh = []
    for link in links:
        old = before.get((link.old, link.new))
        facts = (str(link.kind), link.share, link.basis)
        if old is None:
            summary.created += 1
        elif (old.kind, old.share, old.basis) != facts:
            summary.changed += 1
        else:
            summary.unchanged += 1
            continue
        kind, share, basis = facts
        ends = {"old_id": link.old, "new_id": link.new}
        fresh.append(Successor(**ends, kind=kind, share=share, basis=basis))
    return fresh


def ensure_remainders(paths: Iterable[str]) -> None:
    """Make the remainders of these paths that are not there yet."""
    wanted = set(paths)
    there = set(Unit.objects.filter(path__in=wanted).values_list("path", flat=True))
    units = []
    for path in sorted(wanted - there):
        parent, _dot, code = path.rpartition(".")
        units.append(
            Unit(
                path=path,
                edition_id=path.split(".", 1)[0],
                parent_id=parent,
                level=Level.REMAINDER,
                code=code,
                name="Chưa phân về đơn vị cấp dưới",
                full_name="Chưa phân về đơn vị cấp dưới",
                search_name="",
                search_full="",
                initials="",
            )
        )
    Unit.objects.bulk_create(units, batch_size=BATCH)


def _known(edition: str) -> dict[str, tuple[str, str]]:
    rows = Unit.objects.filter(edition=edition).values_list("path", "level", "code")
    known = {path: (level, code) for path, level, code in rows}
    if not known:
        raise UnknownEditionError(f"links need the units of {edition}; load that edition first")
    return known


def _refuse(problems: Sequence[Problem], *, keep_good: bool) -> None:
    if problems and not keep_good:
        raise InvalidTableError(tuple(problems))


def _chunks(rows: Sequence[T]) -> list[Sequence[T]]:
    return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]


def _write(
    rows: Sequence[models.Model],
    facts: Sequence[str],
    key: str | Sequence[str],
    chunks: Iterable[Sequence[object]],
) -> None:
    """Insert rows, or update those whose key is there."""
    unique = [key] if isinstance(key, str) else list(key)
    manager = type(rows[0])._default_manager if rows else None  # noqa: SLF001 - Django's own name
    for chunk in chunks:
        if manager is not None:
            manager.bulk_create(
                chunk, update_conflicts=True, unique_fields=unique, update_fields=list(facts)
            )
