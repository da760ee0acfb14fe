"""The app `audit`."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who did what."""

    name = "bluezone.portal.audit"
    label = "audit"
