"""Sign in, sign out, choose a language.

The first step (name and password) is ours, so that its tallies are; whether there is a second
one, and that nobody skips it, is django-allauth's.
"""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from bluezone.portal.accounts.errors import TooManyTriesError
from bluezone.portal.accounts.forms import SignInForm
from bluezone.portal.accounts.languages import remember_language
from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.services import sign_in
from bluezone.portal.addresses import client_address
from bluezone.portal.audit.services import record
from bluezone.portal.navigation import start_page


@sensitive_post_parameters("password")
@login_not_required
@never_cache
def sign_in_view(request: HttpRequest) -> HttpResponse:
    """Show the sign-in form; on success go to where the person wanted to go."""
    if isinstance(request.user, User):
        return redirect(start_page(request.user))
    form, status = SignInForm(request.POST or None), 200
    if form.is_valid():
        try:
            user = _try(request, form)
        except TooManyTriesError as error:
            minutes = -(-error.retry_after_s // 60)
            message = _("Too many wrong tries (%(code)s). Try again in %(minutes)d minutes.")
            form.add_error(None, message % {"code": error.code, "minutes": minutes})
            status = 429
        else:
            if user is not None:
                return _welcome(request, user)
            form.add_error(None, _("User name or password is wrong (invalid_credentials)."))
    if form.errors and status == 200:
        status = 422
    context = {
        "form": form,
        "next": request.POST.get("next", request.GET.get("next", "")),
        "ready": "ready" in request.GET,
    }
    return render(request, "accounts/sign_in.html", context, status=status)


def _try(request: HttpRequest, form: SignInForm) -> User | None:
    data, address = form.cleaned_data, client_address(request)
    return sign_in(request, data["username"], data["password"], address=address)


def _welcome(request: HttpRequest, user: User) -> HttpResponse:
    """Go on: to the second step if the account has one, else in."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # Whoever typed the password just now need not type it again to set up a second factor.
    record_authentication(request, user, method="password", reauthenticated=True)
    login = Login(user=user, redirect_url=wanted if safe else start_page(user))
    response: HttpResponse = perform_login(request, login)
    return response


@require_POST
def sign_out_view(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, User):
        record(request.user.username, "session.ended", f"user {request.user.username}")
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@login_not_required
@require_POST
def language_view(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language in a cookie and, for staff, in their account."""
    language = request.POST.get("language", "")
    wanted = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = resolve_url("sign-in")
    response = redirect(wanted)
    if language not in dict(settings.LANGUAGES) or not check_for_language(language):
        return response
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return remember_language(response, language)
