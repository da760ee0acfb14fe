"""Who may manage teams and who may walk with one: the one place that this app asks.

Managers act on the teams of their unit and below. A member acts on the teams that list the
account, and only while the account may visit households in the team's unit: leaving either ends
both the pages and the phone.
"""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, may, staff
from bluezone.portal.campaign.field.models import PaperList, Team


def may_manage(user: User, unit_path: str) -> bool:
    """Return whether `user` may manage the teams of a unit and below."""
    return may(user, Permission.MANAGE_TEAMS, unit=unit_path)


def may_walk(user: User, team: Team) -> bool:
    """Return whether `user` may see and visit the households of `team`."""
    if not may(user, Permission.VISIT_HOUSEHOLDS, unit=team.unit_id):
        return False
    return team.members.filter(user=user).exists()


def teams_of(user: User) -> list[Team]:
    """Return the open teams that `user` may walk with."""
    mine = Team.objects.filter(members__user=user, campaign__closed_at__isnull=True)
    teams = mine.select_related("unit", "campaign").order_by("unit_id", "name", "pk")
    return [team for team in teams if may(user, Permission.VISIT_HOUSEHOLDS, unit=team.unit_id)]


def team_in(unit_path: str, team_id: int) -> Team:
    """Return an open team of the unit `unit_path`, else 404."""
    return get_object_or_404(
        Team.objects.select_related("unit", "campaign"),
        pk=team_id,
        unit_id=unit_path,
        campaign__closed_at__isnull=True,
    )


def paper_list(request: HttpRequest, code: str) -> PaperList:
    """Return a printed list that the signed-in person may type back, else 404."""
    user = staff(request)
    papers = PaperList.objects.select_related("team__unit", "team__campaign")
    paper = get_object_or_404(papers, pk=code, team__campaign__closed_at__isnull=True)
    if not (may_manage(user, paper.team.unit_id) or may_walk(user, paper.team)):
        raise Http404
    return paper
