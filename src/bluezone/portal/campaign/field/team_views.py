"""Managers' pages: the teams of a unit, one team, opening and closing the campaign."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bluezone.portal import clock
from bluezone.portal.accounts.permissions import Permission, requires, staff, unit_of
from bluezone.portal.campaign.field import closing, roster, services
from bluezone.portal.campaign.field.access import may_manage, team_in
from bluezone.portal.campaign.field.enrolment import revoke
from bluezone.portal.campaign.field.errors import FieldError
from bluezone.portal.campaign.field.fold import day_of
from bluezone.portal.campaign.field.forms import DoorForm, MemberForm, OpenForm, PaperForm, TeamForm
from bluezone.portal.campaign.field.late import late_visits
from bluezone.portal.campaign.field.models import Team
from bluezone.portal.units.models import Unit

_ROWS: Final = 50
_manages: Final = requires(Permission.MANAGE_TEAMS)


@requires(Permission.MANAGE_TEAMS, Permission.VIEW_CAMPAIGN)
def team_list(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show the teams of a unit and below, how far each is, and the unit's visits today."""
    unit = unit_of(request)
    every = services.teams_progress(unit)
    today = day_of(clock.now())
    context = {
        "unit": unit,
        "teams": every if "every" in request.GET else every[:_ROWS],
        "total": len(every),
        "campaign": closing.campaign_for(unit),
        "progress": services.progress(unit, today),
        "manages": may_manage(staff(request), unit_path),
        "form": OpenForm(),
        "late": late_visits(unit),
    }
    return render(request, "fieldwork/team_list.html", context)


@_manages
def campaign_open(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Open the door-to-door campaign of a unit."""
    unit = unit_of(request)
    form = OpenForm(request.POST or None)
    if form.is_valid():
        ends_on, actor = form.cleaned_data["ends_on"], staff(request).username
        try:
            closing.open_campaign(unit, ends_on=ends_on, actor=actor, now=clock.now())
        except FieldError as error:
            form.add_error("ends_on", f"{error} ({error.code})")
        else:
            return redirect("team-list", unit_path=unit_path)
    context = {"unit": unit, "form": form}
    return render(request, "fieldwork/open.html", context, status=_status(form.is_bound))


@_manages
def campaign_close(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Ask, with the numbers, and then close and wipe the campaign that was opened here."""
    unit = unit_of(request)
    rows = unit.field_campaigns.filter(closed_at__isnull=True)
    campaign = get_object_or_404(rows)
    refused = ""
    if request.method == "POST":
        if request.POST.get("confirm") == "yes":
            closing.close_campaign(campaign, actor=staff(request).username, now=clock.now())
            return redirect("team-list", unit_path=unit_path)
        refused = _("Tick the box to confirm.")
    numbers = closing.what_goes(campaign)
    context = {"unit": unit, "campaign": campaign, "goes": numbers, "refused": refused}
    return render(request, "fieldwork/close.html", context, status=_status(bool(refused)))


@_manages
def team_new(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Make a team."""
    del unit_path
    unit = unit_of(request)
    places = Unit.objects.below(unit).filter(level__in=roster.TEAM_LEVELS, closed_on__isnull=True)
    form = TeamForm(request.POST or None, units=places)
    if form.is_valid():
        place, name = form.cleaned_data["unit"], form.cleaned_data["name"]
        try:
            team = roster.create_team(place, name, actor=staff(request).username, now=clock.now())
        except FieldError as error:
            form.add_error(None, f"{error} ({error.code})")
        else:
            return redirect("team-detail", unit_path=place.path, team_id=team.pk)
    context = {"unit": unit, "form": form}
    return render(request, "fieldwork/team_new.html", context, status=_status(form.is_bound))


@_manages
def team_detail(request: HttpRequest, unit_path: str, team_id: int) -> HttpResponse:
    """Show a team: members, phones, alleys with their progress, today's visits."""
    return team_page(request, team_in(unit_path, team_id))


@_manages
def member_add(request: HttpRequest, unit_path: str, team_id: int) -> HttpResponse:
    """Put an account on a team."""
    team = team_in(unit_path, team_id)
    form = MemberForm(request.POST or None)
    if form.is_valid():
        try:
            roster.add_member(team, form.cleaned_data["username"], actor=staff(request).username)
        except FieldError as error:
            form.add_error("username", f"{error} ({error.code})")
        else:
            return redirect("team-detail", unit_path=unit_path, team_id=team_id)
    return team_page(request, team, member_form=form)


@require_POST
@_manages
def member_remove(request: HttpRequest, unit_path: str, team_id: int, user_id: int) -> HttpResponse:
    """Take an account off a team."""
    team = team_in(unit_path, team_id)
    roster.remove_member(team, user_id, actor=staff(request).username)
    return redirect("team-detail", unit_path=unit_path, team_id=team_id)


@require_POST
@_manages
def device_revoke(
    request: HttpRequest, unit_path: str, team_id: int, device_id: str
) -> HttpResponse:
    """Withdraw a phone."""
    device = get_object_or_404(team_in(unit_path, team_id).devices, pk=device_id)
    revoke(device, actor=staff(request).username, now=clock.now())
    return redirect("team-detail", unit_path=unit_path, team_id=team_id)


def team_page(
    request: HttpRequest,
    team: Team,
    *,
    member_form: MemberForm | None = None,
    door_form: DoorForm | None = None,
    paper_form: PaperForm | None = None,
) -> HttpResponse:
    """Return the page of a team, with forms that were filled in wrongly if there are any."""
    today = day_of(clock.now())
    alleys = services.alley_progress(team)
    progress = services.team_progress(team, today)
    blank_paper = PaperForm(None, alleys=[row.alley for row in alleys], initial={"day": today})
    context = {
        "team": team,
        "unit": team.unit,
        "alleys": alleys,
        "progress": progress,
        "outcomes": services.outcome_rows(progress),
        "members": team.members.select_related("user"),
        "devices": team.devices.select_related("user")[:_ROWS],
        "member_form": member_form or MemberForm(),
        "door_form": door_form or DoorForm(),
        "paper_form": paper_form or blank_paper,
        "papers": team.paper_lists.all()[:10],
    }
    wrong = any(form is not None and form.is_bound for form in (member_form, door_form, paper_form))
    return render(request, "fieldwork/team.html", context, status=_status(wrong))


def _status(wrong: bool) -> int:  # noqa: FBT001 - private, one meaning
    return 422 if wrong else 200
