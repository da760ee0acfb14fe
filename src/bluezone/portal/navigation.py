"""What the bar at the top of each page shows to whom, and where a person starts."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import (
    Permission,
    Reach,
    in_whole_installation,
    may,
    reach,
)

_STARTS: Final = (
    Permission.VISIT_HOUSEHOLDS,
    Permission.SET_TARGETS,
    Permission.VIEW_CAMPAIGN,
    Permission.LEAD_AGENCY,
)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the bar."""

    title: str
    address: str
    current: bool


def start_page(user: User) -> str:
    """Return the address of the first page of a member of staff."""
    if may(user, Permission.OPEN_CASES):
        return reverse("case-list")
    if may(user, Permission.MANAGE_API_KEYS):
        return reverse("api-key-list")
    where = {permission: reach(user, permission) for permission in _STARTS}
    if where[Permission.VISIT_HOUSEHOLDS] and not where[Permission.SET_TARGETS]:
        return reverse("field-start")
    if where[Permission.VIEW_CAMPAIGN]:
        return campaign_page(where[Permission.VIEW_CAMPAIGN])
    return reverse("own-agencies" if where[Permission.LEAD_AGENCY] else "account")


def campaign_page(where: Reach) -> str:
    """Return the dashboard of the first unit that somebody may see.

    Who may see every unit chooses one by searching: there is a nation in each edition.
    """
    if where.paths:
        return reverse("campaign-unit", kwargs={"unit_path": where.paths[0]})
    return reverse("unit-search")


def navigation(request: HttpRequest) -> dict[str, object]:
    """Return the links that the signed-in person may follow (a context processor)."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"links": []}
    entries = [
        (_("Cases"), "case-list", (Permission.OPEN_CASES,)),
        (_("Messages"), "outbox", (Permission.SEE_OWN_MESSAGES, Permission.SEE_ALL_MESSAGES)),
        (_("API keys"), "api-key-list", (Permission.MANAGE_API_KEYS,)),
        (_("Audit"), "audit", (Permission.READ_AUDIT,)),
        (_("Agencies"), "own-agencies", (Permission.LEAD_AGENCY, Permission.MANAGE_AGENCIES)),
        (_("Door to door"), "field-start", (Permission.VISIT_HOUSEHOLDS,)),
        (_("Public pages"), "site-units", (Permission.MANAGE_SITE,)),
        (_("Staff"), "staff", (Permission.MANAGE_STAFF,)),
    ]
    # Whoever has a role in the whole installation is not asked for roles by unit on every page.
    ask = in_whole_installation if user.role else reach
    allowed = [
        (title, reverse(name))
        for title, name, permissions in entries
        if any(ask(user, permission) for permission in permissions)
    ]
    campaign = ""
    if ask(user, Permission.VIEW_CAMPAIGN):
        campaign = campaign_page(reach(user, Permission.VIEW_CAMPAIGN))
        allowed.insert(0, (_("Campaign"), campaign))
    allowed.append((_("My account"), reverse("account")))
    # The page of a code belongs to its case, that of a person to the staff.
    here = request.path.replace("/codes/", reverse("case-list"), 1)
    here = here.replace("/account/people/", reverse("staff"), 1)
    if campaign and here.startswith("/campaign/"):
        here = campaign
    current = max((to for _title, to in allowed if here.startswith(to)), key=len, default="")
    return {"links": [Link(title, to, to == current) for title, to in allowed]}
