"""The app `cases`."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """People found infected, by pseudonym."""

    name = "bluezone.portal.cases"
    label = "cases"
