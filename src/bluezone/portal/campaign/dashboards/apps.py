"""The Django app of the dashboards; its table keeps evenings ready."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """Named so that its templates and style sheet are found."""

    name = "bluezone.portal.campaign.dashboards"
    label = "dashboards"
