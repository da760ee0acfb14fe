"""Pages of an inspector: what stands out on an evening, one finding, and the days of gifts."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bluezone.portal import clock
from bluezone.portal.accounts.permissions import Permission, may, requires, staff, unit_of
from bluezone.portal.campaign.dashboards.evening import asked_evening, today
from bluezone.portal.campaign.figures.pages import unit_names
from bluezone.portal.campaign.inspection import gifts, pages, words
from bluezone.portal.campaign.inspection.errors import InspectionError
from bluezone.portal.campaign.inspection.forms import GiftForm, MarkForm
from bluezone.portal.campaign.inspection.gathering import WINDOW_DAYS
from bluezone.portal.campaign.inspection.keeping import look
from bluezone.portal.campaign.inspection.marking import Judged, mark, marks_of
from bluezone.portal.campaign.inspection.models import GiftDay, Pattern, Verdict
from bluezone.portal.campaign.stats.suspicion.measured import CHEATS, HONEST_UNITS

GIFTS = (Permission.REPORT_FIGURES, Permission.INSPECT)
"""Either lets see and enter days of gifts: officers know them, inspectors need them."""


@require_GET
@requires(Permission.INSPECT)
def finding_list(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show what stands out in a unit and below, the most serious first."""
    del unit_path
    unit, (day, problem) = unit_of(request), asked_evening(request)
    looked = look(unit, day)
    rows = pages.judge(looked.seen)
    still_open = [row for row in rows if row.is_open]
    closed = [row for row in rows if not row.is_open]
    user = staff(request)
    context = {
        "unit": unit,
        "day": day,
        "problem": problem,
        "before": day - dt.timedelta(days=1),
        "after": day + dt.timedelta(days=1) if day < today() else None,
        "window": WINDOW_DAYS,
        "looked": looked,
        "rows": pages.shown(still_open[: pages.PAGE_ROWS], user),
        "total": len(still_open),
        "closed": pages.shown(closed[: pages.PAGE_ROWS], user),
        "closed_total": len(closed),
        "trust": words.trust(),
        "cheats": CHEATS,
        "honest": HONEST_UNITS,
    }
    return render(request, "inspection/list.html", context)


@requires(Permission.INSPECT)
def finding_detail(request: HttpRequest, unit_path: str, pattern: str, first: str) -> HttpResponse:
    """Show a finding with the figures it rests on; take an inspector's mark."""
    day, _problem = asked_evening(request)
    row = _found(request, day, pattern, first)
    form = MarkForm(request.POST or None)
    user = staff(request)
    if form.is_valid():
        data = form.cleaned_data
        try:
            mark(
                row.seen,
                Verdict(data["verdict"]),
                note=data["note"],
                actor=user.username,
                now=clock.now(),
            )
        except InspectionError as error:
            form.add_error("note", f"{error} ({error.code})")
        else:
            here = reverse("inspection-finding", args=[unit_path, pattern, first])
            return redirect(f"{here}?day={day.isoformat()}")
    one = pages.shown([row], user)[0]
    with_other = may(user, Permission.INSPECT, unit=row.seen.other_path or unit_path)
    days = pages.days_of(row.seen, day, with_other=with_other)
    context = {
        "unit": unit_of(request),
        "day": day,
        "one": one,
        "days": days,
        "picture": pages.picture(days, row.seen, one.heading, one.sentence),
        "marks": _marks(row),
        "form": form,
        "has_active": any(at.active is not None for at in days),
        "has_other": any(at.other is not None for at in days),
    }
    return render(request, "inspection/detail.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, day: dt.date, pattern: str, first: str) -> Judged:
    unit = unit_of(request)
    if pattern not in Pattern.values:
        raise Http404
    for row in pages.judge(look(unit, day).seen):
        one = row.seen
        where = one.unit_path, str(one.pattern), one.day.isoformat()
        if where == (unit.path, pattern, first):
            return row
    raise Http404


def _marks(row: Judged) -> list[object]:
    found = marks_of([row.seen.unit_path]).get(row.seen.unit_path, [])
    return [one for one in reversed(found) if one.pattern == row.seen.pattern]


@requires(*GIFTS)
def gift_days(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show the days of gifts that reach a unit, and take another."""
    user, last = staff(request), today()
    form = GiftForm(request.POST or None, last=last)
    if form.is_valid():
        data = form.cleaned_data
        gifts.add_gift(
            unit_path,
            data["day"],
            what=data["what"],
            source=data["source"],
            actor=user.username,
            now=clock.now(),
        )
        return redirect("gift-days", unit_path=unit_path)
    known = gifts.standing(unit_path).filter(day__lte=last)
    rows = list(known[: pages.PAGE_ROWS])
    names = unit_names(row.unit_path for row in rows)
    context = {
        "unit": unit_of(request),
        "rows": [(row, names.get(row.unit_path, row.unit_path)) for row in rows],
        "total": known.count(),
        "form": form,
        "inspects": may(user, Permission.INSPECT, unit=unit_path),
    }
    return render(request, "inspection/gifts.html", context, status=422 if form.is_bound else 200)


@requires(*GIFTS)
@require_POST
def gift_withdraw(request: HttpRequest, unit_path: str, gift_id: int) -> HttpResponse:
    """Take back a day that was entered for this very unit by mistake."""
    row = get_object_or_404(GiftDay, pk=gift_id, unit_path=unit_path, withdraws__isnull=True)
    try:
        gifts.withdraw_gift(row, actor=staff(request).username, now=clock.now())
    except InspectionError as error:
        raise Http404 from error
    return redirect("gift-days", unit_path=unit_path)
