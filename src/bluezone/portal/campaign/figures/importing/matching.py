"""Which unit does a row mean: by code, by path, or by name.

A spreadsheet that took codes for numbers has removed their zeros; they are put back. A code of
another edition is explained: what became of that unit, and which code it has here. A code and a
name that disagree are refused, because one of them is another unit's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.campaign.figures.importing.words import Fault
from bluezone.portal.campaign.figures.places import chunks
from bluezone.portal.units.models import Edition, Level, Successor, Unit
from bluezone.portal.units.naming import fold, spelled_out, without_official_word
from bluezone.portal.units.paths import SEPARATOR, edition_of, is_code, is_under, join

_WIDTHS: Final = (2, 3, 5)
"""Digits of the codes of provinces, districts and communes."""
_STEPS: Final = 3
"""Editions that a successor is followed through."""
_NAMED: Final = 3
"""Units that a message names."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit that rows may mean."""

    path: str
    level: str
    code: str
    full_name: str
    search_name: str
    search_full: str


_COLUMNS: Final = ("path", "level", "code", "full_name", "search_name", "search_full")


class Matcher:
    """Finds the units of rows below (and including) one unit; three queries to make."""

    def __init__(self, top: str, codes: Iterable[str]) -> None:
        """Look at all units below `top`, and elsewhere for the `codes` that are not there."""
        self._top = top
        rows = Unit.objects.below(top).exclude(level=Level.REMAINDER)
        open_rows = rows.filter(closed_on__isnull=True)
        places = [Place(*row) for row in open_rows.values_list(*_COLUMNS)]
        self._by_path = {place.path: place for place in places}
        self._by_code: defaultdict[str, list[Place]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Place]] = defaultdict(list)
        for place in places:
            self._by_code[place.code].append(place)
            for name in {place.search_name, place.search_full}:
                self._by_name[name].append(place)
        missing = {code for code in codes if is_code(code) and not self._by_code.get(code)}
        self._elsewhere = _explain(top, missing)

    def find(self, code: str, name: str, level: str | None) -> Place | Fault:
        """Return the unit that a code, a name or both mean, or what is wrong.

        Args:
            code: as typed, may be empty.
            name: as typed, may be empty.
            level: the level that the heading names, None if it names none.
        """
        if not code:
            return self._by_its_name(name, level)
        found = self._candidates(code, level)
        if len(found) > 1 and name:
            named = [place for place in found if _is_called(place, name)]
            found = named if len(named) == 1 else found
        if len(found) > 1:
            message = _("Code %(code)s means several units: %(units)s. Write the whole path.")
            values = {"code": code[:40], "units": _listed(found)}
            return Fault("ambiguous_code", message % values)
        if not found:
            return self._unknown(code, name, level)
        if name and not _is_called(found[0], name):
            message = _("Code %(code)s is %(unit)s, but the row says “%(name)s”.")
            values = {"code": code[:40], "unit": found[0].full_name, "name": name[:60]}
            return Fault("name_differs", message % values)
        return found[0]

    def _candidates(self, code: str, level: str | None) -> list[Place]:
        if SEPARATOR in code:
            path = code if code.startswith(edition_of(self._top) + SEPARATOR) else None
            place = self._by_path.get(path or join(edition_of(self._top), code))
            return [place] if place is not None else []
        found = self._of_level(code, level)
        if not found and code.isdigit():
            for width in _WIDTHS:
                if width > len(code):
                    found = found or self._of_level(code.zfill(width), level)
        return found

    def _of_level(self, code: str, level: str | None) -> list[Place]:
        return [place for place in self._by_code.get(code, ()) if level in {None, place.level}]

    def _by_its_name(self, name: str, level: str | None) -> Place | Fault:
        if not name:
            return Fault("no_code", _("The code of the unit is missing."))
        found = [place for place in self._named(name) if level in {None, place.level}]
        if len(found) == 1:
            return found[0]
        if found:
            message = _("“%(name)s” means several units: %(units)s. Write the code.")
            values = {"name": name[:60], "units": _listed(found)}
            return Fault("ambiguous_name", message % values)
        message = _("No unit below this one is called “%(name)s”. Write the code.")
        return Fault("unknown_name", message % {"name": name[:60]})

    def _named(self, name: str) -> list[Place]:
        folded = fold(name)
        exact = self._by_name.get(spelled_out(folded), [])
        return exact or self._by_name.get(without_official_word(folded), [])

    def _unknown(self, code: str, name: str, level: str | None) -> Fault:
        if code in self._elsewhere:
            return self._elsewhere[code]
        message = _("There is no unit with code %(code)s.")
        said = message % {"code": code[:40]}
        near = [place for place in self._named(name) if level in {None, place.level}]
        if name and near:
            said += " " + _("“%(name)s” has code %(codes)s.") % {
                "name": name[:60],
                "codes": ", ".join(place.code for place in near[:_NAMED]),
            }
        return Fault("unknown_code", said)


