"""Pages of agencies for managers of units and for heads of agencies."""

import datetime as dt
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bluezone.look import format as look_format
from bluezone.portal import chance, clock
from bluezone.portal.accounts.permissions import (
    Permission,
    reach,
    requires,
    staff,
    unit_of,
)
from bluezone.portal.campaign.agencies import access, pages
from bluezone.portal.campaign.agencies.closing import destroy_vouchers, what_goes
from bluezone.portal.campaign.agencies.errors import AgencyError, VoucherError
from bluezone.portal.campaign.agencies.forms import (
    AgencyForm,
    ImportForm,
    ReportForm,
    SlipsForm,
)
from bluezone.portal.campaign.agencies.importing import import_agencies
from bluezone.portal.campaign.agencies.models import Agency, Report
from bluezone.portal.campaign.agencies.pools import print_slips, void_unused
from bluezone.portal.campaign.agencies.reporting_days import last_closed
from bluezone.portal.campaign.agencies.services import (
    add_report,
    appoint_head,
    change_agency,
    create_agency,
    size_of,
)
from bluezone.portal.units.errors import InvalidTableError
from bluezone.portal.units.models import Unit

_EITHER: Final = (Permission.MANAGE_AGENCIES, Permission.LEAD_AGENCY)
"""A manager of the unit, or the head of the agency; `access.head` looks which agency."""


@requires(*_EITHER, somewhere=True)
@require_GET
def own_agencies(request: HttpRequest) -> HttpResponse:
    """Show the agencies that one heads and the units that one manages; the only one at once."""
    user = staff(request)
    headed = Agency.objects.filter(heads__user=user).select_related("unit")
    agencies = [agency for agency in headed if access.may_lead(user, agency)]
    units = list(Unit.objects.filter(path__in=reach(user, Permission.MANAGE_AGENCIES).paths))
    if len(agencies) == 1 and not units:
        return redirect("agency-detail", unit_path=agencies[0].unit_id, agency_id=agencies[0].pk)
    if len(units) == 1 and not agencies:
        return redirect("agency-list", unit_path=units[0].path)
    return render(request, "agencies/own.html", {"agencies": agencies, "units": units})


