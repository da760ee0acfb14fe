"""Pages of the dashboards: a unit's evening, the big screen, the report as text and PDF."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bluezone.portal import clock
from bluezone.portal.accounts.permissions import Permission, may, requires, staff, unit_of
from bluezone.portal.campaign.dashboards import keeping
from bluezone.portal.campaign.dashboards.board import board
from bluezone.portal.campaign.dashboards.evening import asked_evening, today
from bluezone.portal.campaign.dashboards.report import as_pdf, as_text
from bluezone.portal.campaign.inspection.pages import waiting
from bluezone.portal.units.models import Unit


@require_GET
@requires(Permission.VIEW_CAMPAIGN)
def dashboard(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show the dashboard of a unit; `?day=` as of another evening, `?screen=1` for a hall."""
    del unit_path
    day, problem = asked_evening(request)
    unit, now = unit_of(request), clock.now()
    inspects = may(staff(request), Permission.INSPECT, unit=unit)
    context = {
        "unit": unit,
        "above": Unit.objects.ancestors(unit),
        "day": day,
        "problem": problem,
        "before": day - dt.timedelta(days=1),
        "after": day + dt.timedelta(days=1) if day < today() else None,
        "body": keeping.page(unit, day, now=now),
        "address": request.build_absolute_uri(),
        "made_at": now,
        "inspects": inspects,
        "to_look_at": waiting(unit, day) if inspects else None,
    }
    screen = request.GET.get("screen") == "1"
    return render(request, "dashboards/screen.html" if screen else "dashboards/page.html", context)


@require_GET
@requires(Permission.VIEW_CAMPAIGN)
def report_text(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Send the evening report as a short text to paste into a message."""
    del unit_path
    day, _problem = asked_evening(request)
    text = as_text(board(unit_of(request), day))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_GET
@requires(Permission.VIEW_CAMPAIGN)
def report_pdf(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Send the evening report as a PDF."""
    day, _problem = asked_evening(request)
    made = board(unit_of(request), day)
    data = as_pdf(made, address=request.build_absolute_uri(), now=clock.now())
    response = HttpResponse(data, content_type="application/pdf")
    name = f"bluezone-{unit_path}-{day.isoformat()}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
