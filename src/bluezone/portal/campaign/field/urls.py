"""Addresses of the door-to-door work: the app below /field/, the managers' pages with the unit."""

from django.urls import path

from bluezone.portal.campaign.field import app_views, door_views, paper_views, team_views
from bluezone.portal.units import urls as _units  # noqa: F401 - registers <unit:…>

_TEAMS = "campaign/<unit:unit_path>/teams/"
_TEAM = f"{_TEAMS}<int:team_id>/"

urlpatterns = [
    path("field/", app_views.app, name="field-app"),
    path("field/sw.js", app_views.service_worker, name="field-worker"),
    path("field/manifest.webmanifest", app_views.manifest, name="field-manifest"),
    path("field/start/", app_views.start, name="field-start"),
    path("field/start/<int:team_id>/", app_views.enrol_device, name="field-enrol"),
    path("field/sync", app_views.sync_call, name="field-sync"),
    path("field/paper/<slug:code>/", paper_views.paper_typing, name="field-paper"),
    path("field/paper/<slug:code>/print/", paper_views.paper_print, name="field-paper-print"),
    path(_TEAMS, team_views.team_list, name="team-list"),
    path(f"{_TEAMS}open/", team_views.campaign_open, name="field-open"),
    path(f"{_TEAMS}close/", team_views.campaign_close, name="field-close"),
    path(f"{_TEAMS}new/", team_views.team_new, name="team-new"),
    path(_TEAM, team_views.team_detail, name="team-detail"),
    path(f"{_TEAM}members/", team_views.member_add, name="team-member-add"),
    path(f"{_TEAM}members/<int:user_id>/", team_views.member_remove, name="team-member-remove"),
    path(f"{_TEAM}devices/<slug:device_id>/", team_views.device_revoke, name="team-device-revoke"),
    path(f"{_TEAM}doors/", door_views.door_add, name="door-add"),
    path(f"{_TEAM}doors/import/", door_views.door_import, name="door-import"),
    path(f"{_TEAM}doors/<int:door_id>/remove/", door_views.door_remove, name="door-remove"),
    path(f"{_TEAM}alley/", door_views.alley_page, name="alley-detail"),
    path(f"{_TEAM}alley/assign/", door_views.alley_assign, name="alley-assign"),
    path(f"{_TEAM}paper/", paper_views.paper_new, name="paper-new"),
]
