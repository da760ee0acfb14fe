"""Making posters, finding what replaces an expired one, counting their response."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.db.models.functions import Coalesce

from bluezone.portal import locks
from bluezone.portal.audit.services import record
from bluezone.portal.site import content
from bluezone.portal.site.choices import SHEETS, Kind
from bluezone.portal.site.errors import PrintError, UnknownLanguageError
from bluezone.portal.site.models import CODE_LENGTH, Poster
from bluezone.portal.site.printing import Format, Press
from bluezone.portal.site.sheets import Imprint, sheet_data, template_of
from bluezone.portal.units.models import Unit

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0 and O, 1, I and L, U (like V): people type codes from a wall."""
_UNIT_SHEET_MONTHS: Final = 2
Admit = Callable[[], None]


@dataclass(frozen=True, slots=True)
class PosterRequest:
    """What a manager chose.

    Attributes:
        place: where it will hang, for the managers' own list; not printed.
        expires_on: the last day on which it may hang.
    """

    kind: str
    language: str
    place: str
    expires_on: dt.date


def create_poster(
    unit: Unit, request: PosterRequest, *, actor: str, now: int, rng: Random
) -> Poster:
    """Register a new version of a material for a unit, with a code of its own.

    Raises:
        UnknownLanguageError: there are no texts in this language.
    """
    if request.language not in content.languages():
        raise UnknownLanguageError("there are no texts in this language")
    with transaction.atomic():
        locks.hold("posters")
        same = Poster.objects.filter(unit=unit, kind=request.kind, language=request.language)
        last = same.aggregate(last=Max("version"))["last"] or 0
        poster = Poster.objects.create(
            code=_new_code(rng),
            unit=unit,
            kind=request.kind,
            language=request.language,
            version=last + 1,
            place=request.place,
            expires_on=request.expires_on,
            created_by=actor,
            created_at=now,
        )
        detail = {"unit": unit.path, "kind": poster.kind, "version": poster.version}
        record(actor, "poster.created", f"poster:{poster.code}", detail)
    return poster


def _new_code(rng: Random) -> str:
    while True:
        code = "".join(rng.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if not Poster.objects.filter(code=code).exists():
            return code


def is_expired(poster: Poster, day: dt.date) -> bool:
    """Return whether `day` is after the last day on which the poster may hang."""
    return day > poster.expires_on


def replacement(poster: Poster, day: dt.date) -> Poster | None:
    """Return the newest poster of the same unit, kind and language that has not expired."""
    same = Poster.objects.filter(
        unit=poster.unit_id, kind=poster.kind, language=poster.language, expires_on__gte=day
    )
    return same.exclude(pk=poster.pk).order_by("-version").first()


def with_counts(posters: QuerySet[Poster]) -> QuerySet[Poster]:
    """Return posters with the number of their scans as `scanned`."""
    return posters.annotate(scanned=Coalesce(Sum("scans__count"), 0))


def poster_address(code: str) -> str:
    """Return the short address on a poster."""
    return f"{settings.BLUEZONE_PUBLIC_URL}/q/{code}"


def unit_address(path: str) -> str:
    """Return the address of a unit's page, which its QR code opens."""
    return f"{settings.BLUEZONE_PUBLIC_URL}/u/{path}"


def poster_file(poster: Poster, kind: Format, *, page: int, admit: Admit | None = None) -> bytes:
    """Return a poster as PDF, or one of its sides as PNG; for `admit` see `Press.get`.

    Raises:
        PrintError: it has no such page.
        PressBusyError: too many sheets are being set.
    """
    imprint = Imprint(
        poster.unit.title, poster_address(poster.code), str(poster.version), poster.expires_on
    )
    data = sheet_data(poster.kind, poster.language, imprint)
    return _print(poster.kind, data, kind, page=page, now=poster.created_at, admit=admit)


def unit_file(
    unit: Unit,
    material: str,
    language: str,
    kind: Format,
    *,
    page: int,
    day: dt.date,
    admit: Admit | None = None,
) -> bytes:
    """Return a material of the library for a unit, whose QR code opens the unit's page.

    It expires at the end of the month after next, so that a month's sheets are alike. For
    `admit` see `Press.get`.

    Raises:
        PrintError: it has no such page.
        PressBusyError: too many sheets are being set.
        UnknownLanguageError: there are no texts in this language.
    """
    version = str(content.materials(language).version)
    imprint = Imprint(unit.title, unit_address(unit.path), version, end_of_month(day))
    data = sheet_data(material, language, imprint)
    first = dt.datetime(day.year, day.month, 1, tzinfo=dt.UTC)
    return _print(material, data, kind, page=page, now=int(first.timestamp()), admit=admit)


def end_of_month(day: dt.date) -> dt.date:
    """Return the last day of the month after next."""
    months = day.year * 12 + day.month + _UNIT_SHEET_MONTHS
    return dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(days=1)


def _print(
    material: str,
    data: dict[str, object],
    kind: Format,
    *,
    page: int,
    now: int,
    admit: Admit | None,
) -> bytes:
    if not 1 <= page <= SHEETS[Kind(material)].pages:
        raise PrintError("there is no such page")
    press = Press(settings.BLUEZONE_PORTAL_HOME / "materials")
    return press.get(template_of(material), data, kind, page=page, now=now, admit=admit)
