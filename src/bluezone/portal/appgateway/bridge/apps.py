"""The app `gateway_bridge`."""

from django.apps import AppConfig


class GatewayBridgeConfig(AppConfig):
    """Warnings between published phones and new ones."""

    name = "bluezone.portal.appgateway.bridge"
    label = "gateway_bridge"
