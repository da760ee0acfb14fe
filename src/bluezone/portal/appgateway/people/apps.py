"""The app `gateway_people`."""

from django.apps import AppConfig


class GatewayPeopleConfig(AppConfig):
    """Confirmed phone numbers, names and addresses, declarations."""

    name = "bluezone.portal.appgateway.people"
    label = "gateway_people"