@requires(Permission.VIEW_CAMPAIGN, Permission.MANAGE_AGENCIES)
@require_GET
def agency_list(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show the agencies of a unit and below, with their figures and the sum."""
    unit = unit_of(request)
    day = last_closed(clock.now())
    number = request.GET.get("page", "1")
    page = pages.list_page(unit, day, number=int(number) if number.isdecimal() else 1)
    may_manage = access.may_manage(staff(request), unit_path)
    context = {"unit": unit, "day": day, "page": page, "may_manage": may_manage}
    return render(request, "agencies/list.html", context)


@requires(Permission.MANAGE_AGENCIES)
def agency_new(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Add an agency to a unit."""
    unit, user = unit_of(request), staff(request)
    form = AgencyForm(request.POST or None)
    if form.is_valid():
        try:
            with transaction.atomic():  # without its head there is no agency either
                agency = create_agency(form.agency_request(), unit, user.username, now=clock.now())
                _appoint(form, agency, user.username)
        except AgencyError as error:
            form.add_error(None, f"{error} ({error.code})")
        else:
            return redirect("agency-detail", unit_path=unit_path, agency_id=agency.pk)
    context = {"unit": unit, "form": form}
    return render(request, "agencies/edit.html", context, status=422 if form.is_bound else 200)


@requires(Permission.MANAGE_AGENCIES)
def agency_edit(request: HttpRequest, unit_path: str, agency_id: int) -> HttpResponse:
    """Change an agency's name, size or way of counting."""
    agency = _agency(unit_path, agency_id)
    user = staff(request)
    form = AgencyForm(request.POST or None, initial=_initial(agency))
    if form.is_valid():
        try:
            with transaction.atomic():
                change_agency(agency, form.agency_request(), user.username, now=clock.now())
                _appoint(form, agency, user.username)
        except AgencyError as error:
            form.add_error(None, f"{error} ({error.code})")
        else:
            return redirect("agency-detail", unit_path=unit_path, agency_id=agency.pk)
    context = {"unit": agency.unit, "agency": _agency(unit_path, agency_id), "form": form}
    return render(request, "agencies/edit.html", context, status=422 if form.is_bound else 200)


@requires(*_EITHER)
@never_cache
@require_GET
def agency_detail(request: HttpRequest, unit_path: str, agency_id: int) -> HttpResponse:
    """Show an agency to its head: 34 of 40, the slips, the reports."""
    agency = _agency(unit_path, agency_id)
    access.head(request, agency)
    return _detail(request, agency)


@requires(*_EITHER)
@never_cache
def agency_print(request: HttpRequest, unit_path: str, agency_id: int) -> HttpResponse:
    """Make slips and show the sheet to print; the codes are in this one answer only."""
    agency = _agency(unit_path, agency_id)
    user = access.head(request, agency)
    if request.method != "POST":  # somebody reloads, or changes the language of, an answer
        return redirect("agency-detail", unit_path=unit_path, agency_id=agency_id)
    form = SlipsForm(request.POST, name="print")
    if not form.is_valid():
        return _detail(request, agency, problem=_problem(form))
    purpose, count = form.cleaned_data["purpose"], form.cleaned_data["count"]
    try:
        sheet = print_slips(agency, purpose, count, user.username, rng=chance.SYSTEM)
    except VoucherError as error:
        return _detail(request, agency, problem=f"{error} ({error.code})")
    context = {"agency": agency, "sheet": sheet, "relatives": purpose == "relatives"}
    return render(request, "agencies/sheet.html", {**context, "day": _today()})


@requires(*_EITHER)
@require_POST
def agency_void(request: HttpRequest, unit_path: str, agency_id: int) -> HttpResponse:
    """Void unused slips, so that others can be printed for lost ones."""
    agency = _agency(unit_path, agency_id)
    user = access.head(request, agency)
    form = SlipsForm(request.POST, name="void")
    if not form.is_valid():
        return _detail(request, agency, problem=_problem(form))
    purpose, count = form.cleaned_data["purpose"], form.cleaned_data["count"]
    try:
        void_unused(agency, purpose, count, user.username, rng=chance.SYSTEM)
    except VoucherError as error:
        return _detail(request, agency, problem=f"{error} ({error.code})")
    return redirect("agency-detail", unit_path=unit_path, agency_id=agency_id)


@requires(*_EITHER)
def agency_report(request: HttpRequest, unit_path: str, agency_id: int) -> HttpResponse:
    """Report numbers for an agency that wants no vouchers; show what was reported."""
    agency, now = _agency(unit_path, agency_id), clock.now()
    user = access.head(request, agency)
    smartphones = size_of(agency).smartphones
    form = ReportForm(request.POST or None, today=_today(), smartphones=smartphones)
    if form.is_valid():
        try:
            add_report(agency, form.report_request(), user.username, now=now)
        except AgencyError as error:
            form.add_error(None, f"{error} ({error.code})")
        else:
            return redirect("agency-report", unit_path=unit_path, agency_id=agency_id)
    rows = Report.objects.filter(unit_path=agency.unit_id, agency=agency)
    rows = rows.prefetch_related("corrections")[: pages.PAGE_ROWS]
    context = {"agency": agency, "form": form, "rows": rows}
    return render(request, "agencies/report.html", context, status=422 if form.is_bound else 200)


@requires(Permission.MANAGE_AGENCIES)
def agency_import(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Add and change agencies from a table."""
    del unit_path  # `unit_of` has the unit
    unit, user = unit_of(request), staff(request)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(*posted)
    context: dict[str, object] = {"unit": unit, "form": form}
    if form.is_valid():
        file, keep_good = form.cleaned_data["file"], form.cleaned_data["keep_good"]
        try:
            outcome = import_agencies(
                file.read(), file.name, unit, user.username, keep_good=keep_good, now=clock.now()
            )
            context |= {"outcome": outcome, "wrong": outcome.problems}
        except InvalidTableError as error:
            context |= {"problems": error.problems, "wrong": error.problems}
    good = not form.is_bound or "outcome" in context
    return render(request, "agencies/import.html", context, status=200 if good else 422)


@requires(Permission.MANAGE_AGENCIES)
@never_cache
def agencies_close(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Ask, with the numbers, and then destroy the vouchers of a unit and below."""
    del unit_path
    unit, asked = unit_of(request), request.method == "POST"
    sure = request.POST.get("confirm") == "yes"
    context: dict[str, object] = {"unit": unit, "unsure": asked and not sure}
    if asked and sure:
        context["gone"] = destroy_vouchers(unit, staff(request).username, now=clock.now())
    context["goes"] = what_goes(unit)
    status = 422 if context["unsure"] else 200
    return render(request, "agencies/close.html", context, status=status)


def _agency(unit_path: str, agency_id: int) -> Agency:
    agencies = Agency.objects.select_related("unit")
    return get_object_or_404(agencies, pk=agency_id, unit=unit_path)


def _detail(request: HttpRequest, agency: Agency, *, problem: str = "") -> HttpResponse:
    day = last_closed(clock.now())
    size, figure = pages.page_of(agency, day)
    context = {
        "agency": agency,
        "size": size,
        "figure": figure,
        "day": day,
        "blocks": pages.blocks(agency, size),
        "problem": problem,
        "may_manage": access.may_manage(staff(request), agency.unit_id),
        "heads": [row.user for row in agency.heads.select_related("user")],
    }
    return render(request, "agencies/detail.html", context, status=422 if problem else 200)


def _initial(agency: Agency) -> dict[str, object]:
    size = size_of(agency)
    known = {"name": agency.name, "kind": agency.kind, "way": agency.way}
    return {**known, "staff": size.staff, "smartphones": size.smartphones}


def _appoint(form: AgencyForm, agency: Agency, actor: str) -> None:
    if form.cleaned_data["head"]:
        appoint_head(agency, form.cleaned_data["head"], actor)


def _problem(form: SlipsForm) -> str:
    return " ".join(str(error) for error in form["count"].errors) or _("Try again.")


def _today() -> dt.date:
    return look_format.local(clock.now()).date()
