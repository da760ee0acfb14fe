"""What can go wrong with help codes."""

from bluezone.portal.appgateway.errors import GatewayError


class NoHelpCodeFreeError(GatewayError):
    """Too many codes are in use at the moment."""

    code = "no_help_code_free"
