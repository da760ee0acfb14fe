"""The pages that everybody may see."""

import datetime as dt
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bluezone.look import format as look_format
from bluezone.portal import clock
from bluezone.portal.site import content
from bluezone.portal.site.announcements import published
from bluezone.portal.site.caching import public_page
from bluezone.portal.site.finding import matching_questions, unit_or_none
from bluezone.portal.site.models import Poster
from bluezone.portal.site.posters import is_expired, replacement, unit_address
from bluezone.portal.site.public_figures import figures_page, public_nation
from bluezone.portal.site.scans import count_scan, count_unit_scan, is_scan
from bluezone.portal.site.stores import device_of, stores
from bluezone.portal.units.models import Level, Unit

_HOME_NEWS = 3
_FOUND_UNITS = 10
_CLOSED: Final = (
    *("account", "agencies", "api", "audit", "campaign", "cases", "codes", "field", "help"),
    *("messages", "q", "sign-in", "site", "units", "voucher"),
)


def today() -> dt.date:
    """Return the local day of events."""
    return look_format.local(clock.now()).date()


def language() -> str:
    """Return the language of the page's texts."""
    return content.site_language(get_language() or content.DEFAULT)


@public_page()
def home(request: HttpRequest) -> HttpResponse:
    """Say what the app is."""
    day = today()
    nation = public_nation(day)
    context = {
        "texts": content.pages(language()).home,
        "news": published()[:_HOME_NEWS],
        "figures": figures_page(nation, day) if nation else None,
    }
    return render(request, "publicsite/home.html", context)


@public_page()
def protection(request: HttpRequest) -> HttpResponse:
    """Say how it protects, and which test keeps each promise."""
    context = {"texts": content.pages(language()).protection}
    return render(request, "publicsite/protection.html", context)


@public_page()
def copycats(request: HttpRequest) -> HttpResponse:
    """Say how to tell the real app."""
    context = {
        "texts": content.pages(language()).copycats,
        "publisher": settings.BLUEZONE_STORE_PUBLISHER,
    }
    return render(request, "publicsite/copycats.html", context)


@public_page()
def question_list(request: HttpRequest) -> HttpResponse:
    """Show questions and answers; with `q` only those that fit."""
    wanted = request.GET.get("q", "").strip()[:100]
    found = matching_questions(content.questions(language()), wanted)
    context = {"questions": found, "wanted": wanted}
    block = request.headers.get("HX-Request") == "true"
    name = "publicsite/question_results.html" if block else "publicsite/questions.html"
    response = render(request, name, context)
    response["Vary"] = "HX-Request"
    return response


@public_page()
def install(request: HttpRequest) -> HttpResponse:
    """Show the store that fits the visitor's phone, and the others beneath."""
    return _install(request, unit_or_none(request.GET.get("unit", "")))


@public_page()
def unit_page(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Count the scan of a unit's code and show how to install; nobody keeps this answer."""
    unit = unit_or_none(unit_path)
    if unit is None:
        raise Http404
    if is_scan(request):
        count_unit_scan(unit, today())
    response = _install(request, unit)
    response["Cache-Control"] = "no-store"
    return response


def _install(request: HttpRequest, unit: Unit | None) -> HttpResponse:
    device = device_of(request.headers.get("User-Agent", ""))
    own = unit_address(unit.path) if unit else settings.BLUEZONE_PUBLIC_URL + reverse("install")
    context = {
        "texts": content.pages(language()).install,
        "device": device,
        "stores": stores(device),
        "unit": unit,
        "news": published(unit)[:_HOME_NEWS] if unit else (),
        "publisher": settings.BLUEZONE_STORE_PUBLISHER,
        "address": own,
    }
    response = render(request, "publicsite/install.html", context)
    response["Vary"] = "User-Agent"
    return response


@login_not_required
@require_safe
@never_cache
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """Count the scan of a poster and send on; an expired poster says that it is out of date."""
    poster = Poster.objects.select_related("unit").filter(code=code.upper()).first()
    if poster is None:
        return render(request, "publicsite/unknown_code.html", status=404)
    day = today()
    if is_scan(request):
        count_scan(poster, day)
    if not is_expired(poster, day):
        return redirect(f"{reverse('install')}?unit={poster.unit_id}")
    context = {"poster": poster, "newer": replacement(poster, day)}
    return render(request, "publicsite/expired.html", context)


@public_page()
def figures(request: HttpRequest, unit_path: str = "") -> HttpResponse:
    """Show the figures of the nation, or of one of its units down to districts."""
    day = today()
    unit = unit_or_none(unit_path) if unit_path else public_nation(day)
    shown = (Level.NATION, Level.PROVINCE, Level.DISTRICT)
    if unit_path and (unit is None or unit.level not in shown):
        raise Http404
    above = list(Unit.objects.ancestors(unit)) if unit else []
    context = {"page": figures_page(unit, day) if unit else None, "above": above}
    return render(request, "publicsite/figures.html", context)


@public_page()
def materials(request: HttpRequest) -> HttpResponse:
    """Show everything that can be printed, for a chosen unit."""
    wanted = request.GET.get("q", "").strip()[:100]
    unit = unit_or_none(request.GET.get("unit", "")) or public_nation(today())
    edition = unit.edition_id if unit else None
    found = Unit.objects.search(wanted, edition, limit=_FOUND_UNITS)
    context = {
        "unit": unit,
        "wanted": wanted,
        "found": list(found.select_related("parent__parent")) if wanted else [],
        "materials": content.library(language()),
        "languages": content.language_names(),
    }
    return render(request, "publicsite/materials.html", context)


@public_page(max_age_s=86_400)
def robots(_request: HttpRequest) -> HttpResponse:
    """Let search engines read the public pages and nothing else."""
    lines = ["User-agent: *", *(f"Disallow: /{name}" for name in _CLOSED), "Allow: /", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
