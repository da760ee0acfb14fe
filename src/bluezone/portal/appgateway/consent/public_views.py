"""The page of a receipt: what was kept of somebody's help, until when, and the way back.

Open to whoever has the address, which went to the phone that helped and to nobody else. There
is no session here, and the view in which a published phone opens it may keep no cookie, so the
secret in the address is what a form is trusted by. Search engines are told to stay away.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bluezone.portal import clock
from bluezone.portal.appgateway.consent.showing import shown_receipt
from bluezone.portal.appgateway.consent.withdrawing import withdraw


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_page(request: HttpRequest, secret: str) -> HttpResponse:
    """Show a receipt; ask once, then withdraw everything it stands for."""
    _choose_language(request)
    now = clock.now()
    receipt = shown_receipt(secret, now=now)
    if receipt is None:
        return _page(request, "consent/receipt_over.html", {}, status=404)
    if request.method != "POST":
        return _page(request, "consent/receipt.html", {"receipt": receipt})
    if request.POST.get("sure") != "yes":
        return _page(request, "consent/receipt_sure.html", {"receipt": receipt})
    withdraw(secret, now=now)
    return _page(request, "consent/receipt_withdrawn.html", {"at": now})


def _page(
    request: HttpRequest, template: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _choose_language(request: HttpRequest) -> None:
    wanted = request.GET.get("lang", "")
    if wanted in dict(settings.LANGUAGES):
        translation.activate(wanted)
