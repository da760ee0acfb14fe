"""Addresses of the portal."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path

from bluezone.portal.accounts import views as accounts
from bluezone.portal.accounts.models import User
from bluezone.portal.audit import views as audit
from bluezone.portal.cases import views as cases
from bluezone.portal.navigation import start_page
from bluezone.portal.site.views import home
from bluezone.portal.verification import views as verification
from bluezone.portal.verification.api import views as api


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    """Send staff to where they start; show everybody else the public site."""
    user = request.user
    return redirect(start_page(user)) if isinstance(user, User) else home(request)


@login_not_required
def health(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


urlpatterns = [
    path("", front, name="front"),
    path("health", health, name="health"),
    path("account/", include("bluezone.portal.accounts.urls")),
    path("sign-in/", accounts.sign_in_view, name="sign-in"),
    path("sign-out/", accounts.sign_out_view, name="sign-out"),
    path("language/", accounts.language_view, name="language"),
    path("cases/", cases.case_list, name="case-list"),
    path("cases/new/", cases.case_new, name="case-new"),
    path("cases/<str:pseudonym>/", cases.case_detail, name="case-detail"),
    path("cases/<str:pseudonym>/code/", verification.code_issue, name="code-issue"),
    path("codes/<uuid:uuid>/", verification.code_detail, name="code-detail"),
    path("codes/<uuid:uuid>/status/", verification.code_status, name="code-status"),
    path("codes/<uuid:uuid>/revoke/", verification.code_revoke, name="code-revoke"),
    path("messages/", verification.outbox_page, name="outbox"),
    path("api-keys/", verification.api_key_list, name="api-key-list"),
    path("api-keys/<int:key_id>/revoke/", verification.api_key_revoke, name="api-key-revoke"),
    path("audit/", audit.audit_page, name="audit"),
    path("units/", include("bluezone.portal.units.urls")),
    path("v", verification.link_page, name="link"),
    path("api/", include("bluezone.portal.verification.api.urls")),
    path(".well-known/jwks.json", api.jwks, name="jwks"),
    path("", include("bluezone.portal.appgateway.people.urls")),
    path("", include("bluezone.portal.appgateway.bridge.urls")),
    path("", include("bluezone.portal.appgateway.consent.urls")),
    path("", include("bluezone.portal.appgateway.pushes.urls")),
    path("", include("bluezone.portal.campaign.agencies.urls")),
    path("", include("bluezone.portal.site.urls")),
    path("", include("bluezone.portal.campaign.figures.urls")),
    path("", include("bluezone.portal.campaign.dashboards.urls")),
    path("", include("bluezone.portal.campaign.field.urls")),
    path("", include("bluezone.portal.campaign.inspection.urls")),
    path("", include("bluezone.portal.campaign.targets.urls")),
]
