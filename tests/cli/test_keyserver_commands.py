"""`bluezone migrate`, `serve` and `export run` as a person types them."""

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bluezone.cli.main import cli


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BLUEZONE_HOME", str(tmp_path))

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(cli, arguments)

    return invoke


def test_migrate_prepares_the_key_server_and_may_be_repeated(run, tmp_path: Path) -> None:
    for _ in range(2):
        result = run("migrate", "--role", "keyserver", "--json")
        assert result.exit_code == 0
        assert json.loads(result.stdout) == {
            "role": "keyserver",
            "folder": str(tmp_path / "keyserver"),
        }
    names = {path.name for path in (tmp_path / "keyserver").iterdir()}
    assert {"keyserver.sqlite3", "export-signing-key.pem", "export-public-key.pem"} <= names


def test_export_run_once_says_that_nothing_is_due(run) -> None:
    result = run("export", "run", "--once")
    assert (result.exit_code, result.stdout) == (0, "nothing is due\n")
    assert run("export", "run", "--once", "--json").stdout == ""


def test_serve_refuses_a_taken_port_with_exit_status_one(run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        result = run("serve", "--role", "keyserver", "--keyserver-port", port)
    assert result.exit_code == 1
    assert "[server_failed]" in result.stderr
    assert result.stdout == ""


def test_a_wrong_setting_names_the_variable_and_not_its_value(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUEZONE_KEYSERVER_MAX_KEYS", "SECRET")
    result = run("serve", "--role", "keyserver")
    assert result.exit_code == 1
    assert "BLUEZONE_KEYSERVER_MAX_KEYS" in result.stderr
    assert "SECRET" not in result.stderr


def test_an_unknown_role_is_a_usage_error(run) -> None:
    assert run("serve", "--role", "everything").exit_code == 2
    assert run("migrate", "--role", "export").exit_code == 2
