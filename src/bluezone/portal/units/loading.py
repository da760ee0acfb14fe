"""Loading a tree: everything or nothing, or the good rows; the same again changes nothing.

What a table no longer has stays, because figures may speak of it, and is counted as missing.
Rows are written in bulk: all of Vietnam, 25,500 units and 23,000 links, takes a few seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from bluezone.portal import locks
from bluezone.portal.audit.services import SYSTEM, record
from bluezone.portal.units.bulk import Summary, Track, fresh, ranges_of, untracked, write
from bluezone.portal.units.errors import InvalidTableError, Problem, UnknownEditionError
from bluezone.portal.units.models import Edition, Level, Successor, Unit
from bluezone.portal.units.naming import search_texts
from bluezone.portal.units.places import RANK
from bluezone.portal.units.remainders import ensure_remainders
from bluezone.portal.units.sources import EditionFacts, EditionSource, LinkSource, Sources
from bluezone.portal.units.succession import all_links
from bluezone.portal.units.successor_rows import Link, read_links
from bluezone.portal.units.tiles import tile_of
from bluezone.portal.units.unit_rows import UnitRow, read_units
from bluezone.portal.units.village_carrying import BASIS as VILLAGE_BASIS

UNIT_FACTS: Final = (
    "level",
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
"""Columns of a unit that a table decides; a closed village stays closed."""
LINK_FACTS: Final = ("kind", "share", "basis")


@dataclass(frozen=True, slots=True)
class _Manner:
    """How to load: what to do with wrong rows, and who shows progress."""

    keep_good: bool
    track: Track

    def judge(self, problems: Sequence[Problem]) -> None:
        """Refuse everything if a row is wrong, unless good rows are to be kept."""
        if problems and not self.keep_good:
            raise InvalidTableError(tuple(problems))


def load(sources: Sources, *, keep_good: bool = False, track: Track = untracked) -> list[Summary]:
    """Load editions and links in one transaction and return what was done, in that order.

    Args:
        sources: the tables.
        keep_good: load the good rows and report the others; otherwise one wrong row refuses all.
        track: shows progress.

    Raises:
        InvalidTableError: a table cannot be read, or a row is wrong and `keep_good` is not set.
        UnknownEditionError: links speak of an edition that is not loaded.
    """
    manner = _Manner(keep_good, track)
    with transaction.atomic():
        locks.hold("units")
        done = [_load_edition(source, manner) for source in sources.editions]
        done += [_load_links(source, manner) for source in sources.links]
        for summary in done:
            if summary.created or summary.changed:
                record(SYSTEM, "units.loaded", f"units {summary.what}", summary.row())
    return done


def _load_edition(source: EditionSource, manner: _Manner) -> Summary:
    facts = source.facts
    _save_edition(facts)
    before = {unit.path: unit for unit in Unit.objects.filter(edition=facts.id)}
    known = {path: (unit.level, unit.code) for path, unit in before.items()}
    rows = read_units(source.tables, facts.id, known)
    manner.judge(rows.problems)
    summary = Summary(facts.id, problems=rows.problems)
    wanted = _wanted(facts, rows.units, before)
    _count(summary, wanted, before)
    changed = fresh(wanted, before, UNIT_FACTS, summary)
    save = write(Unit.objects, changed, ["path"], UNIT_FACTS)
    save(manner.track(ranges_of(changed), facts.id))
    return summary


def _wanted(
    facts: EditionFacts, rows: Sequence[UnitRow], before: Mapping[str, Unit]
) -> dict[str, Unit]:
    """Return the units of the tables by path, from the top; the nation, too, if none has it."""
    wanted = {row.path: _unit(row, facts.id) for row in rows}
    if facts.id in wanted:
        return wanted
    names = facts.nation, facts.nation
    row = UnitRow(facts.id, None, Level.NATION, facts.country, *names, "", None, None)
    return {facts.id: before.get(facts.id) or _unit(row, facts.id), **wanted}


def _count(summary: Summary, wanted: Mapping[str, Unit], before: Mapping[str, Unit]) -> None:
    levels = [unit.level for unit in wanted.values()]
    summary.counts = {str(level): levels.count(level) for level in RANK}
    loaded = {path for path, unit in before.items() if summary.counts.get(unit.level)}
    summary.missing = len(loaded - set(wanted))


def _save_edition(facts: EditionFacts) -> None:
    values = {
        "country": facts.country,
        "name": facts.name,
        "valid_from": facts.valid_from,
        "valid_to": facts.valid_to,
        "source": facts.source,
    }
    Edition.objects.update_or_create(id=facts.id, defaults=values)


def _unit(row: UnitRow, edition: str) -> Unit:
    texts = search_texts(row.name, row.full_name)
    tile = tile_of(edition, row.code) if row.level == Level.PROVINCE else None
    return Unit(
        path=row.path,
        edition_id=edition,
        parent_id=row.parent,
        level=str(row.level),
        code=row.code,
        name=row.name,
        full_name=row.full_name,
        kind=row.kind,
        search_name=texts.search_name,
        search_full=texts.search_full,
        initials=texts.initials,
        lat=row.lat,
        lon=row.lon,
        tile_x=tile.x if tile else None,
        tile_y=tile.y if tile else None,
    )


def _load_links(source: LinkSource, manner: _Manner) -> Summary:
    old, new = (_known(edition) for edition in (source.old, source.new))
    rows = read_links(source.tables, (source.old, old), (source.new, new))
    manner.judge(rows.problems)
    summary = Summary(f"{source.old} → {source.new}", problems=rows.problems)
    links, remainders = all_links(rows.links, (source.old, old), source.new)
    ensure_remainders(remainders)
    ends = {"old__edition": source.old, "new__edition": source.new}
    # Links of villages are made by whoever carries them on, and are in no table of a country.
    loaded = Successor.objects.filter(**ends).exclude(basis=VILLAGE_BASIS)
    before = {(link.old_id, link.new_id): link for link in loaded}
    wanted = {(link.old, link.new): _successor(link) for link in links}
    summary.counts = {"links": len(wanted)}
    summary.missing = _remove([link.pk for pair, link in before.items() if pair not in wanted])
    changed = fresh(wanted, before, LINK_FACTS, summary)
    save = write(Successor.objects, changed, ["old", "new"], LINK_FACTS)
    save(manner.track(ranges_of(changed), summary.what))
    return summary


def _successor(link: Link) -> Successor:
    ends = {"old_id": link.old, "new_id": link.new}
    return Successor(**ends, kind=str(link.kind), share=link.share, basis=link.basis)


def _remove(keys: list[int]) -> int:
    """Remove links that the tables no longer have; the completed ones come back if needed."""
    for part in ranges_of(keys):
        Successor.objects.filter(pk__in=keys[part.start : part.stop]).delete()
    return len(keys)


def _known(edition: str) -> dict[str, tuple[str, str]]:
    rows = Unit.objects.filter(edition=edition).values_list("path", "level", "code")
    known = {path: (level, code) for path, level, code in rows}
    if not known:
        raise UnknownEditionError(f"links need the units of {edition}; load that edition first")
    return known
