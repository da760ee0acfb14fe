"""`bluezone demo`: options, exit status, leaving."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bluezone.cli import demo_run
from bluezone.cli.demo import command
from bluezone.demo.cast import PersonId
from bluezone.demo.run import Outcome
from bluezone.demo.truth import judge


def end_with(monkeypatch, *, expected, warned) -> None:
    """Let the street end at once with these warnings."""
    verdict = judge(map(PersonId, expected), map(PersonId, warned))

    def run(_options, tell, **_):
        tell(
            "verdict",
            ill="An",
            expected=[],
            warned=sorted(map(str, verdict.warned)),
            missed=sorted(map(str, verdict.missed)),
            needless=sorted(map(str, verdict.needless)),
            right=verdict.right,
        )
        return Outcome(verdict, again=False)

    monkeypatch.setattr(demo_run, "run_demo", run)


def test_the_help_says_what_a_stranger_needs() -> None:
    result = CliRunner().invoke(command, ["--help"])

    assert result.exit_code == 0
    for word in ("--auto", "--seed", "--port", "--language", "--home", "--json", "Examples"):
        assert word in result.output


@pytest.mark.parametrize(
    "arguments",
    [["--seed", "-1"], ["--seed", "x"], ["--port", "0"], ["--language", "fr"], ["--fast"]],
    ids=" ".join,
)
def test_a_wrong_option_is_a_usage_error(arguments) -> None:
    assert CliRunner().invoke(command, arguments).exit_code == 2


def test_exit_status_0_when_exactly_the_right_people_are_warned(monkeypatch) -> None:
    end_with(monkeypatch, expected=[1, 2], warned=[1, 2])

    assert CliRunner().invoke(command, ["--auto"]).exit_code == 0


@pytest.mark.parametrize(
    ("expected", "warned", "says"),
    [([1, 2], [1], "not warned: 2"), ([1], [1, 3], "near An long enough: 3")],
    ids=["one too few", "one too many"],
)
def test_exit_status_1_and_who_differs_otherwise(monkeypatch, expected, warned, says) -> None:
    end_with(monkeypatch, expected=expected, warned=warned)

    result = CliRunner().invoke(command, ["--auto", "--language", "en"])

    assert result.exit_code == 1
    assert says in result.output


def test_a_folder_with_something_in_it_is_left_alone(tmp_path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    process = subprocess.run(
        [sys.executable, "-m", "bluezone.cli.main", "demo", "--auto", "--home", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert process.returncode == 1
    assert "[demo_folder_in_use]" in process.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_ctrl_c_ends_everything_without_a_traceback() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "bluezone.cli.main", "demo", "--auto", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    folder = json.loads(process.stdout.readline())["path"]
    while json.loads(process.stdout.readline())["event"] != "phase":
        continue

    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert not Path(folder).exists()
