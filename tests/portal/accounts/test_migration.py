"""A portal from before roles by unit is updated: everybody keeps what they had."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

_LOOK = """
import django
django.setup()
from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, may
for user in User.objects.order_by("username"):
    cases, keys = may(user, Permission.OPEN_CASES), may(user, Permission.MANAGE_API_KEYS)
    print(user.username, user.role, cases, keys, user.scopes, user.first_sign_in_at)
"""


def run(home: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(home),
        "BLUEZONE_PORTAL_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
    }
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout


def test_accounts_from_before_keep_their_roles_and_a_new_secret_is_made(tmp_path: Path) -> None:
    migrate = ("-m", "bluezone.portal", "migrate", "accounts")
    run(tmp_path, *migrate, "0001", "--verbosity", "0")
    keys = tmp_path / "portal" / "keys"
    (keys / "invitation-hmac-key").unlink()
    before = (keys / "seal-key").read_bytes()
    with sqlite3.connect(tmp_path / "portal" / "portal.sqlite3") as database:
        for name, role in (("lan", "health_worker"), ("binh", "administrator")):
            database.execute(
                "INSERT INTO accounts_user"
                " (password, username, display_name, language, role, is_active, created_at)"
                " VALUES ('x', ?, 'x', 'vi', ?, 1, 0)",
                (name, role),
            )
    database.close()
    run(tmp_path, *migrate, "--verbosity", "0")
    assert run(tmp_path, "-c", _LOOK).splitlines() == [
        "binh administrator False True () None",
        "lan health_worker True False () None",
    ]
    assert (keys / "invitation-hmac-key").stat().st_mode & 0o077 == 0
    assert (keys / "seal-key").read_bytes() == before
