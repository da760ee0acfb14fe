"""The staff of a unit: list, invite, change roles, close accounts."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bluezone.portal import chance, clock
from bluezone.portal.accounts import invitations, people
from bluezone.portal.accounts.errors import (
    ForbiddenGrantError,
    ForbiddenPersonError,
    MailFailureError,
)
from bluezone.portal.accounts.forms import InviteForm, RoleForm
from bluezone.portal.accounts.granting import grantable, may_grant
from bluezone.portal.accounts.invitations import Sent
from bluezone.portal.accounts.mail import mail_invitation
from bluezone.portal.accounts.memberships import change_role, end_membership
from bluezone.portal.accounts.models import Invitation, Membership, User
from bluezone.portal.accounts.permissions import Permission, reach, requires, staff, unit_of
from bluezone.portal.units.models import Unit

_FOUND_ROWS = 20


@requires(Permission.MANAGE_STAFF, somewhere=True)
@never_cache
@require_GET
def staff_start(request: HttpRequest) -> HttpResponse:
    """Lead to the staff of one's unit; where there are several, let choose."""
    where = reach(staff(request), Permission.MANAGE_STAFF)
    if len(where.paths) == 1:
        return redirect("staff-list", unit_path=where.paths[0])
    text = request.GET.get("q", "").strip()
    context: dict[str, object] = {"text": text, "everywhere": where.everywhere}
    if where.everywhere:
        found = Unit.objects.search(text, limit=_FOUND_ROWS) if text else _nations()
        rows = people.installation_staff()
        context |= {"people": rows[: people.PAGE_ROWS], "total": rows.count()}
    else:
        found = Unit.objects.filter(path__in=where.paths).order_by("path")
    return render(request, "accounts/staff_start.html", context | {"units": found})


def _nations() -> object:
    return Unit.objects.filter(parent=None).select_related("edition").order_by("path")


