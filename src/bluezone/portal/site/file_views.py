"""Posters and materials as PDF and PNG."""

from collections.abc import Callable
from typing import Final, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from bluezone.portal import clock
from bluezone.portal.accounts import tallies
from bluezone.portal.accounts.errors import TooManyTriesError
from bluezone.portal.accounts.tallies import Limit
from bluezone.portal.addresses import client_address
from bluezone.portal.site import content
from bluezone.portal.site.caching import FILE_S, public_page
from bluezone.portal.site.choices import Kind
from bluezone.portal.site.errors import PressBusyError, PrintError
from bluezone.portal.site.finding import unit_or_none
from bluezone.portal.site.models import Poster
from bluezone.portal.site.posters import is_expired, poster_file, unit_file
from bluezone.portal.site.printing import Format
from bluezone.portal.site.views import today

NEW_SHEETS: Final = Limit("new sheet", count=120, window_s=600)
"""Ours: sheets that one address may have set anew in ten minutes; kept ones cost nothing."""
_TYPES: Final = {"pdf": "application/pdf", "png": "image/png"}


@public_page(FILE_S)
def material_file(
    request: HttpRequest, unit_path: str, kind: str, language: str, ending: str
) -> HttpResponse:
    """Send a material of the library for a unit."""
    unit = unit_or_none(unit_path)
    known = kind in Kind.values and language in content.languages() and ending in _TYPES
    if unit is None or not known:
        raise Http404
    page, form = _page(request), cast("Format", ending)

    def make() -> bytes:
        admit = _admit(request)
        return unit_file(unit, kind, language, form, page=page, day=today(), admit=admit)

    return _send(request, make, f"bluezone-{kind}-{language}-{unit.path}", ending)


@public_page(FILE_S)
def poster_download(request: HttpRequest, code: str, ending: str) -> HttpResponse:
    """Send a registered poster, unless it has expired."""
    poster = Poster.objects.select_related("unit").filter(code=code.upper()).first()
    if poster is None or ending not in _TYPES or is_expired(poster, today()):
        raise Http404
    page, form = _page(request), cast("Format", ending)
    name = f"bluezone-{poster.kind}-{poster.language}-{poster.code}"

    def make() -> bytes:
        return poster_file(poster, form, page=page, admit=_admit(request))

    return _send(request, make, name, ending)


def _admit(request: HttpRequest) -> Callable[[], None]:
    """Return what counts a new sheet to the address of a request (an HMAC for ten minutes)."""
    return lambda: tallies.take(NEW_SHEETS, client_address(request), now=clock.desk_now())


def _page(request: HttpRequest) -> int:
    said = request.GET.get("page", "1")
    return int(said) if said in {"1", "2"} else 0


def _send(request: HttpRequest, make: Callable[[], bytes], name: str, ending: str) -> HttpResponse:
    try:
        made = make()
    except (TooManyTriesError, PressBusyError) as error:
        context = {"error": error, "minutes": (error.retry_after_s + 59) // 60}
        response = render(request, "publicsite/too_many.html", context, status=429)
        response["Retry-After"] = str(error.retry_after_s)
        return response
    except PrintError as error:
        raise Http404 from error
    response = HttpResponse(made, content_type=_TYPES[ending])
    response["Content-Disposition"] = f'inline; filename="{name}.{ending}"'
    return response
