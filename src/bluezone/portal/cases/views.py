"""The pages of cases: list, new, one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from bluezone.portal import clock
from bluezone.portal.accounts.permissions import Permission, requires, staff
from bluezone.portal.cases.forms import CaseForm
from bluezone.portal.cases.services import PAGE_ROWS, cases_of, open_case
from bluezone.portal.verification.desk import codes_of_case
from bluezone.portal.verification.forms import CodeForm


@requires(Permission.OPEN_CASES)
def case_list(request: HttpRequest) -> HttpResponse:
    """Show one's own cases, newest first."""
    cases = cases_of(staff(request))
    context = {"cases": cases[:PAGE_ROWS], "total": cases.count()}
    return render(request, "cases/list.html", context)


@requires(Permission.OPEN_CASES)
def case_new(request: HttpRequest) -> HttpResponse:
    """Open a case."""
    form = CaseForm(request.POST or None)
    if form.is_valid():
        case = open_case(form.case_request(), staff(request), now=clock.now())
        return redirect("case-detail", pseudonym=case.pseudonym)
    status = 422 if form.is_bound else 200
    return render(request, "cases/new.html", {"form": form}, status=status)


@requires(Permission.OPEN_CASES)
def case_detail(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Show a case, its codes, and the way to a new one."""
    case = get_object_or_404(cases_of(staff(request)), pseudonym=pseudonym)
    codes = codes_of_case(case, now=clock.now())
    return render(request, "cases/detail.html", {"case": case, "codes": codes, "form": CodeForm()})
