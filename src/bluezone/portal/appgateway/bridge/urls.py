"""Addresses of the relay check, below the portal's root."""

from django.urls import path

from bluezone.portal.appgateway.bridge import relay_views

urlpatterns = [
    path("cases/<str:pseudonym>/relay/", relay_views.relay_page, name="relay-check"),
]
