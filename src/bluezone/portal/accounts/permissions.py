"""Who may do what, and where: the one place where a permission is checked.

A role acts on its unit and everything below it (docs/accounts.md has the table). The role that
stands on the account itself (`User.role`) acts on the whole installation. Health workers know
people; administrators know machines and staff. Neither sees the other's pages, so that the
person who can make API keys need not be able to read cases.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from bluezone.portal.accounts.models import Role, User
from bluezone.portal.units.models import Unit
from bluezone.portal.units.paths import is_under

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class Permission(StrEnum):
    """Everything that can be allowed, with what it means to a person."""

    OPEN_CASES = "open_cases"
    """Open cases and see the cases that one opened."""
    ISSUE_CODES = "issue_codes"
    """Issue codes for one's own cases, see whether they were used, revoke them."""
    SEE_OWN_MESSAGES = "see_own_messages"
    """See the messages for one's own cases, with their text while they wait."""
    SEE_ALL_MESSAGES = "see_all_messages"
    """See the state of every message, never its text."""
    MANAGE_API_KEYS = "manage_api_keys"
    """Create and revoke API keys."""
    READ_AUDIT = "read_audit"
    """Read the record of who did what."""
    VIEW_CAMPAIGN = "view_campaign"
    """See figures, targets, ranks and forecasts of a unit."""
    REPORT_FIGURES = "report_figures"
    """Type in and import figures of a unit."""
    ACCEPT_FIGURES = "accept_figures"
    """Accept or reject figures that were held back."""
    SET_TARGETS = "set_targets"
    """Set and withdraw targets of a unit."""
    MANAGE_TEAMS = "manage_teams"
    """Make village teams, give them households, see their progress."""
    MANAGE_AGENCIES = "manage_agencies"
    """Enter agencies, issue their vouchers, see how many were used."""
    LEAD_AGENCY = "lead_agency"
    """See and report for the agencies that one heads oneself, and no other."""
    VISIT_HOUSEHOLDS = "visit_households"
    """Walk the list of one's team and record visits."""
    INSPECT = "inspect"
    """See suspicions, their evidence and every source of a figure."""
    KEEP_VILLAGES = "keep_villages"
    """Add, rename and close villages and residential groups."""
    MANAGE_SITE = "manage_site"
    """Write announcements and materials of a unit's public pages."""
    MANAGE_STAFF = "manage_staff"
    """Invite staff to a unit, change their roles, close their accounts."""


_CAMPAIGN: Final = frozenset(
    {
        Permission.VIEW_CAMPAIGN,
        Permission.REPORT_FIGURES,
        Permission.ACCEPT_FIGURES,
        Permission.SET_TARGETS,
        Permission.MANAGE_TEAMS,
        Permission.MANAGE_AGENCIES,
        Permission.KEEP_VILLAGES,
        Permission.MANAGE_SITE,
    }
)
ALLOWED: Final[dict[str, frozenset[Permission]]] = {
    Role.HEALTH_WORKER: frozenset(
        {Permission.OPEN_CASES, Permission.ISSUE_CODES, Permission.SEE_OWN_MESSAGES}
    ),
    Role.CAMPAIGN_OFFICER: _CAMPAIGN,
    # Whatever a manager may grant, a manager may do: nobody is given more than the giver has.
    Role.UNIT_MANAGER: _CAMPAIGN
    | {Permission.MANAGE_STAFF, Permission.VISIT_HOUSEHOLDS, Permission.LEAD_AGENCY},
    Role.TEAM_MEMBER: frozenset({Permission.VISIT_HOUSEHOLDS, Permission.VIEW_CAMPAIGN}),
    Role.AGENCY_HEAD: frozenset({Permission.LEAD_AGENCY}),
    Role.AUDITOR: frozenset({Permission.VIEW_CAMPAIGN, Permission.INSPECT}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.SEE_ALL_MESSAGES,
            Permission.MANAGE_API_KEYS,
            Permission.READ_AUDIT,
            Permission.KEEP_VILLAGES,
            Permission.MANAGE_STAFF,
            Permission.MANAGE_SITE,
        }
    ),
}
OWN: Final = frozenset({Permission.OPEN_CASES, Permission.ISSUE_CODES, Permission.SEE_OWN_MESSAGES})
"""About what one made oneself: a role in any unit is enough, and no unit need be named."""
WHOLE: Final = frozenset(
    {Permission.SEE_ALL_MESSAGES, Permission.MANAGE_API_KEYS, Permission.READ_AUDIT}
)
"""About the whole installation: a role in a unit is never enough."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where somebody may do something.

    Attributes:
        everywhere: in every unit, and in what belongs to none.
        paths: otherwise the units, each with everything below it, none below another.
    """

    everywhere: bool
    paths: tuple[str, ...]

    def __bool__(self) -> bool:
        """Return whether there is any such place."""
        return self.everywhere or bool(self.paths)

    def covers(self, path: str) -> bool:
        """Return whether the unit `path` lies inside."""
        return self.everywhere or any(is_under(path, top) for top in self.paths)

    def filter(self, column: str = "unit_path") -> Q:
        """Return the condition that keeps the rows whose `column` (a path) lies inside."""
        if self.everywhere:
            return Q()
        inside = Q(pk__in=[])
        for top in self.paths:
            inside |= Q(**{f"{column}__under": top})
        return inside


