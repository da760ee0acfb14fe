import json
import os
import sqlite3

import pytest
from click.testing import CliRunner

from bluezone.cli import doctor_checks as checks
from bluezone.cli.doctor import command
from bluezone.cli.doctor_checks import State

NOW = 1_800_000_000


def states(findings) -> list[State]:
    return [finding.state for finding in findings]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("BLUEZONE_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "portal").mkdir(parents=True)
    return tmp_path / "home"


def test_an_old_python_is_named_with_what_to_do() -> None:
    finding = checks.check_python((3, 9))
    assert finding.state is State.FAILED
    assert "3.11" in finding.advice


def test_a_missing_package_is_a_note_that_names_the_extra() -> None:
    finding = checks.check_part("phone", ("no_such_module_here",))
    assert finding.state is State.NOTE
    assert "bluezone[phone]" in finding.advice


def test_a_folder_that_does_not_exist_yet_is_only_noted(tmp_path) -> None:
    assert states(checks.check_home(tmp_path / "nowhere")) == [State.NOTE]


def test_a_secret_that_others_can_read_is_a_fault(home) -> None:
    secret = home / "portal" / "code-hmac-key"
    secret.write_bytes(b"x")
    secret.chmod(0o600)
    assert states(checks.check_secrets(home)) == [State.OK]
    secret.chmod(0o640)
    (finding,) = checks.check_secrets(home)
    assert finding.state is State.FAILED
    assert "chmod 600" in finding.advice


def test_public_keys_may_be_read_by_everybody(home) -> None:
    (home / "portal" / "export-public-key.pem").write_bytes(b"x")
    assert list(checks.check_secrets(home)) == []


def test_a_sound_database_and_a_damaged_one_are_told_apart(home) -> None:
    good, bad = home / "good.sqlite3", home / "bad.sqlite3"
    with sqlite3.connect(good) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    bad.write_bytes(b"this is not a database at all" * 100)
    assert checks.check_database(good).state is State.OK
    assert checks.check_database(bad).state is State.FAILED


@pytest.mark.parametrize(
    ("now", "state"),
    [(0, State.FAILED), (NOW, State.OK), (NOW - 7200, State.FAILED)],
    ids=["never set", "right", "behind the files"],
)
def test_the_clock_is_judged_by_the_files_it_wrote(home, now, state) -> None:
    file = home / "a"
    file.write_bytes(b"")
    os.utime(file, (NOW, NOW))
    assert checks.check_clock(home, now=now).state is state


def test_no_controller_is_a_note_with_a_way_out(tmp_path) -> None:
    (finding,) = checks.check_bluetooth(tmp_path / "none", tmp_path / "status")
    assert finding.state is State.NOTE
    assert "virtual" in finding.advice


@pytest.mark.parametrize(("mask", "findings"), [("0000000000001000", 1), ("0000000000000000", 2)])
def test_the_permission_for_a_raw_controller_is_read_from_the_process(
    tmp_path, mask, findings
) -> None:
    (tmp_path / "bluetooth" / "hci0").mkdir(parents=True)
    status = tmp_path / "status"
    status.write_text(f"Name:\tx\nCapEff:\t{mask}\n")
    assert len(list(checks.check_bluetooth(tmp_path / "bluetooth", status))) == findings


def test_the_command_prints_one_object_a_line_and_fails_for_a_fault(home) -> None:
    (home / "portal" / "a.key").write_bytes(b"x")
    (home / "portal" / "a.key").chmod(0o644)
    result = CliRunner().invoke(command, ["--json"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert {"state": "failed", "subject": "secret"}.items() <= next(
        row for row in rows if row["state"] == "failed"
    ).items()


def test_the_command_is_readable_and_content_with_a_clean_machine(home) -> None:
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 0
    assert "Python" in result.stdout
