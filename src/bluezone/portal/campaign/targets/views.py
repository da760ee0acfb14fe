"""Pages of targets: those of a unit, setting, changing and ending one."""

from collections.abc import Sequence

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from bluezone.portal import clock
from bluezone.portal.accounts.permissions import Permission, may, requires, staff, unit_of
from bluezone.portal.campaign.targets import pages
from bluezone.portal.campaign.targets.errors import TargetError
from bluezone.portal.campaign.targets.evidence import Evidence
from bluezone.portal.campaign.targets.forms import ChangeForm, EndForm, TargetForm, initial_of
from bluezone.portal.campaign.targets.sentence import Reading
from bluezone.portal.campaign.targets.setting import (
    change_target,
    check,
    end_target,
    own_target,
    set_target,
)
from bluezone.portal.campaign.targets.store import Standing
from bluezone.portal.units.models import Unit

_ASK = "preview"


@require_GET
@requires(Permission.VIEW_CAMPAIGN)
def target_list(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show a unit's targets with their verdicts, the units below, and what to do tomorrow."""
    del unit_path
    unit, day = unit_of(request), pages.last_day(clock.now())
    every = "every" in request.GET
    context = {
        "unit": unit,
        "day": day,
        "page": pages.unit_page(unit, day, every=every),
        "every": every,
        "shown_rows": pages.SHOWN_ROWS,
        "may_set": may(staff(request), Permission.SET_TARGETS, unit=unit),
    }
    return render(request, "targets/list.html", context)


@require_GET
@requires(Permission.VIEW_CAMPAIGN)
def target_history(request: HttpRequest, unit_path: str, line: int) -> HttpResponse:
    """Show every version of a target that the unit has set itself."""
    del unit_path
    unit = unit_of(request)
    rows = pages.history(unit, line, pages.last_day(clock.now()))
    if not rows:
        raise Http404
    return render(request, "targets/history.html", {"unit": unit, "line": line, "rows": rows})


@require_http_methods(["GET", "POST"])
@requires(Permission.SET_TARGETS)
def target_new(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Set a target: first the preview, then the deed."""
    unit, now = unit_of(request), clock.now()
    form = TargetForm(request.POST or None, today=pages.last_day(now))
    if not form.is_valid():
        return _form_page(request, form)
    source, actor = form.cleaned_data["source"], staff(request).username
    try:
        with transaction.atomic():
            for target in form.reading.targets:
                check(unit, target, pages.last_day(now))
                if not _asks(request):
                    set_target(unit, target, actor=actor, now=now, source=source)
    except TargetError as error:
        form.add_error(None, f"{error} ({error.code})")
        return _form_page(request, form)
    if _asks(request):
        return _form_page(request, form, reading=form.reading)
    return redirect("target-list", unit_path=unit_path)


@require_http_methods(["GET", "POST"])
@requires(Permission.SET_TARGETS)
def target_edit(request: HttpRequest, unit_path: str, line: int) -> HttpResponse:
    """Change a target of the unit's own; the old version is kept."""
    unit, now = unit_of(request), clock.now()
    before = _own(unit, line, now)
    initial = initial_of(before.target, pages.language())
    initial |= {"source": before.source, "version": before.version}
    form = ChangeForm(request.POST or None, today=pages.last_day(now), initial=initial)
    if not form.is_valid():
        return _form_page(request, form, before=before)
    data, actor = form.cleaned_data, staff(request).username
    try:
        target = form.reading.only
        check(unit, target, pages.last_day(now))
        if not _asks(request):
            version, source = data["version"], data["source"]
            change_target(unit, line, target, version=version, actor=actor, now=now, source=source)
    except TargetError as error:
        form.add_error(None, f"{error} ({error.code})")
        return _form_page(request, form, before=before)
    if _asks(request):
        return _form_page(request, form, before=before, reading=form.reading)
    return redirect("target-list", unit_path=unit_path)


@require_http_methods(["GET", "POST"])
@requires(Permission.SET_TARGETS)
def target_end(request: HttpRequest, unit_path: str, line: int) -> HttpResponse:
    """End a target of the unit's own; nothing is deleted."""
    unit, now = unit_of(request), clock.now()
    before = _own(unit, line, now)
    form = EndForm(request.POST or None, initial={"version": before.version})
    if form.is_valid():
        version, actor = form.cleaned_data["version"], staff(request).username
        try:
            end_target(unit, line, version=version, actor=actor, now=now)
        except TargetError as error:
            form.add_error(None, f"{error} ({error.code})")
        else:
            return redirect("target-list", unit_path=unit_path)
    context = {"unit": unit, "form": form, "before": before, "sentences": _both(before, unit, now)}
    return render(request, "targets/end.html", context, status=422 if form.is_bound else 200)


def _asks(request: HttpRequest) -> bool:
    """Return whether the person wants to see the target before it is set."""
    return request.POST.get("step") == _ASK


def _own(unit: Unit, line: int, now: int) -> Standing:
    """Return the standing target of a unit's own, else 404."""
    found = own_target(unit, line, pages.last_day(now))
    if found is None:
        raise Http404
    return found


def _both(before: Standing, unit: Unit, now: int) -> Sequence[pages.Sentence]:
    evidence = Evidence([unit.path], pages.last_day(now))
    return pages.sentences(before.target, unit.path, evidence)


def _form_page(
    request: HttpRequest,
    form: TargetForm,
    *,
    before: Standing | None = None,
    reading: Reading | None = None,
) -> HttpResponse:
    unit, day = unit_of(request), pages.last_day(clock.now())
    targets = reading.targets if reading is not None else ()
    context = {
        "unit": unit,
        "form": form,
        "before": before,
        "previews": [pages.preview(target, unit, day) for target in targets],
        "not_judged": reading.not_judged if reading is not None else (),
    }
    failed = form.is_bound and bool(form.errors)
    return render(request, "targets/edit.html", context, status=422 if failed else 200)
