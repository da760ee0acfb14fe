"""Addresses of agencies, below the portal's root."""

from django.urls import path

from bluezone.portal.campaign.agencies import public_views, views

_UNIT = "campaign/<str:unit_path>/agencies/"

urlpatterns = [
    path("agencies/", views.own_agencies, name="own-agencies"),
    path(_UNIT, views.agency_list, name="agency-list"),
    path(f"{_UNIT}new/", views.agency_new, name="agency-new"),
    path(f"{_UNIT}close/", views.agencies_close, name="agencies-close"),
    path(f"{_UNIT}import/", views.agency_import, name="agency-import"),
    path(f"{_UNIT}<int:agency_id>/", views.agency_detail, name="agency-detail"),
    path(f"{_UNIT}<int:agency_id>/edit/", views.agency_edit, name="agency-edit"),
    path(f"{_UNIT}<int:agency_id>/print/", views.agency_print, name="agency-print"),
    path(f"{_UNIT}<int:agency_id>/void/", views.agency_void, name="agency-void"),
    path(f"{_UNIT}<int:agency_id>/report/", views.agency_report, name="agency-report"),
    path("voucher/", public_views.voucher_page, name="voucher"),
    path("voucher/keys/<str:label>", public_views.voucher_key, name="voucher-key"),
    path("voucher/sign", public_views.voucher_sign, name="voucher-sign"),
    path("voucher/redeem", public_views.voucher_redeem, name="voucher-redeem"),
]
