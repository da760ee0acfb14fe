"""The app `agencies`."""

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """Departments, agencies and mass organisations, their vouchers and their reports."""

    name = "bluezone.portal.campaign.agencies"
    label = "agencies"
