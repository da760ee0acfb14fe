"""Addresses of targets, below the portal's root."""

from django.urls import path

from bluezone.portal.campaign.targets import views

_UNIT = "campaign/<str:unit_path>/targets/"

urlpatterns = [
    path(_UNIT, views.target_list, name="target-list"),
    path(f"{_UNIT}new/", views.target_new, name="target-new"),
    path(f"{_UNIT}<int:line>/", views.target_history, name="target-history"),
    path(f"{_UNIT}<int:line>/edit/", views.target_edit, name="target-edit"),
    path(f"{_UNIT}<int:line>/end/", views.target_end, name="target-end"),
]
