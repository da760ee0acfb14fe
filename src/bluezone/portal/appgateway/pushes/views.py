"""The page of the pushes."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from bluezone.portal import clock
from bluezone.portal.accounts.permissions import Permission, requires
from bluezone.portal.appgateway.pushes import pages


@requires(Permission.SEE_ALL_MESSAGES)
@never_cache
def push_list(request: HttpRequest) -> HttpResponse:
    """Show what went out to published phones, and whether it does."""
    now, provider = clock.now(), str(settings.BLUEZONE_GATEWAY_PUSH_PROVIDER)
    bundles, bundle_count = pages.bundle_rows(now=now)
    pushes, push_count = pages.push_rows()
    context = {
        "provider": provider,
        "lane": pages.lane_state(provider, now=now),
        "bundles": bundles,
        "bundle_count": bundle_count,
        "pushes": pushes,
        "push_count": push_count,
    }
    return render(request, "pushes/list.html", context)
