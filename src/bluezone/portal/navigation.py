"""What the bar at the top of each page shows to whom, and where a person starts."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, in_whole_installation, may, reach


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
    return reverse("account")


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
    allowed.append((_("My account"), reverse("account")))
    # The page of a code belongs to its case, that of a person to the staff.
    here = request.path.replace("/codes/", reverse("case-list"), 1)
    here = here.replace("/account/people/", reverse("staff"), 1)
    current = max((to for _title, to in allowed if here.startswith(to)), key=len, default="")
    return {"links": [Link(title, to, to == current) for title, to in allowed]}
