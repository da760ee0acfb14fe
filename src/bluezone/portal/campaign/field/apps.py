"""The app `fieldwork`."""

from django.apps import AppConfig


class FieldConfig(AppConfig):
    """Teams, households, visits, and the app for phones without network."""

    name = "bluezone.portal.campaign.field"
    label = "fieldwork"
