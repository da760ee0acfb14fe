"""The pages of whoever manages a unit's posters and announcements."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bluezone.portal import chance, clock
from bluezone.portal.accounts.permissions import Permission, reach, requires, staff, unit_of
from bluezone.portal.site import announcements
from bluezone.portal.site.choices import SHEETS
from bluezone.portal.site.errors import NotPublishedError
from bluezone.portal.site.forms import AnnouncementForm, PosterForm
from bluezone.portal.site.models import Announcement, Poster, UnitScan
from bluezone.portal.site.plain_text import paragraphs
from bluezone.portal.site.posters import (
    PosterRequest,
    create_poster,
    is_expired,
    poster_address,
    with_counts,
)
from bluezone.portal.site.views import today
from bluezone.portal.units.models import Level, Unit

_ROWS: Final = 50
_DAYS: Final = 14
_managers: Final = requires(Permission.MANAGE_SITE)


@require_GET
@never_cache
@requires(Permission.MANAGE_SITE, somewhere=True)
def site_units(request: HttpRequest) -> HttpResponse:
    """Show the units whose pages the person manages."""
    where = reach(staff(request), Permission.MANAGE_SITE)
    tops = Unit.objects.filter(level=Level.NATION) if where.everywhere else Unit.objects.all()
    if not where.everywhere:
        tops = tops.filter(path__in=where.paths)
    wanted = request.GET.get("q", "").strip()[:100]
    found = [u for u in Unit.objects.search(wanted, limit=_ROWS) if where.covers(u.path)]
    context = {
        "units": list(tops.select_related("edition").order_by("path")),
        "wanted": wanted,
        "found": found if wanted else [],
    }
    return render(request, "publicsite/manage_units.html", context)


@require_GET
@never_cache
@_managers
def site_unit(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show posters with their response, and announcements."""
    del unit_path
    unit, every = unit_of(request), "every" in request.GET
    posters = with_counts(Poster.objects.filter(unit__path__under=unit.path))
    rows = posters.select_related("unit")
    news = Announcement.objects.filter(unit=unit).order_by("-pk")
    context = {
        "unit": unit,
        "posters": rows if every else rows[:_ROWS],
        "poster_count": posters.count(),
        "unit_scans": UnitScan.objects.filter(unit_path=unit.path).order_by("-day")[:_DAYS],
        "news": [(one, announcements.newest(one)) for one in news[:_ROWS]],
        "today": today(),
    }
    return render(request, "publicsite/manage_unit.html", context)


@never_cache
@_managers
def poster_new(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Register a poster."""
    unit = unit_of(request)
    form = PosterForm(request.POST or None, today=today())
    if form.is_valid():
        data = form.cleaned_data
        wanted = PosterRequest(data["kind"], data["language"], data["place"], data["expires_on"])
        actor = staff(request).username
        poster = create_poster(unit, wanted, actor=actor, now=clock.now(), rng=chance.SYSTEM)
        return redirect("site-poster", unit_path=unit_path, code=poster.code)
    status = 422 if form.is_bound else 200
    context = {"unit": unit, "form": form}
    return render(request, "publicsite/poster_new.html", context, status=status)


@require_GET
@never_cache
@_managers
def poster_detail(request: HttpRequest, unit_path: str, code: str) -> HttpResponse:
    """Show a poster, its files and how often it was scanned on which day."""
    poster = get_object_or_404(
        with_counts(Poster.objects.select_related("unit")), code=code, unit__path__under=unit_path
    )
    context = {
        "unit": unit_of(request),
        "poster": poster,
        "address": poster_address(poster.code),
        "expired": is_expired(poster, today()),
        "pages": range(1, SHEETS[poster.kind].pages + 1),
        "scans": poster.scans.order_by("-day")[:_ROWS],
    }
    return render(request, "publicsite/poster_detail.html", context)


@never_cache
@_managers
def news_new(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Write an announcement."""
    unit = unit_of(request)
    form = AnnouncementForm(request.POST or None)
    if form.is_valid():
        text = announcements.Text(**form.cleaned_data)
        actor = staff(request).username
        made = announcements.write(unit, text, actor=actor, now=clock.now())
        return redirect("site-news", unit_path=unit_path, announcement_id=made.pk)
    status = 422 if form.is_bound else 200
    context = {"unit": unit, "form": form}
    return render(request, "publicsite/news_edit.html", context, status=status)


@never_cache
@_managers
def news_manage(request: HttpRequest, unit_path: str, announcement_id: int) -> HttpResponse:
    """Show the newest version as it will look, its history, and the form to change it."""
    found = _own(unit_path, announcement_id)
    newest = announcements.newest(found)
    said = {name: getattr(newest, name) for name in ("language", "title", "body", "source")}
    form = AnnouncementForm(request.POST or None, initial=said)
    if form.is_valid():
        text = announcements.Text(**form.cleaned_data)
        announcements.edit(found, text, actor=staff(request).username, now=clock.now())
        return redirect("site-news", unit_path=unit_path, announcement_id=found.pk)
    context = {
        "unit": unit_of(request),
        "announcement": found,
        "newest": newest,
        "paragraphs": paragraphs(newest.body),
        "versions": found.versions.all()[:_ROWS],
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "publicsite/news_edit.html", context, status=status)


@require_POST
@_managers
def news_publish(request: HttpRequest, unit_path: str, announcement_id: int) -> HttpResponse:
    """Show the newest version to everybody."""
    found = _own(unit_path, announcement_id)
    announcements.publish(found, actor=staff(request).username, now=clock.now())
    return redirect("site-news", unit_path=unit_path, announcement_id=found.pk)


@require_POST
@_managers
def news_withdraw(request: HttpRequest, unit_path: str, announcement_id: int) -> HttpResponse:
    """Take an announcement back."""
    found = _own(unit_path, announcement_id)
    try:
        announcements.withdraw(found, actor=staff(request).username)
    except NotPublishedError as error:
        raise Http404 from error
    return redirect("site-news", unit_path=unit_path, announcement_id=found.pk)


def _own(unit_path: str, announcement_id: int) -> Announcement:
    return get_object_or_404(Announcement, pk=announcement_id, unit=unit_path)
