"""The app `gateway_pushes`."""

from django.apps import AppConfig


class GatewayPushesConfig(AppConfig):
    """Pushes to published phones: what they may say, and when they go out."""

    name = "bluezone.portal.appgateway.pushes"
    label = "gateway_pushes"
