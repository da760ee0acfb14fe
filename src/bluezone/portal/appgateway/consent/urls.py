"""Addresses of help, below the portal's root."""

from django.urls import path, register_converter

from bluezone.portal.appgateway.consent import public_views, views
from bluezone.portal.appgateway.consent.converters import SecretConverter

register_converter(SecretConverter, "receipt_secret")
_CASE = "cases/<str:pseudonym>/"

urlpatterns = [
    path(f"{_CASE}help-code/", views.help_code_page, name="help-code"),
    path(f"{_CASE}help-code/status/", views.help_code_status, name="help-code-status"),
    path(f"{_CASE}help-code/revoke/", views.help_code_revoke, name="help-code-revoke"),
    path(f"{_CASE}shared/<int:history_id>/delete/", views.shared_delete, name="shared-delete"),
    path("help/<receipt_secret:secret>/", public_views.receipt_page, name="help-receipt"),
]
