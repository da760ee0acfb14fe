"""The app `gateway_phones`."""

from django.apps import AppConfig


class GatewayPhonesConfig(AppConfig):
    """Tokens of published phones, their numbers and codes by message."""

    name = "bluezone.portal.appgateway.phones"
    label = "gateway_phones"
