"""The app `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Staff, roles, sessions."""

    name = "bluezone.portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to sign-ins and to changed factors."""
        from bluezone.portal.accounts import signals  # noqa: PLC0415 - needs the models

        signals.connect()
