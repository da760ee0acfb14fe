"""`bluezone migrate`, `serve` and `doctor` with PostgreSQL: what works, and what is said if not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.postgres import drop_database, new_database

from bluezone.cli.doctor_checks import State
from bluezone.cli.doctor_postgres import check_server, check_servers
from bluezone.keyserver.errors import SettingsError
from bluezone.keyserver.store.db import open_store


def bluezone(
    home: Path, *arguments: str, portal: str = "", keyserver: str = ""
) -> "subprocess.CompletedProcess[str]":
    environ = {
        **os.environ,
        "BLUEZONE_HOME": str(home),
        "BLUEZONE_PORTAL_DATABASE_URL": portal,
        "BLUEZONE_KEYSERVER_DATABASE_URL": keyserver,
        "COLUMNS": "1000",
    }
    command = [sys.executable, "-m", "bluezone.cli.main", *arguments]
    return subprocess.run(
        command, env=environ, check=False, capture_output=True, text=True, timeout=120
    )


def test_migrate_makes_the_tables_of_both_halves_in_databases_of_their_own(
    postgres: str, tmp_path: Path
) -> None:
    portal, keyserver = new_database(postgres), new_database(postgres)
    done = bluezone(tmp_path, "migrate", "--json", portal=portal, keyserver=keyserver)
    assert (done.stderr, done.returncode) == ("", 0)
    assert [json.loads(line)["role"] for line in done.stdout.splitlines()] == [
        "keyserver",
        "portal",
    ]
    again = bluezone(tmp_path, "migrate", "--json", portal=portal, keyserver=keyserver)
    assert again.stdout == done.stdout
    assert not list(tmp_path.rglob("*.sqlite3"))
    for address in (portal, keyserver):
        drop_database(postgres, address)


@pytest.mark.parametrize("role", ["portal", "keyserver", "export"])
def test_serve_asks_for_migrate_before_it_opens_a_port(
    role: str, postgres_database: str, tmp_path: Path
) -> None:
    address = postgres_database
    refused = bluezone(tmp_path, "serve", "--role", role, portal=address, keyserver=address)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "run `bluezone migrate`" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("role", ["portal", "keyserver"])
@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_a_server_that_is_away_is_named_without_its_password(
    role: str, command: str, tmp_path: Path
) -> None:
    address = f"postgresql://lan:hidden@/x?host={tmp_path}"
    failed = bluezone(tmp_path, command, "--role", role, portal=address, keyserver=address)
    assert failed.returncode == 1
    assert "database does not answer" in failed.stderr
    assert str(tmp_path) in failed.stderr
    assert "hidden" not in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    "address", ["mysql://lan:hidden@a/b", "hidden", "postgresql://a:hidden@b:x/c"]
)
def test_a_key_server_refuses_another_kind_of_address_without_showing_it(address: str) -> None:
    with pytest.raises(SettingsError) as refused:
        open_store(address)
    assert "hidden" not in str(refused.value)


def test_doctor_tells_whether_the_server_answers(postgres: str, tmp_path: Path) -> None:
    good = {"BLUEZONE_PORTAL_DATABASE_URL": postgres, "BLUEZONE_KEYSERVER_DATABASE_URL": ""}
    (answers,) = check_servers(good)
    assert (answers.state, answers.subject) == (State.OK, "portal's PostgreSQL")
    assert answers.text.startswith("version 1")
    address = f"postgresql+psycopg://lan:hidden@/x?host={tmp_path}"
    away = check_server("key server", "BLUEZONE_KEYSERVER_DATABASE_URL", address)
    assert away.state is State.FAILED
    assert "hidden" not in f"{away.text} {away.advice}"
    assert "BLUEZONE_KEYSERVER_DATABASE_URL" in away.advice
    assert list(check_servers({})) == []
