"""The page of the audit."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from bluezone.portal.accounts.permissions import Permission, requires
from bluezone.portal.audit.models import Entry
from bluezone.portal.audit.services import check_chain

_ROWS: Final = 50


@requires(Permission.READ_AUDIT)
@never_cache
def audit_page(request: HttpRequest) -> HttpResponse:
    """Show the newest entries and whether the chain holds."""
    context = {"entries": Entry.objects.all()[:_ROWS], "chain": check_chain()}
    return render(request, "audit/page.html", context)
