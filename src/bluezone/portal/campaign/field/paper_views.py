"""Paper lists: made by a manager or a member, printed, typed back."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bluezone.portal import chance, clock
from bluezone.portal.accounts.permissions import Permission, requires, staff
from bluezone.portal.campaign.field import paper, services
from bluezone.portal.campaign.field.access import may_manage, may_walk, paper_list, team_in
from bluezone.portal.campaign.field.errors import FieldError
from bluezone.portal.campaign.field.forms import PaperForm, TypingForm
from bluezone.portal.campaign.field.team_views import team_page
from bluezone.portal.campaign.field.texts import health_rules

_works = requires(Permission.MANAGE_TEAMS, Permission.VISIT_HOUSEHOLDS, somewhere=True)


@require_POST
@requires(Permission.MANAGE_TEAMS, Permission.VISIT_HOUSEHOLDS)
def paper_new(request: HttpRequest, unit_path: str, team_id: int) -> HttpResponse:
    """Make a list for a day and show it ready to print."""
    team, user = team_in(unit_path, team_id), staff(request)
    if not (may_manage(user, unit_path) or may_walk(user, team)):
        raise Http404
    alleys = [row.alley for row in services.alley_progress(team)]
    form = PaperForm(request.POST, alleys=alleys)
    if not form.is_valid():
        return team_page(request, team, paper_form=form)
    made = paper.make_list(
        team,
        alley=form.cleaned_data["alley"],
        day=form.cleaned_data["day"],
        rng=chance.SYSTEM,
        now=clock.now(),
    )
    return redirect("field-paper-print", code=made.code)


@_works
def paper_print(request: HttpRequest, code: str) -> HttpResponse:
    """Show a list ready to print: A4, tick boxes, the health rules, the QR code of its form."""
    sheet = paper_list(request, code)
    context = {
        "paper": sheet,
        "team": sheet.team,
        "sheets": paper.sheets_of(sheet),
        "count": len(sheet.rows),
        "address": request.build_absolute_uri(reverse("field-paper", args=[code])),
        "rules": health_rules(),
        **_legend(),
    }
    return render(request, "fieldwork/paper.html", context)


@_works
def paper_typing(request: HttpRequest, code: str) -> HttpResponse:
    """Type a list back."""
    sheet = paper_list(request, code)
    form = TypingForm(request.POST or None, doors=paper.doors_of(sheet), initial={"day": sheet.day})
    outcome = None
    if form.is_valid():
        day, actor = form.cleaned_data["day"], staff(request).username
        try:
            outcome = paper.type_back(sheet, form.answers(), day=day, actor=actor, now=clock.now())
        except FieldError as error:
            form.add_error("day", f"{error} ({error.code})")
    context = {
        "paper": sheet,
        "team": sheet.team,
        "form": form,
        "outcome": outcome,
        "totals": paper.totals(sheet),
        **_legend(),
    }
    wrong = form.is_bound and (outcome is None or bool(outcome.conflicts))
    return render(request, "fieldwork/typing.html", context, status=422 if wrong else 200)


def _legend() -> dict[str, object]:
    return {
        "outcomes": [(code, outcome.label) for outcome, code in paper.CODES.items()],
        "reasons": [(letter, reason.label) for letter, reason in paper.REASON_LETTERS.items()],
    }
