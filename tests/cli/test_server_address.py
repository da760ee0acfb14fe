"""The phone's commands speak over TLS with everybody but this machine."""

import pytest
from click.testing import CliRunner

from bluezone.cli.main import cli
from bluezone.cli.server_address import is_protected


@pytest.mark.parametrize(
    "address",
    [
        "https://keys.example.vn",
        "https://keys.example.vn:8443/below",
        "http://127.0.0.1:8080",
        "http://127.8.0.1",
        "http://localhost:8000",
        "http://[::1]:8080",
    ],
)
def test_tls_or_this_machine_is_fine(address: str) -> None:
    assert is_protected(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://keys.example.vn",
        "http://192.168.1.10:8080",
        "http://localhost.example.vn",
        "http://127.0.0.1.example.vn",
        "http://127.0.0.1@example.vn/",
        "https://user:secret@keys.example.vn",
        "ftp://127.0.0.1",
        "keys.example.vn",
        "https://",
        "https://keys.example.vn:port",
        "http://[::1",
        "",
    ],
)
def test_anything_else_is_refused(address: str) -> None:
    assert not is_protected(address)


@pytest.mark.parametrize("option", ["--portal", "--keyserver"])
def test_sharing_over_plain_http_is_a_usage_error(option: str) -> None:
    told = CliRunner().invoke(cli, ["phone", "share", option, "http://keys.example.vn", "12345678"])
    assert told.exit_code == 2
    assert "https://" in told.output


@pytest.mark.parametrize("option", ["--portal", "--keyserver"])
def test_a_node_does_not_fetch_over_plain_http(option: str) -> None:
    told = CliRunner().invoke(cli, ["node", "run", option, "http://keys.example.vn"])
    assert told.exit_code == 2
    assert "https://" in told.output
