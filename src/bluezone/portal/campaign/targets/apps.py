"""The app `targets`."""

from django.apps import AppConfig


class TargetsConfig(AppConfig):
    """Targets of units, their versions, and what they ask of the units below."""

    name = "bluezone.portal.campaign.targets"
    label = "targets"