_NOWHERE: Final = Reach(everywhere=False, paths=())


def reach(user: User | AnonymousUser, permission: Permission) -> Reach:
    """Return where `user` may use `permission`; for lists and links that name no unit."""
    if not isinstance(user, User) or not user.is_active:
        return _NOWHERE
    if in_whole_installation(user, permission):
        return Reach(everywhere=True, paths=())
    if permission in WHOLE:
        return _NOWHERE
    found = sorted({path for path, role in user.scopes if permission in ALLOWED[role]})
    tops = [path for path in found if not any(is_under(path, top) for top in found if top != path)]
    return Reach(everywhere=False, paths=tuple(tops))


def may(
    user: User | AnonymousUser, permission: Permission, *, unit: Unit | str | None = None
) -> bool:
    """Return whether `user` is signed in, active and has a role that allows `permission`.

    Args:
        user: who asks; memberships are read once a request.
        permission: what for.
        unit: where, a unit or its path. None asks for the whole installation, which only the
            role on the account itself allows; except what is about one's own things (`OWN`).
            Use `reach` to ask "anywhere?".
    """
    if unit is None and permission not in OWN:
        return in_whole_installation(user, permission)
    where = reach(user, permission)
    return (
        bool(where) if unit is None else where.covers(unit if isinstance(unit, str) else unit.path)
    )


def in_whole_installation(user: User | AnonymousUser, permission: Permission) -> bool:
    """Return whether the role on the account itself allows `permission`; asks no database."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return permission in ALLOWED.get(user.role, frozenset())


def belongs(user: User, path: str) -> bool:
    """Return whether `user` has any role at all that acts on the unit `path`."""
    return bool(user.role) or any(is_under(path, top) for top, _role in user.scopes)


def requires(*permissions: Permission, somewhere: bool = False) -> Callable[[View[P]], View[P]]:
    """Return a decorator: whoever has none of `permissions` does not get in.

    A view with the argument `unit_path` is about that unit, which `unit_of(request)` returns
    afterwards. Inside one's own units a role that does not allow it gets 403. Outside them the
    answer is 404, whether the unit exists or not: nobody looks sideways.

    Args:
        permissions: one of them is enough.
        somewhere: for a view without a unit: a role in any unit lets in; the view must narrow
            what it shows by `reach`. Without it only a role in the whole installation does.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            path = kwargs.get("unit_path")
            if path is not None:
                _enter_unit(request, str(path), permissions)
            elif not any(_let_in(request, permission, somewhere) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast("View[P]", checked)

    return decorate


def staff(request: HttpRequest) -> User:
    """Return the signed-in member of staff of a request that passed `requires`."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def unit_of(request: HttpRequest) -> Unit:
    """Return the unit of a request whose view has `unit_path` and passed `requires`."""
    unit = getattr(request, "unit", None)
    if not isinstance(unit, Unit):
        raise PermissionDenied
    return unit


def _let_in(request: HttpRequest, permission: Permission, somewhere: bool) -> bool:  # noqa: FBT001 - private
    return may(request.user, permission) or (somewhere and bool(reach(request.user, permission)))


def _enter_unit(request: HttpRequest, path: str, permissions: tuple[Permission, ...]) -> None:
    user = staff(request)
    if not any(may(user, permission, unit=path) for permission in permissions):
        if belongs(user, path):
            raise PermissionDenied
        raise Http404
    request.unit = get_object_or_404(Unit, pk=path)  # type: ignore[attr-defined]
