"""The app `verification`."""

from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """From a confirmed case to a certificate for keys that nobody here ever sees."""

    name = "bluezone.portal.verification"
    label = "verification"
