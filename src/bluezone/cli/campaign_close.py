"""`bluezone campaign close`: destroys the vouchers of a unit when its campaign is over."""

import os
import sys

import click

from bluezone.cli.output import fail, print_json
from bluezone.protocol.errors import BluezoneError


class UnknownUnitError(BluezoneError):
    """There is no unit of this path."""

    code = "unknown_unit"


def close_vouchers(unit_path: str, *, yes: bool, as_json: bool) -> None:
    """Ask with the numbers, destroy, say how much; leave the process with 1 on an error."""
    try:
        _close(unit_path, yes=yes, as_json=as_json)
    except BluezoneError as error:
        sys.exit(fail(error))


def _close(unit_path: str, *, yes: bool, as_json: bool) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bluezone.portal.settings")
    import django  # noqa: PLC0415 - needs the settings' name first

    django.setup()
    from bluezone.portal import clock  # noqa: PLC0415 - Django is set up by now
    from bluezone.portal.audit.services import SYSTEM  # noqa: PLC0415 - the same
    from bluezone.portal.campaign.agencies.closing import (  # noqa: PLC0415 - the same
        destroy_vouchers,
        what_goes,
    )
    from bluezone.portal.units.models import Unit  # noqa: PLC0415 - the same

    unit = Unit.objects.filter(path=unit_path).first()
    if unit is None:
        raise UnknownUnitError("there is no unit of this path")
    goes = what_goes(unit)
    if goes and not yes:
        numbers = f"{goes.keys} signing keys, {goes.slips} slips, {goes.tokens} marks"
        click.confirm(f"{unit.title}: destroy {numbers}? This cannot be undone", abort=True)
    gone = destroy_vouchers(unit, SYSTEM, now=clock.now())
    row = {"unit": unit.path, "keys": gone.keys, "slips": gone.slips, "tokens": gone.tokens}
    if as_json:
        print_json(row)
        return
    click.echo(f"destroyed: {gone.keys} signing keys, {gone.slips} slips, {gone.tokens} marks")
