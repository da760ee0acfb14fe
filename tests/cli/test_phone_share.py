"""`bluezone phone share` and `status` against real HTTP servers on loopback."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from bluezone.cli import phone_share
from bluezone.cli.phone import command
from bluezone.phone.contact_log import ContactLog
from bluezone.phone.key_store import KeyStore
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.certificate.tekmac import tekmac
from bluezone.protocol.diagnosis_key import DiagnosisKey

NOON = 1_596_888_000
ANSWERS = {
    "/api/verify": {"testtype": "confirmed", "symptomDate": "2020-08-06", "token": "t"},
    "/api/certificate": {"certificate": "c"},
    "/v1/publish": {"insertedExposures": 1},
    "/bluezone/v1/publish": {"insertedExposures": 1},
}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies[self.path] = body
        answer = json.dumps(ANSWERS[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        made.bodies = {}
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(phone_share.time, "time", lambda: NOON)
    with KeyStore.open(tmp_path / "keys.sqlite3", rng=bytes) as keys:
        keys.advertised(NOON, tx_power_dbm=0, confidence=0)
    with ContactLog.open(tmp_path / "contacts.sqlite3") as log:
        log.record(Sighting(Scheme.BLUEZONE, bytes(12), NOON, -70))
    return tmp_path


def share(server, folder, *more, answer=""):
    address = f"http://127.0.0.1:{server.server_port}"
    options = ["--portal", address, "--keyserver", address, "--api-key", "k", "--language", "en"]
    arguments = ["share", *more, "--data", str(folder), *options]
    return CliRunner().invoke(command, arguments, input=answer)


def test_after_a_yes_the_keys_are_sent_and_a_receipt_is_printed(server, folder):
    result = share(server, folder, "12345678", "--json", answer="y\n")
    assert result.exit_code == 0, result.output
    receipt = json.loads(result.stdout)
    assert (receipt["en_sent"], receipt["en_saved"], receipt["bluezone_saved"]) == (1, 1, 1)
    assert "What is not sent" in result.stderr
    sent = server.bodies["/v1/publish"]
    keys = [
        DiagnosisKey(base64.b64decode(k["key"]), k["rollingStartNumber"], k["rollingPeriod"])
        for k in sent["temporaryExposureKeys"]
    ]
    mac = base64.b64encode(tekmac(keys, base64.b64decode(sent["hmacKey"]))).decode()
    assert server.bodies["/api/certificate"]["ekeyhmac"] == mac
    assert sorted(path.suffix for path in (folder / "receipts").iterdir()) == [".json", ".txt"]


def test_after_a_no_nothing_but_the_code_was_sent(server, folder):
    result = share(server, folder, "12345678", answer="n\n")
    assert result.exit_code == 1
    assert "(not_confirmed)" in result.stderr
    assert list(server.bodies) == ["/api/verify"]


def test_yes_skips_the_question_and_not_the_preview(server, folder):
    result = share(server, folder, "12345678", "--yes")
    assert result.exit_code == 0
    assert "What would be sent" in result.stderr
    assert "Receipt 1" in result.stdout


def test_a_malformed_code_is_explained_and_not_repeated(server, folder):
    result = share(server, folder, "99")
    assert result.exit_code == 1
    assert "(code_malformed)" in result.stderr
    assert server.bodies == {}


def test_the_status_is_one_json_object(folder):
    result = CliRunner().invoke(command, ["status", "--data", str(folder), "--json"])
    row = json.loads(result.stdout)
    assert row["days"] == [{"day": "2020-08-08", "en": 0, "bluezone": 1}]
    assert (row["own_keys"], row["last_fetch"], row["told"]) == (2, None, [])


def test_the_status_is_readable_by_a_person(folder):
    arguments = ["status", "--data", str(folder), "--language", "en"]
    result = CliRunner().invoke(command, arguments)
    assert "08/08/2020  en 0  bluezone 1" in result.stdout
