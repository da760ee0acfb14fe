"""The app `units`."""

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    """Nation, provinces, districts, communes, villages, in every edition of the map."""

    name = "bluezone.portal.units"
    label = "units"
