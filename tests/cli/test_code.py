"""`bluezone code`: one call of the portal's API each, by an admin key."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bluezone.cli.code import command
from bluezone.cli.portal_api import PortalCallError

UUID = "c17938cf-0cc0-45e0-80bf-bee75bd3f814"
ISSUED = {"uuid": UUID, "code": "12345678", "expiresAt": "Sat, 15 Aug 2020 06:39:00 GMT"}
STATUS = {"claimed": True, "expiresAtTimestamp": 1_597_473_540, "longExpiresAtTimestamp": 0}


class Portal(BaseHTTPRequestHandler):
    """Answers as the portal does and remembers what it was asked."""

    answers: dict[str, tuple[int, object]]
    asked: list[tuple[str, str, dict[str, Any]]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, self.headers["X-API-Key"], body))
        status, answer = self.answers[self.path]
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: Any) -> None:
        return


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Portal]]:
    Portal.asked = []
    Portal.answers = {
        "/api/issue": (200, {**ISSUED, "padding": "AAAA"}),
        "/api/checkcodestatus": (200, {**STATUS, "padding": "AAAA"}),
        "/api/expirecode": (200, {**STATUS, "padding": "AAAA"}),
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("BLUEZONE_PORTAL_URL", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setenv("BLUEZONE_PORTAL_ADMIN_KEY", "the-admin-key")
    yield Portal
    server.shutdown()
    thread.join()
    server.server_close()


def run(*arguments: str) -> tuple[int, str, BaseException | None]:
    result = CliRunner().invoke(command, arguments)
    return result.exit_code, result.stdout, result.exception


def test_issue_prints_one_json_object_without_padding(portal: type[Portal]) -> None:
    status, out, _error = run("issue", "--symptom-date", "2020-08-10", "--json")
    assert status == 0
    assert json.loads(out) == ISSUED
    path, key, body = portal.asked[0]
    assert (path, key) == ("/api/issue", "the-admin-key")
    assert (body["testType"], body["symptomDate"], body["testDate"]) == (
        "confirmed",
        "2020-08-10",
        "",
    )


def test_issue_shows_the_code_in_groups_to_people(portal: type[Portal]) -> None:
    status, out, _error = run("issue", "--test-type", "likely", "--test-date", "2020-08-14")
    assert status == 0
    assert "1234 5678" in out
    assert portal.asked[0][2]["testType"] == "likely"


@pytest.mark.parametrize(
    ("name", "path"), [("status", "/api/checkcodestatus"), ("expire", "/api/expirecode")]
)
def test_status_and_expire_ask_by_uuid(portal: type[Portal], name: str, path: str) -> None:
    status, out, _error = run(name, UUID, "--json")
    assert (status, json.loads(out)) == (0, STATUS)
    assert portal.asked[0][0] == path
    assert portal.asked[0][2] == {"uuid": UUID}
    assert "used" in run(name, UUID)[1]


def test_a_refusal_keeps_the_portals_code(portal: type[Portal]) -> None:
    refusal = {"error": "too long ago", "errorCode": "invalid_date"}
    portal.answers["/api/issue"] = (400, refusal)
    status, _out, error = run("issue", "--symptom-date", "2020-01-01")
    assert status == 1
    assert isinstance(error, PortalCallError)
    assert error.code == "invalid_date"


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"\xff"])
def test_what_is_no_portal_is_said_to_be_none(portal: type[Portal], answer: bytes) -> None:
    portal.answers["/api/issue"] = (200, answer)
    _status, _out, error = run("issue")
    assert getattr(error, "code", "") == "portal_unreachable"


def test_a_portal_that_is_not_there_is_named_with_what_to_do(portal: type[Portal]) -> None:
    _status, _out, error = run("--portal", "http://127.0.0.1:1", "issue")
    assert getattr(error, "code", "") == "portal_unreachable"
    assert "bluezone serve" in str(error)


def test_the_key_comes_from_this_machine_or_a_named_file(
    portal: type[Portal], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("BLUEZONE_PORTAL_ADMIN_KEY")
    monkeypatch.setenv("BLUEZONE_HOME", str(tmp_path))
    _status, _out, error = run("issue")
    assert getattr(error, "code", "") == "missing_admin_key"
    key = tmp_path / "portal" / "keys" / "admin-api-key"
    key.parent.mkdir(parents=True)
    key.write_text("of-this-machine\n")
    run("issue")
    (tmp_path / "other").write_text("of-the-file\n")
    run("--key-file", str(tmp_path / "other"), "issue")
    assert [key for _path, key, _body in portal.asked] == ["of-this-machine", "of-the-file"]


def test_the_key_is_never_an_argument() -> None:
    assert not any("key" in option.name for option in command.params if option.name != "key_file")


@pytest.mark.parametrize(
    "arguments",
    [["issue", "--test-type", "x"], ["issue", "--test-date", "1"], ["status"]],
    ids=" ".join,
)
def test_what_is_not_understood_exits_with_2(arguments: list[str]) -> None:
    assert run(*arguments)[0] == 2