def _is_called(place: Place, name: str) -> bool:
    folded = fold(name)
    return place.search_full == spelled_out(folded) or place.search_name in {
        folded,
        without_official_word(folded),
    }


def _listed(places: Sequence[Place]) -> str:
    named = [f"{place.full_name} ({place.path})" for place in places[:_NAMED]]
    return ", ".join(named)


def _explain(top: str, codes: set[str]) -> dict[str, Fault]:
    """Return what is wrong with codes that no unit below `top` has."""
    country = edition_of(top)[:2]
    units: list[Unit] = []
    for part in chunks(sorted(codes)):
        rows = Unit.objects.filter(code__in=part, edition__country=country)
        units += rows.exclude(level=Level.REMAINDER).order_by("path")
    faults: dict[str, Fault] = {}
    same = {unit.code: unit for unit in units if unit.edition_id == edition_of(top)}
    for code, unit in same.items():
        if not is_under(unit.path, top):
            message = _("Code %(code)s is %(unit)s, which is not part of your unit.")
            values = {"code": code, "unit": unit.full_name}
            faults[code] = Fault("outside_unit", message % values)
    others = [unit for unit in units if unit.code not in same]
    return {**_other_edition(top, others), **faults}


def _other_edition(top: str, units: Sequence[Unit]) -> dict[str, Fault]:
    if not units:
        return {}
    editions = {edition.id: edition.name for edition in Edition.objects.all()}
    heirs = _heirs([unit.path for unit in units], edition_of(top))
    faults = {}
    for unit in units:
        values = {
            "code": unit.code,
            "unit": unit.full_name,
            "edition": editions.get(unit.edition_id, unit.edition_id),
        }
        found = heirs.get(unit.path, [])
        if found:
            values["heirs"] = ", ".join(
                f"{heir.full_name} ({heir.code})" for heir in found[:_NAMED]
            )
            message = _(
                "Code %(code)s is %(unit)s of the list “%(edition)s”; it is now %(heirs)s. "
                "Use that code."
            )
            faults[unit.code] = Fault("merged_unit", message % values)
        elif unit.code not in faults:
            message = _(
                "Code %(code)s is %(unit)s of another list, “%(edition)s”. Use the codes of "
                "the list of your unit."
            )
            faults[unit.code] = Fault("other_edition", message % values)
    return faults


def _heirs(paths: Sequence[str], edition: str) -> Mapping[str, list[Unit]]:
    """Return what became of units in `edition`, following links edition by edition."""
    ends = {path: {path} for path in paths}
    for _step in range(_STEPS):
        moving = {at for found in ends.values() for at in found if edition_of(at) != edition}
        links: defaultdict[str, set[str]] = defaultdict(set)
        for part in chunks(sorted(moving)):
            for old, new in Successor.objects.filter(old__in=part).values_list("old_id", "new_id"):
                links[old].add(new)
        ends = {
            path: {new for at in found for new in links.get(at, {at})}
            for path, found in ends.items()
        }
    wanted = {at for found in ends.values() for at in found if edition_of(at) == edition}
    units: dict[str, Unit] = {}
    for part in chunks(sorted(wanted)):
        rows = Unit.objects.filter(path__in=part).exclude(level=Level.REMAINDER)
        units.update({unit.path: unit for unit in rows})
    return {
        path: sorted((units[at] for at in found if at in units), key=lambda unit: unit.path)
        for path, found in ends.items()
    }
