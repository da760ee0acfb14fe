"""The app `publicsite`."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Pages for everybody, and the posters whose response is counted."""

    name = "bluezone.portal.site"
    label = "publicsite"
