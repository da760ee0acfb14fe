"""Addresses of the dashboards, below the portal's root."""

from django.urls import path, register_converter

from bluezone.portal.campaign.dashboards import views
from bluezone.portal.units.converters import UnitPathConverter

register_converter(UnitPathConverter, "campaign_unit")

_UNIT = "campaign/<campaign_unit:unit_path>/"

urlpatterns = [
    path(_UNIT, views.dashboard, name="campaign-unit"),
    path(f"{_UNIT}report.txt", views.report_text, name="campaign-report-text"),
    path(f"{_UNIT}report.pdf", views.report_pdf, name="campaign-report-pdf"),
]
