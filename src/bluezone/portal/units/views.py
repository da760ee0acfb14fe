"""Pages of the administrative tree: search, a unit, editions, the villages of a commune."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from bluezone.portal.accounts.permissions import Permission, may, requires, staff, unit_of
from bluezone.portal.units.errors import UnitError
from bluezone.portal.units.forms import CloseForm, VillageForm
from bluezone.portal.units.models import Edition, Level, Unit
from bluezone.portal.units.pages import children_csv, edition_rows, today, unit_page
from bluezone.portal.units.services import add_village, close_village, rename_village

_EVERY = "all"
_SEARCH_ROWS = 50


@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the search and what it found; to htmx only the latter."""
    editions = list(Edition.objects.all())
    current = _edition(request.GET.get("edition", ""), editions)
    text = request.GET.get("q", "").strip()
    found = Unit.objects.search(text, current, limit=_SEARCH_ROWS)
    context = {
        "editions": editions,
        "current": current,
        "text": text,
        "units": list(found.select_related("edition", "parent__parent")) if text else [],
        "limit": _SEARCH_ROWS,
    }
    fragment = bool(getattr(request, "htmx", False))
    return render(request, "units/results.html" if fragment else "units/search.html", context)


def _edition(wanted: str, editions: list[Edition]) -> Edition | None:
    """Return the edition to search in: the wanted one, all (None), or the one in force."""
    if wanted == _EVERY:
        return None
    by_id = {edition.id: edition for edition in editions}
    day = today()
    started = [edition for edition in editions if edition.valid_from <= day]
    holding = [edition for edition in started if edition.valid_to is None or day < edition.valid_to]
    return by_id.get(wanted) or next(iter(holding), None)


@require_GET
def edition_list(request: HttpRequest) -> HttpResponse:
    """Show the editions, their sources and how many units each has."""
    return render(request, "units/editions.html", {"rows": edition_rows(today())})


@require_GET
def unit_detail(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show a unit: what is above and below it, what it was and became."""
    unit = _unit(unit_path)
    context = {
        "page": unit_page(unit, every="every" in request.GET),
        "may_keep": may(request.user, Permission.KEEP_VILLAGES, unit=unit),
    }
    return render(request, "units/detail.html", context)


@require_GET
def unit_children(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Send what is directly below a unit as a CSV table."""
    del request
    unit = _unit(unit_path)
    response = HttpResponse(children_csv(unit), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{unit.path}.csv"'
    return response


@requires(Permission.KEEP_VILLAGES)
def village_new(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Add a village to a commune."""
    del unit_path  # `requires` has found the unit
    commune = _kept(request, Level.COMMUNE)
    form = VillageForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        actor = staff(request).username
        try:
            add_village(commune, data["name"], kind=data["kind"], actor=actor)
        except UnitError as error:
            form.add_error("name", f"{error} ({error.code})")
        else:
            return redirect("unit-detail", unit_path=commune.path)
    return _form_page(request, "units/village_new.html", form, commune)


@requires(Permission.KEEP_VILLAGES)
def village_rename(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Give a village another name."""
    del unit_path  # `requires` has found the unit
    village = _kept(request, Level.VILLAGE)
    names = {"kind": village.kind, "name": village.name}
    form = VillageForm(request.POST or None, initial=names)
    if form.is_valid():
        data = form.cleaned_data
        actor = staff(request).username
        try:
            rename_village(village, data["name"], kind=data["kind"], actor=actor)
        except UnitError as error:
            form.add_error("name", f"{error} ({error.code})")
        else:
            return redirect("unit-detail", unit_path=village.path)
    return _form_page(request, "units/village_rename.html", form, village)


@requires(Permission.KEEP_VILLAGES)
def village_close(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Close a village from a day on."""
    del unit_path  # `requires` has found the unit
    village = _kept(request, Level.VILLAGE)
    form = CloseForm(request.POST or None, initial={"day": today()})
    if form.is_valid():
        try:
            close_village(village, day=form.cleaned_data["day"], actor=staff(request).username)
        except UnitError as error:
            form.add_error(None, f"{error} ({error.code})")
        else:
            return redirect("unit-detail", unit_path=village.parent_id or village.path)
    return _form_page(request, "units/village_close.html", form, village)


def _form_page(
    request: HttpRequest, template: str, form: VillageForm | CloseForm, unit: Unit
) -> HttpResponse:
    context = {"form": form, "unit": unit}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _unit(path: str) -> Unit:
    unit: Unit = get_object_or_404(Unit.objects.select_related("edition", "parent"), path=path)
    return unit


def _kept(request: HttpRequest, level: Level) -> Unit:
    """Return the unit that the person may keep, if it is of `level`; else the page 404."""
    unit = unit_of(request)
    if unit.level != level:
        raise Http404
    return unit
