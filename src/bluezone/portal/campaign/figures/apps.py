"""The app `figures`."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """Counts of downloads, users and phones, their sources, denominators and roll-ups."""

    name = "bluezone.portal.campaign.figures"
    label = "figures"