@requires(Permission.MANAGE_STAFF)
@never_cache
@require_GET
def staff_list(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show who has a role in a unit and below it, and the invitations that are open there."""
    unit, giver, text = unit_of(request), staff(request), request.GET.get("q", "").strip()
    below = request.GET.get("unit", "").strip()
    rows = people.staff_below(unit, text=text)
    sent = invitations.open_ones(now=clock.desk_now()).filter(unit__path__under=unit_path)
    context = {
        "unit": unit,
        "text": text,
        "below": below,
        "units": Unit.objects.search(below, under=unit, limit=_FOUND_ROWS) if below else [],
        "rows": rows[: people.PAGE_ROWS],
        "total": rows.count(),
        "invitations": [
            (row, may_grant(giver, row.role, row.unit_id or unit_path))
            for row in sent.select_related("unit", "invited_by").order_by("-created_at")[
                : people.PAGE_ROWS
            ]
        ],
    }
    return render(request, "accounts/staff_list.html", context)


@requires(Permission.MANAGE_STAFF)
@never_cache
def invite_page(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Invite somebody; the link is in this one answer only."""
    del unit_path
    unit, giver = unit_of(request), staff(request)
    data = request.POST if request.method == "POST" else None
    form = InviteForm(data, roles=grantable(giver, unit), mail=settings.BLUEZONE_MAIL)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        context = {"form": form, "unit": unit}
        return render(request, "accounts/invite.html", context, status=status)
    fields = form.cleaned_data
    sent = invitations.invite(
        giver,
        unit,
        fields["role"],
        display_name=fields["display_name"],
        language=fields["language"],
        now=clock.desk_now(),
        rng=chance.SYSTEM,
    )
    mailed = _mail(sent, fields.get("address", ""))
    return _link_page(request, sent, mailed=mailed, unit=unit)


def _mail(sent: Sent, address: str) -> str:
    """Send the link if an address was given; return `sent`, `failed` or nothing."""
    if not address:
        return ""
    try:
        mail_invitation(sent, address)
    except MailFailureError:
        return "failed"
    return "sent"


def _link_page(
    request: HttpRequest, sent: Sent, *, mailed: str = "", unit: Unit | None = None
) -> HttpResponse:
    context = {"sent": sent, "mailed": mailed, "unit": unit}
    return render(request, "accounts/invitation_link.html", context)


@requires(Permission.MANAGE_STAFF)
@require_POST
def invitation_withdraw(request: HttpRequest, unit_path: str, invitation_id: int) -> HttpResponse:
    """Let an invitation work no more; only whoever could have sent it may."""
    rows = Invitation.objects.filter(unit__path__under=unit_path)
    row = get_object_or_404(rows, pk=invitation_id)
    if not may_grant(staff(request), row.role, row.unit_id or unit_path):
        raise PermissionDenied
    invitations.withdraw(row, actor=staff(request).username, now=clock.desk_now())
    return redirect("staff-list", unit_path=unit_path)


@requires(Permission.MANAGE_STAFF, somewhere=True)
@never_cache
@require_GET
def person_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a member of staff: the roles that one may see, and what one may change."""
    viewer, person = staff(request), _person(request, user_id)
    roles = []
    for membership in people.visible_roles(viewer, person):
        allowed = grantable(viewer, membership.unit_id)
        own = viewer.pk == person.pk
        form = None
        if membership.role in allowed and not own:
            form = RoleForm(
                initial={"role": membership.role}, roles=allowed, auto_id=f"id_{membership.pk}_%s"
            )
        roles.append((membership, form))
    context = {
        "person": person,
        "roles": roles,
        "may_change": people.may_change_person(viewer, person),
        "own": viewer.pk == person.pk,
    }
    return render(request, "accounts/person.html", context)


@requires(Permission.MANAGE_STAFF, somewhere=True)
@require_POST
def person_state(request: HttpRequest, user_id: int) -> HttpResponse:
    """Close or reopen an account."""
    change = people.reopen_account if "reopen" in request.POST else people.close_account
    try:
        change(staff(request), _person(request, user_id))
    except ForbiddenPersonError:
        raise PermissionDenied from None
    return redirect("person", user_id=user_id)


@requires(Permission.MANAGE_STAFF, somewhere=True)
@never_cache
@require_POST
def person_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """Make a link with which somebody chooses a new password; it is in this answer only."""
    giver, person = staff(request), _person(request, user_id)
    try:
        sent = invitations.renew(giver, person, now=clock.desk_now(), rng=chance.SYSTEM)
    except ForbiddenPersonError:
        raise PermissionDenied from None
    return _link_page(request, sent)


@requires(Permission.MANAGE_STAFF, somewhere=True)
@require_POST
def role_change(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Put another role in the place of one."""
    giver, membership = staff(request), _membership(request, membership_id)
    form = RoleForm(request.POST, roles=grantable(giver, membership.unit_id))
    if not form.is_valid():
        raise PermissionDenied
    try:
        change_role(membership, form.cleaned_data["role"], giver=giver)
    except ForbiddenGrantError:
        raise PermissionDenied from None
    return redirect("person", user_id=membership.user_id)


@requires(Permission.MANAGE_STAFF, somewhere=True)
@require_POST
def role_end(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Take a role away."""
    giver, membership = staff(request), _membership(request, membership_id)
    try:
        end_membership(membership, giver=giver)
    except ForbiddenGrantError:
        raise PermissionDenied from None
    return redirect("staff-list", unit_path=membership.unit_id)


def _person(request: HttpRequest, user_id: int) -> User:
    person = get_object_or_404(User, pk=user_id)
    if not people.may_see(staff(request), person):
        raise Http404
    return person


def _membership(request: HttpRequest, membership_id: int) -> Membership:
    rows = Membership.objects.select_related("user", "unit")
    membership = get_object_or_404(rows, pk=membership_id)
    if not reach(staff(request), Permission.MANAGE_STAFF).covers(membership.unit_id):
        raise Http404
    return membership
