import json
import signal
import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner

from bluezone.cli.main import cli
from bluezone.cli.node_lines import event_row, event_text
from bluezone.cli.node_radios import list_radios
from bluezone.phone.node.events import Checked, Fault, Heard, IPhoneRead, ScanStopped, Warned
from bluezone.phone.radio.errors import NoControllerError
from bluezone.phone.sighting import Scheme


@pytest.fixture
def run(tmp_path):
    def run(*arguments):
        data = ("--data", str(tmp_path / "phone"), "--status-port", "0")
        return CliRunner().invoke(cli, ["node", "run", *data, *arguments])

    return run


def test_a_node_on_the_virtual_air_tells_what_it_does(run):
    result = run("--transport", "virtual", "--for", "0.6", "--json")
    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    told = [row["event"] for row in rows]
    assert told[0] == "started"
    assert told[-1] == "stopped"
    assert {"advertising_started", "scan_started", "rotated"} <= set(told)
    assert all(isinstance(row["time_s"], float) and "id" not in row for row in rows)


def test_the_words_are_for_people(run):
    result = run("--transport", "virtual", "--for", "0.3")
    assert result.exit_code == 0
    assert "radio on" in result.stdout
    assert "new identifier and device address (bluezone)" in result.stdout
    assert "radio off, everything is written" in result.stdout


@pytest.mark.parametrize(
    ("transport", "code"),
    [
        ("hci-socket:4095", "radio_no_controller"),
        ("usb:ffff:fffe", "radio_no_controller"),
        ("tcp:127.0.0.1:1", "radio_no_controller"),
        ("bluetooth", "radio_bad_transport"),
        ("serial", "radio_bad_transport"),
    ],
)
def test_what_is_missing_is_said_with_a_code(run, transport, code):
    result = run("--transport", transport)
    assert result.exit_code == 1
    assert result.exception.code == code
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--duty", "sleep=1/1"),
        ("--keyserver", "http://127.0.0.1:1"),
        ("--portal", "http://127.0.0.1:1"),
        ("--keyserver", "http://127.0.0.1:1", "--public-key", "/nowhere/key.pem"),
        ("--for", "0"),
        ("--as-iphone", "asleep"),
    ],
    ids=" ".join,
)
def test_options_that_make_no_sense_are_a_usage_error(run, arguments):
    assert run("--transport", "virtual", *arguments).exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [("--duty", "advertise=0/1"), ("--duty", "scan=40"), ("--dwell", "0.1"), ("--tx-power", "99")],
    ids=" ".join,
)
def test_settings_out_of_bounds_are_refused(run, arguments):
    result = run("--transport", "virtual", *arguments)
    assert result.exit_code == 1
    assert result.exception.code == "invalid_node_config"


def test_a_taken_status_port_is_said_before_the_radio_is_touched(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        data = ["--data", str(tmp_path), "--status-port", port, "--transport", "virtual"]
        result = CliRunner().invoke(cli, ["node", "run", *data])
    assert result.exit_code == 1
    assert result.exception.code == "status_port_in_use"
    assert port in str(result.exception)


def test_the_memory_is_for_the_owner_alone(run, tmp_path):
    run("--transport", "virtual", "--for", "0.1")
    folder = tmp_path / "phone"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.glob("*.sqlite3")} == {0o600}
    assert {"contacts.sqlite3", "keys.sqlite3"} <= {file.name for file in folder.iterdir()}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly(tmp_path, number):
    command = [sys.executable, "-m", "bluezone.cli.main", "node", "run", "--transport", "virtual"]
    options = ["--data", str(tmp_path), "--status-port", "0", "--json"]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        first = json.loads(process.stdout.readline())
        process.send_signal(number)
        rest, errors = process.communicate(timeout=60)
    assert first["event"] == "started"
    assert json.loads(rest.splitlines()[-1])["event"] == "stopped"
    assert process.returncode == 0
    assert errors == ""


def test_controllers_are_listed_or_their_lack_is_an_error(tmp_path, capsys):
    with pytest.raises(NoControllerError):
        list_radios(as_json=False, sys_root=tmp_path)
    (tmp_path / "class" / "bluetooth" / "hci0").mkdir(parents=True)
    list_radios(as_json=True, sys_root=tmp_path)
    list_radios(as_json=False, sys_root=tmp_path)
    first, second = capsys.readouterr().out.splitlines()
    assert json.loads(first) == {"transport": "hci-socket:0", "state": "ready"}
    assert second.split() == ["hci-socket:0", "ready"]


def test_help_needs_no_radio_and_shows_examples():
    result = CliRunner().invoke(cli, ["node", "run", "--help"])
    assert result.exit_code == 0
    assert "hci-socket:0" in result.stdout
    assert "bluezone node run --transport virtual" in result.stdout


def test_an_event_row_shows_no_identifier():
    row = event_row(Heard(1.0, Scheme.EN, b"secret", -60))
    assert row == {"event": "heard", "time_s": 1.0, "scheme": Scheme.EN, "rssi_dbm": -60}
    assert event_row(IPhoneRead(1.0, ok=True))["event"] == "iphone_read"


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (ScanStopped(1.0, 7), "scan over, 7 sightings recorded"),
        (Checked(1.0, 2, 30, 1), "published keys: 2 new files, 30 keys, 1 of them met"),
        (Warned(1.0, "high"), "the person was told: risk high"),
        (Fault(1.0, "radio_lost", "plug it in"), "plug it in [radio_lost]"),
        (Heard(1.0, Scheme.EN, b"", -60), None),
    ],
)
def test_an_event_in_words(event, text):
    assert event_text(event, verbose=False) == text
    assert event_text(event, verbose=True) is not None
