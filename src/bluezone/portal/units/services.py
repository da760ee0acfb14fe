"""What can be done with units: find the edition of a day, carry figures, keep villages.

Provinces, districts and communes change by law and come from tables; villages and residential
groups are kept by whoever manages the commune. Nothing is ever deleted: a village is closed.
"""

import datetime as dt
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bluezone.portal import locks
from bluezone.portal.audit.services import record
from bluezone.portal.units.carrying import carry_forward
from bluezone.portal.units.errors import UnitError, UnknownEditionError
from bluezone.portal.units.models import Edition, Level, Unit
from bluezone.portal.units.naming import composed, fold, search_texts
from bluezone.portal.units.paths import join

__all__ = [
    "add_village",
    "carry_forward",
    "close_village",
    "edition_on",
    "rename_village",
]

VILLAGE_KINDS: Final = (
    "Thôn",
    "Tổ dân phố",
    "Khu dân cư",
    "Khu phố",
    "Xóm",
    "Ấp",
    "Bản",
    "Buôn",
    "Làng",
)
"""What villages and residential groups are called; other words are allowed, too."""


def edition_on(day: dt.date, *, country: str = "vn") -> Edition:
    """Return the edition that holds on `day`; before the first one, the first.

    Raises:
        UnknownEditionError: no edition of the country is loaded, or the last one has ended.
    """
    editions = list(Edition.objects.filter(country=country))
    for edition in editions:
        if edition.valid_to is None or day < edition.valid_to:
            return edition
    raise UnknownEditionError(f"no edition of {country} holds on {day}; run `bluezone units load`")


@transaction.atomic
def add_village(commune: Unit, name: str, *, kind: str, actor: str) -> Unit:
    """Add a village or residential group to a commune and return it.

    Raises:
        UnitError: `commune` is none, the name is missing or too long, or it is there already.
    """
    if commune.level != Level.COMMUNE:
        raise UnitError(_("A village belongs to a commune, and this is none."))
    locks.hold("units")
    village = Unit(edition_id=commune.edition_id, parent=commune, level=Level.VILLAGE)
    _name(village, name, kind)
    village.code = _next_code(commune)
    village.path = join(commune.path, village.code)
    try:
        with transaction.atomic():
            village.save(force_insert=True)
    except IntegrityError:
        message = _("Somebody added a village at the same moment. Try again.")
        raise UnitError(message) from None
    record(actor, "village.added", f"unit {village.path}", {"name": village.full_name})
    return village


@transaction.atomic
def rename_village(village: Unit, name: str, *, kind: str, actor: str) -> Unit:
    """Give a village another name; the audit keeps the old one.

    Raises:
        UnitError: it is no village or is closed, or the name is bad or taken.
    """
    _check_open(village)
    locks.hold("units")
    before = village.full_name
    _name(village, name, kind)
    if village.full_name == before:
        return village
    village.save()
    change = {"from": before, "to": village.full_name}
    record(actor, "village.renamed", f"unit {village.path}", change)
    return village


@transaction.atomic
def close_village(village: Unit, *, day: dt.date, actor: str) -> Unit:
    """Close a village from `day` on: it stays in old figures and takes no new ones.

    Raises:
        UnitError: it is no village or is closed already.
    """
    _check_open(village)
    closed = Unit.objects.filter(path=village.path, closed_on__isnull=True).update(closed_on=day)
    if not closed:
        raise UnitError(_("This village is closed already."))
    village.closed_on = day
    record(actor, "village.closed", f"unit {village.path}", {"day": day.isoformat()})
    return village


def _check_open(village: Unit) -> None:
    if village.level != Level.VILLAGE:
        raise UnitError(_("Only villages are changed here; other units change by law."))
    if village.closed_on is not None:
        raise UnitError(_("This village is closed already."))


def _name(village: Unit, name: str, kind: str) -> None:
    """Set every name of a village after a look at them."""
    name, kind = composed(name), composed(kind)
    full = name if not kind or fold(name).startswith(f"{fold(kind)} ") else f"{kind} {name}"
    if not fold(name) or len(name) > 120 or len(kind) > 40 or not full.isprintable():
        raise UnitError(_("A name has 1 to 120 characters, its kind at most 40."))
    twins = Unit.objects.filter(
        parent=village.parent_id, closed_on__isnull=True, full_name__iexact=full
    )
    if twins.exclude(path=village.path).exists():
        raise UnitError(_("This commune has a village of that name already."))
    village.name, village.kind, village.full_name = name, kind, full
    texts = search_texts(name, full)
    village.search_name, village.search_full, village.initials = texts


def _next_code(commune: Unit) -> str:
    codes = Unit.objects.filter(parent=commune, level=Level.VILLAGE).values_list("code", flat=True)
    numbers = [int(code[1:]) for code in codes if code[:1] == "v" and code[1:].isdigit()]
    return f"v{max(numbers, default=0) + 1:02d}"
