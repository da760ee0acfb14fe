"""The app `inspection`."""

from django.apps import AppConfig


class InspectionConfig(AppConfig):
    """Suspicions of an evening, inspectors' marks on them, days of gifts."""

    name = "bluezone.portal.campaign.inspection"
    label = "inspection"
