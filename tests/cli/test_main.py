import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from bluezone.cli import main as entry
from bluezone.protocol.errors import InvalidKeyError


@pytest.mark.parametrize("name", sorted(entry._COMMANDS))
def test_every_command_loads_and_explains_itself(name) -> None:
    result = CliRunner().invoke(entry.cli, [name, "--help"])
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 4


def commands(group: click.Command, path: tuple[str, ...] = ()):
    yield path, group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from commands(command, (*path, name))


def test_every_command_and_option_has_a_help_text() -> None:
    silent = []
    for path, command in commands(entry.cli):
        if not command.help:
            silent.append(" ".join(path))
        silent += [
            f"{' '.join(path)} {parameter.opts[0]}"
            for parameter in command.params
            if isinstance(parameter, click.Option) and not parameter.help
        ]
    assert silent == []


def test_the_overview_names_every_command_without_importing_any() -> None:
    code = (
        "import sys; from bluezone.cli.main import cli\n"
        "try: cli(['--help'], prog_name='bluezone')\n"
        "except SystemExit: pass\n"
        "sys.exit(any(m in sys.modules for m in ('django', 'bumble', 'numpy', 'sqlalchemy')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in entry._COMMANDS)


def test_an_error_of_ours_ends_with_its_code_and_status_one(monkeypatch, capsys) -> None:
    def broken(**_: object) -> None:
        raise InvalidKeyError("key has 3 bytes, expected 16")

    monkeypatch.setattr(entry, "cli", broken)
    with pytest.raises(SystemExit) as stop:
        entry.main()
    assert stop.value.code == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "key has 3 bytes, expected 16 [invalid_key]" in captured.err


def test_an_unknown_command_is_a_usage_error() -> None:
    result = CliRunner().invoke(entry.cli, ["no-such-command"])
    assert result.exit_code == 2
