"""What the bar at the top of each page shows to whom, and where a person starts.

The bar has the few pages that somebody needs every day; the others stand behind "More", a
`<details>` that opens with a key and without script. Campaign people get the pages of their own
unit: the highest one that a role of theirs acts on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from bluezone.look import format as look_format
from bluezone.portal import clock
from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, in_whole_installation, may, reach
from bluezone.portal.units.models import Level, Unit

MOST_BESIDE: Final = 4
"""So many links fit on a phone's bar; where there are more, three of them and "More" do."""
_CAMPAIGN: Final = "/campaign/"
_WORK: Final = (Permission.REPORT_FIGURES, Permission.SET_TARGETS, Permission.INSPECT)
"""Whoever may one of these works with the figures of a campaign."""

Ask = Callable[[User, Permission], object]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the bar."""

    title: str
    address: str
    current: bool = False


def start_page(user: User) -> str:
    """Return the address of the first page of a member of staff: where their work is."""
    ask = _ask(user)
    if may(user, Permission.OPEN_CASES):
        return reverse("case-list")
    top = own_unit(user) if any(ask(user, one) for one in _WORK) else None
    if top is not None:
        return reverse("campaign-unit", args=[top])
    if ask(user, Permission.VISIT_HOUSEHOLDS):
        return reverse("field-start")
    if ask(user, Permission.LEAD_AGENCY):
        return reverse("own-agencies")
    if may(user, Permission.MANAGE_API_KEYS):
        return reverse("api-key-list")
    return reverse("account")


def own_unit(user: User) -> str | None:
    """Return the path of the highest unit whose campaign `user` may see, None without one."""
    where = reach(user, Permission.VIEW_CAMPAIGN)
    if not where.everywhere:
        return min(where.paths, key=lambda path: (path.count("."), path), default=None)
    today = look_format.local(clock.now()).date()
    in_force = Q(edition__valid_to__isnull=True) | Q(edition__valid_to__gt=today)
    nations = Unit.objects.filter(in_force, level=Level.NATION, edition__valid_from__lte=today)
    nation = nations.order_by("path").first()
    return None if nation is None else nation.path


def unit_links(user: User, path: str) -> list[Link]:
    """Return the pages about one unit that `user` may open, the dashboard first."""
    view = (Permission.VIEW_CAMPAIGN,)
    pages = (
        (_("Dashboard"), "campaign-unit", view),
        (_("Figures"), "figure-list", (*view, Permission.INSPECT)),
        (_("Conflicts"), "figure-conflicts", (*view, Permission.INSPECT)),
        (_("Inspection"), "inspection", (Permission.INSPECT,)),
        (_("Targets"), "target-list", view),
        (_("Agencies"), "agency-list", (*view, Permission.MANAGE_AGENCIES)),
        (_("Teams"), "team-list", (*view, Permission.MANAGE_TEAMS)),
    )
    return [
        Link(title, reverse(name, args=[path]))
        for title, name, permissions in pages
        if any(may(user, permission, unit=path) for permission in permissions)
    ]


def navigation(request: HttpRequest) -> dict[str, object]:
    """Return the links that the signed-in person may follow (a context processor)."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"links": [], "more_links": [], "room": _("For staff")}
    entries = [*_campaign_entries(user), *_desk_entries(user)]
    entries.append((_("Account"), reverse("account")))
    here = _here(request.path, [to for _title, to in entries])
    current = max((to for _title, to in entries if here.startswith(to)), key=len, default="")
    links = [Link(title, to, to == current) for title, to in entries]
    beside = links if len(links) <= MOST_BESIDE else links[: MOST_BESIDE - 1]
    return {"links": beside, "more_links": links[len(beside) :], "room": _room(user)}


def _ask(user: User) -> Ask:
    """Whoever has a role in the whole installation is not asked for roles by unit on each page."""
    return in_whole_installation if user.role else reach


def _campaign_entries(user: User) -> list[tuple[str, str]]:
    ask = _ask(user)
    top = own_unit(user) if ask(user, Permission.VIEW_CAMPAIGN) else None
    if top is None:
        return []
    walks_only = not any(ask(user, one) for one in _WORK)
    entries = [(_("Dashboard"), reverse("campaign-unit", args=[top]))]
    if walks_only:
        return [(_("Door to door"), reverse("field-start")), *entries]
    entries += [
        (_("Figures"), reverse("figure-list", args=[top])),
        (_("Targets"), reverse("target-list", args=[top])),
        (_("Teams"), reverse("team-list", args=[top])),
        (_("Agencies"), reverse("agency-list", args=[top])),
    ]
    if may(user, Permission.INSPECT, unit=top):
        entries.insert(1, (_("Inspection"), reverse("inspection", args=[top])))
    return entries


def _desk_entries(user: User) -> list[tuple[str, str]]:
    ask = _ask(user)
    sees = bool(ask(user, Permission.VIEW_CAMPAIGN))
    works = sees and any(ask(user, one) for one in _WORK)
    pages: Sequence[tuple[str, str, tuple[Permission, ...], bool]] = (
        (_("Cases"), "case-list", (Permission.OPEN_CASES,), False),
        (_("Calls"), "declaration-list", (Permission.OPEN_CASES,), not user.role),
        (
            _("Messages"),
            "outbox",
            (Permission.SEE_OWN_MESSAGES, Permission.SEE_ALL_MESSAGES),
            False,
        ),
        (_("Pushes"), "push-list", (Permission.SEE_ALL_MESSAGES,), False),
        (_("API keys"), "api-key-list", (Permission.MANAGE_API_KEYS,), False),
        (_("Audit"), "audit", (Permission.READ_AUDIT,), False),
        (_("My agencies"), "own-agencies", (Permission.LEAD_AGENCY,), works),
        (_("Door to door"), "field-start", (Permission.VISIT_HOUSEHOLDS,), sees and not works),
        (_("Units"), "unit-search", (Permission.VIEW_CAMPAIGN, Permission.KEEP_VILLAGES), False),
        (_("Public pages"), "site-units", (Permission.MANAGE_SITE,), False),
        (_("Staff"), "staff", (Permission.MANAGE_STAFF,), False),
    )
    return [
        (title, reverse(name))
        for title, name, permissions, there_already in pages
        if not there_already and any(ask(user, permission) for permission in permissions)
    ]


def _here(path: str, entries: Sequence[str]) -> str:
    """Return where a page belongs in the bar.

    That of a code to its case, that of a person to the staff, that of a unit of the campaign to
    the same page of one's own unit.
    """
    own = next((to for to in entries if to.startswith(_CAMPAIGN)), "")
    if own and path.startswith(_CAMPAIGN):
        _empty, _campaign, unit, *_rest = own.split("/")
        _empty, _campaign, _unit, *rest = path.split("/")
        return "/".join(["", "campaign", unit, *rest])
    here = path.replace("/codes/", reverse("case-list"), 1)
    return here.replace("/account/people/", reverse("staff"), 1)


def _room(user: User) -> str:
    """Return the name of the part of the portal that the person works in."""
    ask = _ask(user)
    if ask(user, Permission.OPEN_CASES):
        return _("Health desk")
    if ask(user, Permission.VIEW_CAMPAIGN) or ask(user, Permission.LEAD_AGENCY):
        return _("Campaign")
    return _("Administration")
