"""Pages of health workers: who wants to be called, and who has a number.

Only for health workers of the whole installation: the published app does not say where somebody
lives, so there is no unit that could be responsible.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from bluezone.portal import clock
from bluezone.portal.accounts.errors import TooManyTriesError
from bluezone.portal.accounts.permissions import (
    Permission,
    in_whole_installation,
    requires,
    staff,
)
from bluezone.portal.appgateway.people import calling
from bluezone.portal.appgateway.people.forms import SearchForm
from bluezone.portal.appgateway.people.models import Declaration, DeclarationState

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

KINDS: Final = {
    DeclarationState.WAITING: "at-risk",
    DeclarationState.CALLED: "on-course",
    DeclarationState.CLOSED: "met",
}
"""Colour and shape of each state (LOOK "Colour tokens")."""


def health_workers(view: View[P]) -> View[P]:
    """Let in health workers of the whole installation; nobody keeps the answer."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not in_whole_installation(request.user, Permission.OPEN_CASES):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded: View[P] = requires(Permission.OPEN_CASES)(never_cache(checked))  # type: ignore[assignment]
    return guarded


@health_workers
def declaration_list(request: HttpRequest) -> HttpResponse:
    """Show who waits for a call, without saying who it is."""
    rows = calling.declarations(now=clock.now())
    counts = rows.order_by().aggregate(
        total=Count("pk"), waiting=Count("pk", filter=Q(state=DeclarationState.WAITING))
    )
    shown = [(row, KINDS[DeclarationState(row.state)]) for row in rows[: calling.PAGE_ROWS]]
    return render(request, "gateway_people/declarations.html", {"rows": shown, **counts})


@health_workers
def declaration(request: HttpRequest, declaration_id: int) -> HttpResponse:
    """Show one declaration; entered in the audit."""
    row = _row(declaration_id)
    person = calling.open_one(row, actor=staff(request).username)
    state = DeclarationState(row.state)
    context = {"row": row, "person": person, "kind": KINDS[state], "steps": calling.STEPS[state]}
    return render(request, "gateway_people/declaration.html", context)


@require_POST
@health_workers
def declaration_state(request: HttpRequest, declaration_id: int) -> HttpResponse:
    """Take a declaration on, from the state that the page showed."""
    row, wanted = _row(declaration_id), request.POST.get("state", "")
    if request.POST.get("from") == row.state and wanted in DeclarationState.values:
        actor = staff(request).username
        calling.step(row, DeclarationState(wanted), actor=actor, now=clock.now())
    return redirect("declaration-list")


@sensitive_post_parameters("number")
@health_workers
def person_search(request: HttpRequest) -> HttpResponse:
    """Ask for a number and a reason; show what is there."""
    posted = request.POST if request.method == "POST" else None
    form, found, status = SearchForm(posted), None, 200
    if form.is_valid():
        data, actor = form.cleaned_data, staff(request).username
        try:
            found = calling.look_up(data["number"], data["reason"], actor=actor, now=clock.now())
        except TooManyTriesError as error:
            text = _("Too many people looked up (%(code)s). Try again in %(minutes)d minutes.")
            minutes = -(-error.retry_after_s // 60)
            form.add_error(None, text % {"code": error.code, "minutes": minutes})
            status = 429
    elif form.is_bound:
        status = 422
    context = {"form": form, "found": found}
    return render(request, "gateway_people/search.html", context, status=status)


def _row(declaration_id: int) -> Declaration:
    row: Declaration = get_object_or_404(calling.declarations(now=clock.now()), pk=declaration_id)
    return row
