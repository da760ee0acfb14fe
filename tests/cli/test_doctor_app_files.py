"""`bluezone doctor` judges the file for published phones before a server is started with it."""

from pathlib import Path

from bluezone.cli.doctor_app_files import VARIABLE, check_app_files
from bluezone.cli.doctor_checks import State


def test_nothing_is_said_where_no_file_is_named() -> None:
    assert list(check_app_files({})) == []


def test_a_file_that_can_be_sent_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[config]\nSupportPhoneNumber = "19001234"\n')
    (finding,) = check_app_files({VARIABLE: str(path)})
    assert finding.state is State.OK


def test_a_wrong_member_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[config]\nMaxNumberSubKey = 96\n")
    (finding,) = check_app_files({VARIABLE: str(path)})
    assert finding.state is State.FAILED
    assert "config.MaxNumberSubKey" in finding.text
    assert VARIABLE in finding.advice
