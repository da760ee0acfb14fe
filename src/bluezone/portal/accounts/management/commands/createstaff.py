"""`createstaff`: make an account; the password comes from the terminal, stdin or a variable."""

import getpass
import os
import sys
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.models import Language, Role
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.errors import PortalError
from bluezone.portal.units.models import Unit

PASSWORD_VARIABLE: Final = "BLUEZONE_PORTAL_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    """Make an account for a member of staff."""

    help = "Make an account for a member of staff. The password is never an argument."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("username")
        parser.add_argument("--role", choices=Role.values, default=Role.HEALTH_WORKER.value)
        parser.add_argument(
            "--unit", default="", help="path of the unit in which the role acts; else everywhere"
        )
        parser.add_argument("--display-name", default="")
        parser.add_argument(
            "--language", choices=Language.values, default=Language.VIETNAMESE.value
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make it and say so."""
        unit = Unit.objects.filter(path=options["unit"]).first()
        if options["unit"] and unit is None:
            raise CommandError("no such unit; load the units first [unknown_unit]")
        try:
            with transaction.atomic():
                user = create_staff(
                    options["username"],
                    _password(),
                    options["role"] if unit is None else "",
                    display_name=options["display_name"],
                    language=options["language"],
                )
                if unit is not None:
                    create_member(user, unit, options["role"])
        except PortalError as error:
            raise CommandError(f"{error} [{error.code}]") from None
        where = "" if unit is None else f" in {unit.path}"
        self.stdout.write(f"created {user.username} ({options['role']}{where})")


def _password() -> str:
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")
