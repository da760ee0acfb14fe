"""One's own account: what one may do where, password, second factor, sessions."""

import datetime as dt
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from bluezone.look import format as look_format
from bluezone.portal import clock
from bluezone.portal.accounts import second_factor, sign_ins, tallies
from bluezone.portal.accounts.errors import InvalidAccountError, TooManyTriesError
from bluezone.portal.accounts.forms import PasswordForm
from bluezone.portal.accounts.models import Membership, User
from bluezone.portal.accounts.permissions import Permission, reach, staff
from bluezone.portal.accounts.services import set_password
from bluezone.portal.units.models import Unit


@never_cache
@require_GET
def account_page(request: HttpRequest) -> HttpResponse:
    """Show one's roles, factors and sessions."""
    user = staff(request)
    kinds = Authenticator.objects.filter(user=user).values_list("type", flat=True)
    context = {
        "roles": _roles(user),
        "kinds": set(kinds),
        "factor_required": second_factor.required_of(user),
        "factor_due": second_factor.due(request),
        "sign_ins": sign_ins.sign_ins_of(user),
        "session_key": request.session.session_key,
        "changed": request.GET.get("changed", ""),
    }
    return render(request, "accounts/account.html", context)


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One of one's roles; `ended_on`: since when its unit is no more, None while it is."""

    unit: Unit
    unit_id: str
    get_role_display: str
    sees_campaign: bool
    ended_on: dt.date | None


def _roles(user: User) -> list[RoleRow]:
    today = look_format.local(clock.now()).date()
    seen = reach(user, Permission.VIEW_CAMPAIGN)
    rows = user.memberships.select_related("unit__edition").order_by("unit_id", "role")
    return [_role(row, today, seen=seen.covers(row.unit_id)) for row in rows]


def _role(row: Membership, today: dt.date, *, seen: bool) -> RoleRow:
    end = row.unit.edition.valid_to
    ended_on = end if end is not None and end <= today else None
    return RoleRow(row.unit, row.unit_id, row.get_role_display(), seen, ended_on)


@sensitive_post_parameters("current", "password", "again")
@never_cache
def password_page(request: HttpRequest) -> HttpResponse:
    """Change one's password; every other session ends."""
    user, form, status = staff(request), PasswordForm(request.POST or None), 200
    if form.is_valid() and _change(request, user, form):
        return redirect("/account/?changed=password")
    if form.errors:
        status = 422
    return render(request, "accounts/password.html", {"form": form}, status=status)


def _change(request: HttpRequest, user: User, form: PasswordForm) -> bool:
    """Change the password, or say in the form why not."""
    now, who = clock.desk_now(), str(user.pk)
    try:
        tallies.check(second_factor.STEP, who, now=now)
        if not user.check_password(form.cleaned_data["current"]):
            tallies.fail(second_factor.STEP, who, now=now)
            form.add_error("current", _("The password is wrong (incorrect_password)."))
            return False
        set_password(user, form.cleaned_data["password"], actor=user.username)
    except TooManyTriesError as error:
        minutes = -(-error.retry_after_s // 60)
        text = _("Too many wrong tries (%(code)s). Try again in %(minutes)d minutes.")
        form.add_error("current", text % {"code": error.code, "minutes": minutes})
        return False
    except InvalidAccountError as error:
        form.add_error("password", f"{error} ({error.code})")
        return False
    sign_ins.end_all(user, actor=user.username, but=request.session.session_key)
    before = request.session.session_key
    update_session_auth_hash(request, user)
    sign_ins.moved(before, request.session.session_key)
    return True


@require_POST
def end_session(request: HttpRequest, sign_in_id: int) -> HttpResponse:
    """End one of one's sessions."""
    if not sign_ins.end_one(staff(request), sign_in_id):
        raise Http404
    return redirect("/account/?changed=session#sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all sessions but this one."""
    user = staff(request)
    sign_ins.end_all(user, actor=user.username, but=request.session.session_key)
    return redirect("/account/?changed=session#sessions")
