"""The app `gateway_consent`."""

from django.apps import AppConfig


class GatewayConsentConfig(AppConfig):
    """Help that people chose to give: codes, uploads, receipts, withdrawal."""

    name = "bluezone.portal.appgateway.consent"
    label = "gateway_consent"
