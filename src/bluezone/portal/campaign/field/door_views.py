"""Managers' pages of households: typing them in, importing them, giving alleys away."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bluezone.portal import clock
from bluezone.portal.accounts.permissions import Permission, reach, requires, staff
from bluezone.portal.campaign.field import roster
from bluezone.portal.campaign.field.access import team_in
from bluezone.portal.campaign.field.door_table import read_doors
from bluezone.portal.campaign.field.errors import FieldError, ListRefusedError
from bluezone.portal.campaign.field.forms import AssignForm, DoorForm, ImportForm
from bluezone.portal.campaign.field.models import Household, Team
from bluezone.portal.campaign.field.roster import Door
from bluezone.portal.campaign.field.team_views import team_page

_manages = requires(Permission.MANAGE_TEAMS)


@require_POST
@_manages
def door_add(request: HttpRequest, unit_path: str, team_id: int) -> HttpResponse:
    """Put typed households at the end of an alley."""
    team = team_in(unit_path, team_id)
    form = DoorForm(request.POST)
    if form.is_valid():
        alley, labels = form.cleaned_data["alley"], form.cleaned_data["labels"]
        first = roster.next_position(team, alley)
        doors = [Door(alley, label, first + place) for place, label in enumerate(labels)]
        try:
            roster.add_households(team, doors, actor=staff(request).username)
        except FieldError as error:
            form.add_error("labels", f"{error} ({error.code})")
        else:
            return redirect("team-detail", unit_path=unit_path, team_id=team_id)
    return team_page(request, team, door_form=form)


@_manages
def door_import(request: HttpRequest, unit_path: str, team_id: int) -> HttpResponse:
    """Import households: all of them, the good rows, or none, with each wrong row named."""
    team = team_in(unit_path, team_id)
    form = ImportForm(request.POST or None, request.FILES or None)
    problems: tuple[str, ...] = ()
    stored: tuple[int, int] | None = None
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = read_doors(file.read(), file.name, keep_good=form.cleaned_data["keep_good"])
            new = roster.add_households(team, found.doors, actor=staff(request).username)
        except ListRefusedError as error:
            problems = error.problems
        except FieldError as error:
            form.add_error("file", f"{error} ({error.code})")
        else:
            if not found.problems:
                return redirect("team-detail", unit_path=unit_path, team_id=team_id)
            problems, stored = found.problems, (new, len(found.doors) - new)
    context = {
        "team": team,
        "unit": team.unit,
        "form": form,
        "problems": problems,
        "stored": stored,
    }
    wrong = 422 if form.is_bound else 200
    return render(request, "fieldwork/import.html", context, status=wrong)


@_manages
def alley_page(request: HttpRequest, unit_path: str, team_id: int) -> HttpResponse:
    """Show the doors of one alley."""
    team = team_in(unit_path, team_id)
    return _alley(request, team, request.GET.get("alley", ""))


@require_POST
@_manages
def door_remove(request: HttpRequest, unit_path: str, team_id: int, door_id: int) -> HttpResponse:
    """Take a household off the list."""
    team = team_in(unit_path, team_id)
    roster.remove_household(team, door_id, actor=staff(request).username, now=clock.now())
    return redirect("team-detail", unit_path=unit_path, team_id=team_id)


@require_POST
@_manages
def alley_assign(request: HttpRequest, unit_path: str, team_id: int) -> HttpResponse:
    """Give the unvisited doors of an alley to another team."""
    team, alley = team_in(unit_path, team_id), request.POST.get("alley", "")
    form = AssignForm(request.POST, teams=_others(request, team))
    if form.is_valid():
        target, actor = form.cleaned_data["team"], staff(request).username
        try:
            roster.assign_alley(team, alley, target, actor=actor, now=clock.now())
        except FieldError as error:
            form.add_error("team", f"{error} ({error.code})")
        else:
            return redirect("team-detail", unit_path=unit_path, team_id=team_id)
    return _alley(request, team, alley, form)


def _others(request: HttpRequest, team: Team) -> QuerySet[Team]:
    """Return the teams of the same campaign that the person manages, without `team`."""
    mine = reach(staff(request), Permission.MANAGE_TEAMS).filter("unit__path")
    return Team.objects.filter(mine, campaign=team.campaign_id).exclude(pk=team.pk)


def _alley(
    request: HttpRequest, team: Team, alley: str, form: AssignForm | None = None
) -> HttpResponse:
    doors = Household.objects.filter(team=team, alley=alley, removed_at__isnull=True)
    rows = list(doors.order_by("position", "pk"))
    if not rows:
        raise Http404
    context = {
        "team": team,
        "unit": team.unit,
        "alley": alley,
        "doors": rows,
        "form": form or AssignForm(None, teams=_others(request, team)),
    }
    return render(request, "fieldwork/alley.html", context, status=422 if form else 200)
