"""Sending through FCM, against its fake in this process and in one of its own."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bluezone.portal.appgateway.pushes import current
from bluezone.portal.appgateway.pushes.commands import find_contacts, settings_update
from bluezone.portal.appgateway.pushes.fake_fcm import answers
from bluezone.portal.appgateway.pushes.fake_fcm.account import PROJECT, Account, new_account
from bluezone.portal.appgateway.pushes.fake_fcm.answers import Answer
from bluezone.portal.appgateway.pushes.fake_fcm.app import SEND_PATH, FakeFcm
from bluezone.portal.appgateway.pushes.fake_fcm.judging import violations
from bluezone.portal.appgateway.pushes.fcm import FAILURES, Fcm
from bluezone.portal.appgateway.pushes.fcm_answers import read_answer, retry_after_s
from bluezone.portal.appgateway.pushes.fcm_auth import Access, access_from_file
from bluezone.portal.appgateway.pushes.message import Message, request_body
from bluezone.portal.appgateway.pushes.provider import Delivery, Result, ShownHere
from bluezone.portal.errors import InvalidSettingError, UnsafeSecretError

from .conftest import NOW, entry, token_of

NEWS = settings_update({"TimeSaveLog": 10_000})
URL = "http://127.0.0.1:1"


class Loopback(httpx2.BaseTransport):
    """Lets the client that is not asynchronous ask the fake, too."""

    def __init__(self, app: FakeFcm) -> None:
        self._app = httpx2.ASGITransport(app)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        async def ask() -> httpx2.Response:
            answer = await self._app.handle_async_request(request)
            return httpx2.Response(answer.status_code, content=await answer.aread())

        with ThreadPoolExecutor(1) as thread:  # the caller's may have a loop that runs
            return thread.submit(asyncio.run, ask()).result()


@dataclass
class Pair:
    fake: FakeFcm
    fcm: Fcm

    def send(self, *tokens: str) -> Delivery:
        return self.fcm.send([message(token) for token in tokens])

    def results(self, *tokens: str) -> list[Result]:
        return [outcome.result for outcome in self.send(*tokens).outcomes]


def message(token: str, *, urgent: bool = True) -> Message:
    return Message(1, token, NEWS, urgent=urgent, useless_at=NOW + 3600, now=NOW)


@pytest.fixture(scope="module")
def account() -> Account:
    return new_account(f"{URL}/token")


def connected(fake: FakeFcm, folder: Path, *, connections: int = 4) -> Fcm:
    path = folder / "account.json"
    path.touch(mode=0o600)
    path.write_text(fake.account.file())
    access = access_from_file(str(path))
    access.transport = Loopback(fake)
    return Fcm(access, url=URL, connections=connections, transport=httpx2.ASGITransport(fake))


@pytest.fixture
def pair(account: Account, tmp_path: Path) -> Iterator[Pair]:
    account.given.clear()
    fake = FakeFcm(account)
    fcm = connected(fake, tmp_path)
    yield Pair(fake, fcm)
    fcm.close()


def test_messages_arrive_as_fcm_wants_them(pair: Pair) -> None:
    push = find_contacts("a" * 36, [entry()])
    way = Message(1, token_of(1), push, urgent=False, useless_at=NOW + 1_209_600, now=NOW)
    assert pair.fcm.send([way, message(token_of(2))]).outcomes[0].result is Result.SENT
    first, second = sorted(pair.fake.taken, key=lambda each: str(each["token"]))
    assert first["token"] == token_of(1)
    assert first["data"] == dict(push.fields)
    assert first["android"] == {"priority": "NORMAL", "ttl": "1209600s"}
    assert first["apns"]["headers"]["apns-priority"] == "5"
    assert first["apns"]["headers"]["apns-push-type"] == "background"
    assert first["apns"]["payload"] == {"aps": {"content-available": 1}}
    assert second["android"] == {"priority": "HIGH", "ttl": "3600s"}


def test_a_batch_of_a_thousand_arrives_once_each(pair: Pair) -> None:
    tokens = [token_of(number) for number in range(1_000)]
    assert set(pair.results(*tokens)) == {Result.SENT}
    assert sorted(each["token"] for each in pair.fake.taken) == sorted(tokens)
    assert len(pair.fake.account.given) == 1


def test_an_access_token_that_was_revoked_is_fetched_anew_once(pair: Pair) -> None:
    pair.send(token_of(1))
    pair.fake.account.given.clear()
    assert pair.results(*(token_of(number) for number in range(20))) == [Result.SENT] * 20
    assert len(pair.fake.account.given) == 1


def test_an_access_token_is_used_until_it_ends(pair: Pair) -> None:
    for _ in range(3):
        pair.send(token_of(1))
    assert len(pair.fake.account.given) == 1


def test_a_wrong_key_is_a_fault_and_nothing_is_tried(account: Account, tmp_path: Path) -> None:
    other = FakeFcm(new_account(account.token_uri))
    fcm = connected(FakeFcm(account), tmp_path)
    fcm._access.transport = Loopback(other)
    delivery = fcm.send([message(token_of(1))])
    assert delivery.fault == "fcm_account_refused"
    assert delivery.outcomes[0].result is Result.UNTRIED
    fcm.close()


def test_another_project_is_a_fault(pair: Pair) -> None:
    pair.fcm._url = pair.fcm._url.replace(PROJECT, "other")
    assert pair.send(token_of(1)).fault == "fcm_forbidden"


def test_a_token_server_that_is_away_only_takes_time(pair: Pair) -> None:
    def away(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("away", request=request)

    pair.fcm._access.transport = httpx2.MockTransport(away)
    delivery = pair.send(token_of(1))
    assert (delivery.fault, delivery.wait_s > 0) == ("", True)
    assert delivery.outcomes[0].result is Result.UNTRIED


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (answers.unregistered(), Result.DEAD),
        (answers.bad_token(), Result.DEAD),
        (answers.failed(404), Result.MISMATCH),
        (answers.failed(403, "SENDER_ID_MISMATCH"), Result.MISMATCH),
        (answers.failed(401, "THIRD_PARTY_AUTH_ERROR"), Result.RETRY),
        (answers.failed(429, "QUOTA_EXCEEDED"), Result.RETRY),
        (answers.failed(500, "INTERNAL"), Result.RETRY),
        (answers.failed(503, "UNAVAILABLE", retry_after="7"), Result.RETRY),
        (Answer(404), Result.RETRY),
        (Answer(302), Result.RETRY),
        (Answer(418), Result.RETRY),
    ],
    ids=lambda value: value.name if isinstance(value, Result) else str(value.status),
)
def test_each_answer_has_its_meaning(pair: Pair, answer: Answer, result: Result) -> None:
    pair.fake.plan = {token_of(2): [answer]}
    assert pair.results(token_of(1), token_of(2))[1] is result


def test_a_message_that_is_refused_is_not_a_dead_token() -> None:
    bad = answers.invalid(list(violations({"message": {"token": "x", "data": {"from": "y"}}})))
    body = answers.body_of(bad)
    assert read_answer(400, {}, body, now=NOW).outcome.result is Result.REFUSED


def test_too_many_requests_stop_the_rest_of_the_batch(pair: Pair) -> None:
    pair.fake.plan = {token_of(7): [answers.failed(429, "QUOTA_EXCEEDED", retry_after="90")]}
    delivery = pair.send(*(token_of(number) for number in range(100)))
    assert delivery.wait_s == 90
    results = [outcome.result for outcome in delivery.outcomes]
    assert results[7] is Result.RETRY
    assert Result.UNTRIED in results
    assert set(results[results.index(Result.UNTRIED) :]) == {Result.UNTRIED}
    assert pair.fake.asked < 20


def test_too_many_requests_without_a_time_wait_a_minute(pair: Pair) -> None:
    pair.fake.plan = {"*": [answers.failed(429)]}
    assert pair.send(token_of(1)).wait_s == 60


def test_a_server_in_trouble_is_left_alone_after_a_row_of_failures(pair: Pair) -> None:
    pair.fake.plan = {"*": [answers.failed(503, "UNAVAILABLE")]}
    delivery = pair.send(*(token_of(number) for number in range(200)))
    assert delivery.wait_s >= 10
    assert FAILURES <= pair.fake.asked < FAILURES + 8


def test_single_failures_do_not_stop_a_batch(pair: Pair) -> None:
    trouble = {token_of(number): [answers.failed(500)] for number in range(0, 200, 4)}
    pair.fake.plan = dict(trouble)
    results = pair.results(*(token_of(number) for number in range(200)))
    assert results.count(Result.RETRY) == 50
    assert results.count(Result.SENT) == 150


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("30", 30),
        ("999999999", 3_600),
        ("-5", 0),
        ("soon", 0),
        ("٣", 0),
        ("Sat, 15 Aug 2020 06:25:00 GMT", 60),
        ("Sat, 15 Aug 2020 06:23:00 GMT", 0),
    ],
)
def test_a_retry_after_is_a_number_or_a_date(text: str, seconds: int) -> None:
    assert retry_after_s(text, now=NOW) == seconds


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[" * 100_000, b'{"error": 5}', b'{"error": {"details": [5]}}']
)
def test_answers_that_are_no_json_are_trouble_that_passes(body: bytes) -> None:
    for status in (302, 404, 500):
        assert read_answer(status, {}, body, now=NOW).outcome.result is Result.RETRY


def test_only_checked_pushes_become_requests() -> None:
    false: Any = {"Type": "anything"}
    way = Message(1, token_of(1), false, urgent=True, useless_at=NOW, now=NOW)
    with pytest.raises(TypeError):
        request_body(way)


def test_no_repr_shows_a_token_or_a_key(pair: Pair) -> None:
    texts = [repr(message(token_of(1))), repr(pair.fcm._access), repr(pair.fake), repr(NEWS)]
    for text in texts:
        assert token_of(1) not in text
        assert "PRIVATE" not in text
        assert "ya29" not in text


def test_a_proxy_of_the_environment_is_not_asked(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert pair.results(token_of(1)) == [Result.SENT]


class TestTheFake:
    """It refuses what FCM refuses."""

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"data": {"a": 5}}, "message.data[0].value"),
            ({"data": {"from": "x"}}, "message.data"),
            ({"data": {"google.x": "x"}}, "message.data"),
            ({"data": {"a": "x" * 4_096}}, "message"),
            ({"data": []}, "message.data"),
            ({"token": ""}, "message"),
            ({"unknown": 1}, "message"),
            ({"android": {"priority": "urgent"}}, "message.android.priority"),
            ({"android": {"ttl": "2419201s"}}, "message.android.ttl"),
            ({"android": {"ttl": 5}}, "message.android.ttl"),
            ({"android": {"colour": "red"}}, "message.android"),
            ({"android": 5}, "message.android"),
            ({"apns": {"headers": {"apns-priority": 5}}}, "message.apns.headers"),
            ({"apns": {"headers": {"apns-push-type": "background"}}}, "message.apns.headers"),
            ({"apns": {"payload": 5}}, "message.apns.payload"),
            ({"apns": {"alert": 5}}, "message.apns"),
            ({"apns": 5}, "message.apns"),
        ],
    )
    def test_a_message_with_a_fault_is_refused(self, change: dict[str, object], field: str) -> None:
        good: dict[str, object] = json.loads(request_body(message(token_of(1))))["message"]
        assert not list(violations({"message": good}))
        found = list(violations({"message": {**good, **change}}))
        assert [one.field for one in found] == [field]

    def test_data_of_4096_bytes_fits(self) -> None:
        data = {"ab": "x" * 4_094}
        assert not list(violations({"message": {"token": "t", "data": data}}))

    @pytest.mark.parametrize("request_", [None, 5, [], {}, {"message": 5}, {"massage": {}}])
    def test_what_is_no_message_is_refused(self, request_: object) -> None:
        assert list(violations(request_))

    def test_nobody_gets_in_without_a_signed_request(self, account: Account) -> None:
        import random  # noqa: PLC0415 - one use

        for form in (b"", b"grant_type=x", b"grant_type=x&assertion=y", b"\xff"):
            assert account.give(form, now=NOW, rng=random.Random(7)) is None
        assert not account.is_good("Bearer guess", now=NOW)
        assert not account.is_good("", now=NOW)


class TestAccount:
    """What the setting may name."""

    def test_a_file_that_others_can_read_is_refused(self, account: Account, tmp_path: Path) -> None:
        path = tmp_path / "account.json"
        path.write_text(account.file())
        path.chmod(0o644)
        with pytest.raises(UnsafeSecretError):
            access_from_file(str(path))

    @pytest.mark.parametrize("change", ["token_uri", "private_key", "project_id", "client_email"])
    def test_a_file_that_lacks_something_is_refused(
        self, account: Account, tmp_path: Path, change: str
    ) -> None:
        content = json.loads(account.file())
        del content[change]
        with pytest.raises(InvalidSettingError):
            _read(tmp_path, json.dumps(content))

    @pytest.mark.parametrize("text", ["", "[]", "{", "5", "null"])
    def test_a_file_that_is_none_is_refused(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(InvalidSettingError):
            _read(tmp_path, text)

    def test_a_token_server_without_tls_is_refused(self, account: Account, tmp_path: Path) -> None:
        content = {**json.loads(account.file()), "token_uri": "http://example.org/token"}
        with pytest.raises(InvalidSettingError):
            _read(tmp_path, json.dumps(content))

    def test_a_missing_file_is_named_by_its_setting(self) -> None:
        with pytest.raises(InvalidSettingError, match="GATEWAY_FCM_CREDENTIALS"):
            access_from_file("")


def _read(folder: Path, text: str) -> Access:
    path = folder / "account.json"
    path.touch(mode=0o600)
    path.write_text(text)
    return access_from_file(str(path))


class TestSettings:
    """Which way the settings name."""

    def test_without_any_nothing_is_sent(self) -> None:
        assert isinstance(current.current_provider(), ShownHere)

    def test_a_provider_that_is_none_is_refused(self, settings: Any) -> None:
        settings.BLUEZONE_GATEWAY_PUSH_PROVIDER = "pigeon"
        with pytest.raises(InvalidSettingError):
            current.current_provider()

    def test_an_address_without_tls_is_refused(self, settings: Any) -> None:
        settings.BLUEZONE_GATEWAY_PUSH_PROVIDER = "fcm"
        settings.BLUEZONE_GATEWAY_FCM_URL = "http://fcm.example.org"
        with pytest.raises(InvalidSettingError):
            current.current_provider()

    def test_one_connection_pool_serves_all_rounds(
        self, settings: Any, account: Account, tmp_path: Path
    ) -> None:
        _read(tmp_path, account.file())
        settings.BLUEZONE_GATEWAY_PUSH_PROVIDER = "fcm"
        settings.BLUEZONE_GATEWAY_FCM_CREDENTIALS = str(tmp_path / "account.json")
        assert current.current_provider() is current.current_provider()
        current._fcm.cache_clear()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Run the fake in a process of its own; yield its address and the account's file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = tmp_path_factory.mktemp("fake") / "account.json"
    module = "bluezone.portal.appgateway.pushes.fake_fcm"
    command = [sys.executable, "-m", module, "--port", str(port), "--account", str(path)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    try:
        url = f"http://127.0.0.1:{port}"
        transport = httpx2.HTTPTransport(retries=8)  # waits for the port, longer each time
        with httpx2.Client(transport=transport, trust_env=False) as client:
            client.get(f"{url}/messages").raise_for_status()
        yield url, str(path)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _plan(url: str, plan: dict[str, Sequence[dict[str, object]]]) -> None:
    with httpx2.Client(trust_env=False) as client:
        client.post(f"{url}/plan", json={"plan": plan}).raise_for_status()


def _taken(url: str) -> list[str]:
    with httpx2.Client(trust_env=False) as client:
        found: list[dict[str, str]] = client.get(f"{url}/messages").json()["taken"]
        return [each["token"] for each in found]


def test_over_real_connections_each_message_arrives_once(running: tuple[str, str]) -> None:
    url, path = running
    fcm = Fcm(access_from_file(path), url=url, connections=8)
    _plan(url, {})
    tokens = [token_of(number) for number in range(300)]
    for part in (tokens[:200], tokens[200:]):  # the connections outlive a batch
        assert {o.result for o in fcm.send([message(t) for t in part]).outcomes} == {Result.SENT}
    assert sorted(token for token in _taken(url) if token < token_of(300)) == tokens
    fcm.close()


def test_over_real_connections_a_lost_one_is_trouble_that_passes(running: tuple[str, str]) -> None:
    url, path = running
    _plan(url, {token_of(901): [{"status": 500, "drop": True}, {}]})
    fcm = Fcm(access_from_file(path), url=url, connections=2)
    ways = [message(token_of(number)) for number in (900, 901, 902)]
    results = [outcome.result for outcome in fcm.send(ways).outcomes]
    assert results == [Result.SENT, Result.RETRY, Result.SENT]
    assert fcm.send(ways[1:2]).outcomes[0].result is Result.SENT
    fcm.close()


def test_the_address_of_messages_is_that_of_http_v1() -> None:
    assert SEND_PATH == "/v1/projects/bluezone-fake/messages:send"
