"""The app `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Staff, roles, sessions."""

    name = "bluezone.portal.accounts"
    label = "accounts"
