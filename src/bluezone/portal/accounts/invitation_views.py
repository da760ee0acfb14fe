"""The page behind an invitation's link."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from bluezone.portal import clock
from bluezone.portal.accounts import invitations
from bluezone.portal.accounts.errors import InvalidAccountError, InvalidInvitationError
from bluezone.portal.accounts.forms import JoinForm, NewPasswordForm
from bluezone.portal.accounts.languages import remember_language
from bluezone.portal.accounts.models import Invitation, InvitationKind, User


@sensitive_post_parameters("password", "again")
@login_not_required
@never_cache
def invitation_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link is for, and do it once."""
    try:
        row = invitations.find(token, now=clock.desk_now())
        if row.kind == InvitationKind.JOIN and isinstance(request.user, User):
            return _take_on(request, row, request.user)
        return _begin(request, row)
    except InvalidInvitationError:
        return render(request, "accounts/invitation_over.html", status=404)


def _take_on(request: HttpRequest, row: Invitation, user: User) -> HttpResponse:
    if request.method == "POST":
        invitations.accept_as(row, user, now=clock.desk_now())
        return redirect("account")
    return render(request, "accounts/invitation_take_on.html", {"row": row})


def _begin(request: HttpRequest, row: Invitation) -> HttpResponse:
    if request.method == "GET" and "language" not in request.COOKIES:
        translation.activate(row.language)
    joining = row.kind == InvitationKind.JOIN
    form = _form(request, row, joining=joining)
    if form.is_valid():
        try:
            _use(row, form)
        except InvalidAccountError as error:
            form.add_error("password", f"{error} ({error.code})")
        else:
            return remember_language(redirect("/sign-in/?ready=1"), row.language)
    context = {"form": form, "row": row, "joining": joining}
    status = 422 if form.is_bound else 200
    return render(request, "accounts/invitation.html", context, status=status)


def _form(request: HttpRequest, row: Invitation, *, joining: bool) -> NewPasswordForm:
    data = request.POST if request.method == "POST" else None
    if joining:
        return JoinForm(data, initial={"display_name": row.display_name})
    return NewPasswordForm(data)


def _use(row: Invitation, form: NewPasswordForm) -> None:
    now, data = clock.desk_now(), form.cleaned_data
    if row.kind == InvitationKind.JOIN:
        invitations.join(
            row, data["username"], data["password"], display_name=data["display_name"], now=now
        )
    else:
        invitations.choose_password(row, data["password"], now=now)
