"""Addresses of the inspection, below the portal's root."""

from django.urls import path

from bluezone.portal.campaign.inspection import views

_UNIT = "campaign/<str:unit_path>/inspection/"

urlpatterns = [
    path(_UNIT, views.finding_list, name="inspection"),
    path(f"{_UNIT}gifts/", views.gift_days, name="gift-days"),
    path(f"{_UNIT}gifts/<int:gift_id>/withdraw/", views.gift_withdraw, name="gift-withdraw"),
    path(f"{_UNIT}<slug:pattern>/<str:first>/", views.finding_detail, name="inspection-finding"),
]
