"""The public page where the owner of a number deletes what is kept about it.

No account: who gets the message has the number. The answer to "send me a code" is the same
whether or not anything is kept, and the code belongs to the browser that asked for it.
"""

from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from bluezone.portal import chance, clock
from bluezone.portal.addresses import client_address
from bluezone.portal.appgateway.people.errors import CodeNotSentError
from bluezone.portal.appgateway.people.forgetting import Forgotten, forget_number
from bluezone.portal.appgateway.people.forms import CodeForm, NumberForm
from bluezone.portal.appgateway.people.one_time_codes import (
    DELETION,
    Answer,
    CodeRequest,
    check_code,
    of_browser,
    send_code,
)
from bluezone.portal.site.caching import public_page

_NAME_BYTES: Final = 16


@public_page()
def delete_page(request: HttpRequest) -> HttpResponse:
    """Ask for the number."""
    return _ask_number(request, NumberForm())


@login_not_required
@never_cache
@sensitive_post_parameters("number")
def delete_send(request: HttpRequest) -> HttpResponse:
    """Send a code to the number and ask for it."""
    if request.method != "POST":
        return _begin(request)
    form, name = NumberForm(request.POST), chance.SYSTEM.randbytes(_NAME_BYTES).hex()
    if not form.is_valid():
        return _ask_number(request, form, status=422)
    number = form.cleaned_data["number"]
    language = get_language() or "vi"
    wanted = CodeRequest(number, of_browser(name), client_address(request), DELETION, language)
    try:
        send_code(wanted, now=clock.now(), rng=chance.SYSTEM)
    except CodeNotSentError as error:
        text = _("No code can be sent now (%(code)s). Try again in an hour.")
        form.add_error(None, text % {"code": error.code})
        return _ask_number(request, form, status=429)
    return _ask_code(request, CodeForm(initial={"number": number, "name": name}), number)


@login_not_required
@never_cache
@sensitive_post_parameters("number", "code")
def delete_done(request: HttpRequest) -> HttpResponse:
    """Delete everything that hangs on the number, if the code is right."""
    if request.method != "POST":
        return _begin(request)
    form = CodeForm(request.POST)
    if "number" in form.errors or "name" in form.errors:
        return redirect("app-data-delete")
    number = form.cleaned_data["number"]
    if not form.is_valid():
        return _ask_code(request, form, number, status=422)
    answer, forgotten = _forget(number, form.cleaned_data["name"], form.cleaned_data["code"])
    if forgotten is not None:
        return render(request, "gateway_people/deleted.html", {"forgotten": forgotten})
    form.add_error("code", _explain(answer))
    return _ask_code(request, form, number, status=422)


@transaction.atomic
def _forget(number: str, name: str, code: str) -> tuple[Answer, Forgotten | None]:
    answer = check_code(number, of_browser(name), code, now=clock.now())
    return answer, forget_number(number) if answer is Answer.RIGHT else None


def _explain(answer: Answer) -> str:
    if answer is Answer.EXPIRED:
        return _("The code is too old (code_expired). Ask for a new one.")
    return _(
        "The code is wrong (code_invalid), or was used: then everything is deleted already. "
        "After five wrong tries, wait 15 minutes."
    )


def _ask_number(request: HttpRequest, form: NumberForm, *, status: int = 200) -> HttpResponse:
    response = render(request, "gateway_people/delete.html", {"form": form}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _ask_code(
    request: HttpRequest, form: CodeForm, number: str, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "number": number}
    return render(request, "gateway_people/delete_code.html", context, status=status)


def _begin(request: HttpRequest) -> HttpResponse:
    """Go to the first step, in the language that was just chosen."""
    wanted = {"vi": "?lang=vi", "en": "?lang=en"}.get(request.GET.get("lang", ""), "")
    return redirect(reverse("app-data-delete") + wanted)
