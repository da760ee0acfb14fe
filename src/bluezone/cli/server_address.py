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


def server_address(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    """Return the value of an option that names a server; None where it was not given.

    Raises:
        click.BadParameter: neither TLS nor this machine; does not repeat the value.
    """
    if value is not None and not is_protected(value):
        raise click.BadParameter(_MESSAGE)
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
