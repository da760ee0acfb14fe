"""The address of a server as an option of the phone's commands: https, or this machine.

A code, and the HMAC of keys, go to the portal in clear inside the connection, so the connection
must hide them. Files of keys are signed; but who asks for them, and when, is nobody's business
either. Plain http stays possible to loopback addresses, for demonstrations and tests.
"""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import click

_MESSAGE: Final = "must be https://… (http://… is for this machine only)"


class ServerAddress(click.ParamType[str]):
    """An address with `https`, or with `http` on this machine."""

    name = "url"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return `value`, or end the command with a message that does not repeat it."""
        if not is_protected(value):
            self.fail(_MESSAGE, param, ctx)
        return value


def is_protected(address: str) -> bool:
    """Tell whether nobody between here and there can read along."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    if not host or not port_is_fine or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(host))


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
