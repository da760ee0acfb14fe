"""The desk's page of help: issue a code, read it out, see whether it was used, delete contacts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bluezone.portal import chance, clock
from bluezone.portal.accounts.middleware import not_activity
from bluezone.portal.accounts.permissions import Permission, requires, staff
from bluezone.portal.appgateway.consent import desk
from bluezone.portal.appgateway.consent.errors import NoHelpCodeFreeError
from bluezone.portal.appgateway.consent.forms import HelpCodeForm
from bluezone.portal.appgateway.consent.issuing import issue_help_code, revoke_help_code
from bluezone.portal.appgateway.consent.windows import infectious_days
from bluezone.portal.appgateway.consent.withdrawing import delete_history
from bluezone.portal.cases.models import Case
from bluezone.portal.cases.services import cases_of


@requires(Permission.ISSUE_CODES)
@never_cache
def help_code_page(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Show the newest code of a case and its digits while they are good; issue a new one."""
    case, now = _case(request, pseudonym), clock.now()
    form = HelpCodeForm(request.POST or None)
    if form.is_valid():
        try:
            issued = issue_help_code(
                case, staff(request), form.cleaned_data["mode"], now=now, rng=chance.SYSTEM
            )
        except NoHelpCodeFreeError as error:
            form.add_error(None, f"{_no_code_free()} ({error.code})")
        else:
            response = redirect("help-code", pseudonym=pseudonym)
            desk.remember(response, issued, now=now, rng=chance.SYSTEM)
            return response
    codes = desk.help_codes_of(case, now=now)
    newest = codes[0] if codes else None
    digits = desk.recall(request, newest.row) if newest is not None and newest.live else None
    context = {"case": case, "codes": codes, "status": newest, "digits": digits, "form": form}
    first, last = infectious_days(case)
    context |= {"window": (first, min(last, clock.aware(now).date()))}
    return render(request, "consent/help_code.html", context, status=422 if form.errors else 200)


@not_activity
@requires(Permission.ISSUE_CODES)
@never_cache
@require_GET
def help_code_status(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Answer with the status block alone; the page asks for it every few seconds."""
    case = _case(request, pseudonym)
    codes = desk.help_codes_of(case, now=clock.now())
    status = codes[0] if codes else None
    if status is None or request.GET.get("seen") == status.mark:
        return HttpResponse(status=204)
    response = render(request, "consent/status.html", {"status": status, "case": case})
    if not status.live:
        response["HX-Refresh"] = "true"  # the digits must leave the screen, too
    return response


@requires(Permission.ISSUE_CODES)
@require_POST
def help_code_revoke(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Let the open code of a case work no more."""
    revoke_help_code(_case(request, pseudonym), staff(request), now=clock.now())
    return redirect("help-code", pseudonym=pseudonym)


@requires(Permission.ISSUE_CODES)
@require_POST
def shared_delete(request: HttpRequest, pseudonym: str, history_id: int) -> HttpResponse:
    """Delete contacts that the person of a case shared and no longer wants to share."""
    delete_history(_case(request, pseudonym), history_id, staff(request))
    return redirect("help-code", pseudonym=pseudonym)


def _case(request: HttpRequest, pseudonym: str) -> Case:
    return get_object_or_404(cases_of(staff(request)), pseudonym=pseudonym)


def _no_code_free() -> str:
    return _("Too many codes are in use at the moment. Try again in some minutes.")
