"""The field app's addresses: the shell, its service worker and manifest, enrolment, contact."""

import json
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from bluezone.portal import chance, clock
from bluezone.portal.accounts.permissions import Permission, requires, staff
from bluezone.portal.campaign.field import shell
from bluezone.portal.campaign.field.access import teams_of
from bluezone.portal.campaign.field.closing import expires_at
from bluezone.portal.campaign.field.enrolment import Enrolled, enrol
from bluezone.portal.campaign.field.errors import FieldError, UnknownDeviceError
from bluezone.portal.campaign.field.fold import day_of
from bluezone.portal.campaign.field.syncing import contact_fields, sync
from bluezone.portal.campaign.field.texts import texts_json
from bluezone.portal.campaign.field.wire import read_sync

_BEARER: Final = "Bearer "


def _page() -> bytes:
    modules = [static(f"fieldwork/{name}") for name in shell.MODULES]
    context = {"texts": texts_json(), "modules": modules}
    return render_to_string("fieldwork/app.html", context).encode()


@gzip_page
@login_not_required
@require_GET
def app(request: HttpRequest) -> HttpResponse:
    """Send the shell: the same for everybody, with no data of anybody."""
    del request
    response = HttpResponse(_page())
    response["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """Send the service worker, whose bytes change with the shell."""
    del request
    page = reverse("field-app")
    context = {
        "version": shell.version(_page()),
        "page": page,
        "files": json.dumps(shell.addresses()),
    }
    script = render_to_string("fieldwork/sw.js", context)
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = page
    return response


@login_not_required
@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """Send what a phone needs to put the app on its home screen."""
    del request
    page = reverse("field-app")
    icons = [
        {
            "src": static(f"fieldwork/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
        }
        for size in (192, 512)
    ]
    fields = {
        "id": page,
        "name": _("Door to door · Bluezone"),
        "short_name": "Bluezone",
        "start_url": page,
        "scope": page,
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b57d0",
        "icons": [*icons, {"src": static("fieldwork/icon.svg"), "sizes": "any"}],
    }
    return JsonResponse(fields, content_type="application/manifest+json")


@never_cache
@requires(Permission.VISIT_HOUSEHOLDS, somewhere=True)
def start(request: HttpRequest) -> HttpResponse:
    """Show the teams of the signed-in person, each with the button that sets the phone up."""
    today = day_of(clock.now()).isoformat()
    context = {"teams": teams_of(staff(request)), "today": today}
    return render(request, "fieldwork/start.html", context)


@never_cache
@require_POST
@requires(Permission.VISIT_HOUSEHOLDS, somewhere=True)
def enrol_device(request: HttpRequest, team_id: int) -> HttpResponse:
    """Make the phone a device of one of the person's teams; the token is shown this once."""
    user = staff(request)
    team = next((team for team in teams_of(user) if team.pk == team_id), None)
    if team is None:
        raise Http404
    known_as = request.POST.get("known_as", "")
    made = enrol(team, user, rng=chance.SYSTEM, now=clock.now(), known_as=known_as)
    return JsonResponse(_enrolled_fields(made))


def _enrolled_fields(made: Enrolled) -> dict[str, object]:
    team = made.device.team
    return {
        "device": made.device.pk,
        "token": made.token,
        "team_id": team.pk,
        "user_id": made.device.user_id,
        "team": {"name": team.name, "unit": team.unit.title},
        "campaign": {
            "ends_on": team.campaign.ends_on.isoformat(),
            "expires_at": expires_at(team.campaign),
        },
    }


@gzip_page  # thin networks; the answer holds no secret of the reader's, only the team's list
@never_cache
@csrf_exempt  # no cookie is looked at: the token comes in a header that no form can send
@login_not_required
def sync_call(request: HttpRequest) -> HttpResponse:
    """Do one contact of a phone; docs/field.md has fields and codes."""
    if request.method != "POST":
        return _error("method_not_allowed", "POST only", 405)
    try:
        token = request.headers.get("Authorization", "")
        if not token.startswith(_BEARER):
            raise UnknownDeviceError("no device token")
        asked = read_sync(request.body)
        contact = sync(asked, token.removeprefix(_BEARER), now=clock.now())
    except FieldError as error:
        return _error(error.code, str(error), error.status)
    return JsonResponse(contact_fields(contact, now=clock.now()))


def _error(code: str, message: str, status: int) -> HttpResponse:
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)
