"""Pages of the verification: issue a code, see it, its status, revoke it; messages; API keys."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from bluezone.portal import chance, clock
from bluezone.portal.accounts.middleware import not_activity
from bluezone.portal.accounts.permissions import Permission, requires, staff
from bluezone.portal.cases.forms import VIETNAM_OFFSET_MINUTES
from bluezone.portal.cases.models import Case
from bluezone.portal.cases.services import cases_of
from bluezone.portal.verification import desk, errors
from bluezone.portal.verification.api_keys import create_api_key, revoke_api_key
from bluezone.portal.verification.codes import ALPHABET, LONG_CHARACTERS
from bluezone.portal.verification.errors import VerificationError
from bluezone.portal.verification.forms import ApiKeyForm, CodeForm
from bluezone.portal.verification.issuing import CodeRequest, expire_code, issue_code
from bluezone.portal.verification.message_list import message_rows
from bluezone.portal.verification.models import ApiKey, VerificationCode
from bluezone.portal.verification.sms.outbox import link_for


@requires(Permission.ISSUE_CODES)
@sensitive_post_parameters("phone")
def code_issue(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Issue a code for a case and go to its page."""
    if request.method != "POST":  # somebody reloads, or changes the language of, an answer
        return redirect("case-detail", pseudonym=pseudonym)
    user = staff(request)
    case = get_object_or_404(cases_of(user), pseudonym=pseudonym)
    form, now = CodeForm(request.POST), clock.now()
    if form.is_valid():
        try:
            wanted = _code_request(case, form.cleaned_data["phone"])
            issued = issue_code(wanted, user, now=now, rng=chance.SYSTEM)
        except VerificationError as error:
            form.add_error(None, _explain(error))
        else:
            response = redirect("code-detail", uuid=issued.row.uuid)
            desk.remember(response, issued.row, issued.codes, now=now, rng=chance.SYSTEM)
            return response
    context = {"case": case, "codes": desk.codes_of_case(case, now=now), "form": form}
    return render(request, "cases/detail.html", context, status=422)


@requires(Permission.ISSUE_CODES)
@never_cache
@require_GET
def code_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a code: large, to be read out, while it is good; and its status."""
    status = _status(request, uuid)
    codes = desk.recall(request, status.row) if status.live else None
    context: dict[str, object] = {"status": status, "case": status.row.case, "codes": codes}
    context |= {"message": desk.message_of(status.row)}
    if codes is not None:
        context |= {"link": link_for(codes.long)}
    return render(request, "verification/code.html", context)


@not_activity
@requires(Permission.ISSUE_CODES)
@never_cache
@require_GET
def code_status(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Answer with the status block alone; the page asks for it every few seconds."""
    status = _status(request, uuid)
    message = desk.message_of(status.row)
    if request.GET.get("seen") == status.mark and message is None:
        return HttpResponse(status=204)  # htmx leaves the block alone, and so do screen readers
    context = {"status": status, "message": message}
    response = render(request, "verification/code_status.html", context)
    if not status.live:
        response["HX-Refresh"] = "true"  # the code itself must leave the screen, too
    return response


@requires(Permission.ISSUE_CODES)
@require_POST
def code_revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let a code work no more."""
    row = _status(request, uuid).row
    expire_code(row.uuid, actor=staff(request).username, now=clock.now())
    return redirect("code-detail", uuid=uuid)


@requires(Permission.SEE_OWN_MESSAGES, Permission.SEE_ALL_MESSAGES)
@never_cache
def outbox_page(request: HttpRequest) -> HttpResponse:
    """Show messages: one's own with their text, everybody's without."""
    rows, total = message_rows(staff(request))
    context = {"rows": rows, "total": total, "provider": settings.BLUEZONE_SMS_PROVIDER}
    return render(request, "verification/outbox.html", context)


@requires(Permission.MANAGE_API_KEYS)
@never_cache
def api_key_list(request: HttpRequest) -> HttpResponse:
    """Show API keys and make new ones; a new key is in this one answer only."""
    form, value, status = ApiKeyForm(request.POST or None), "", 200
    if form.is_valid():
        data, user, now = form.cleaned_data, staff(request), clock.now()
        _row, value = create_api_key(
            data["name"], data["kind"], actor=user.username, now=now, rng=chance.SYSTEM
        )
        form = ApiKeyForm()
    elif form.is_bound:
        status = 422
    keys = ApiKey.objects.order_by("revoked_at", "-pk")[:200]
    context = {"form": form, "value": value, "keys": keys}
    return render(request, "verification/api_keys.html", context, status=status)


@requires(Permission.MANAGE_API_KEYS)
@require_POST
def api_key_revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    """Let an API key in no more."""
    get_object_or_404(ApiKey, pk=key_id)
    revoke_api_key(key_id, actor=staff(request).username, now=clock.now())
    return redirect("api-key-list")


@login_not_required
@never_cache
@require_GET
def link_page(request: HttpRequest) -> HttpResponse:
    """Explain a link to whoever opened it in a browser instead of the app."""
    code = request.GET.get("c", "").lower()
    good = len(code) == LONG_CHARACTERS and all(letter in ALPHABET for letter in code)
    return render(request, "verification/link.html", {"code": code if good else ""})


def _status(request: HttpRequest, uuid: UUID) -> desk.CodeStatus:
    row: VerificationCode | None = desk.code_of(staff(request), uuid)
    if row is None:
        raise Http404
    return desk.code_status(row, now=clock.now())


def _code_request(case: Case, phone: str) -> CodeRequest:
    return CodeRequest(
        test_type=case.report_type,
        symptom_date=case.symptom_date,
        test_date=case.test_date,
        offset_minutes=VIETNAM_OFFSET_MINUTES,
        phone=phone,
        case=case,
        link_shown=True,
        language=get_language() or "vi",
    )


def _explain(error: VerificationError) -> str:
    """Return what a person at the desk can do about an error, with its code."""
    texts = {
        errors.InvalidDateError.code: _("The days of this case are too long ago for a code."),
        errors.QuotaExceededError.code: _("No more codes today. Ask an administrator."),
        errors.SmsFailureError.code: _("Messages are switched off. Read the code out instead."),
        errors.SmsQueueFullError.code: _("Too many messages wait. Read the code out instead."),
    }
    text = texts.get(error.code, _("The code could not be issued. Try again."))
    return f"{text} ({error.code})"
