"""`python -m bluezone.portal <command>`: Django's management commands for this project."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bluezone.portal.settings")

if __name__ == "__main__":
    execute_from_command_line([*sys.argv[:1], *(sys.argv[1:] or ["help"])])
