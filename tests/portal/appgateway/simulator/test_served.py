"""Four phones, `bluezone serve` and the fake of FCM, three processes and real HTTP between them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
from tests.portal.appgateway.simulator import commands
from tests.portal.appgateway.simulator.app import PublishedApp
from tests.portal.appgateway.simulator.handset import Handset, meet
from tests.portal.appgateway.simulator.wire import Network, Receive, Send

from bluezone.phone.radio.virtual_time import VirtualTimeLoop, run_virtual
from bluezone.portal.appgateway.pushes.warnings import ENGLISH, VIETNAMESE

SERVE = "from bluezone.cli.serve import command; command()"
DESK = """
import datetime, sys, time
import django
django.setup()
from bluezone.portal import chance
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.appgateway.bridge.rounds import run_round
from bluezone.portal.appgateway.consent.issuing import issue_help_code
from bluezone.portal.appgateway.consent.models import Mode
from bluezone.portal.cases.services import CaseRequest, open_case
now = int(time.time())
if sys.argv[1] == "round":
    print(run_round(now=now, rng=chance.SYSTEM))
else:
    lan = create_staff("lan", "mot hai ba bon nam", display_name="BS Lan")
    today = datetime.datetime.now(datetime.UTC).date()
    case = open_case(CaseRequest("confirmed", today, None), lan, now=now)
    print(issue_help_code(case, lan, Mode.KEYS, now=now, rng=chance.SYSTEM).digits)
"""
WITHIN_S = 60.0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Served:
    """The processes, and what a test asks of them."""

    portal: subprocess.Popen[bytes]
    environment: dict[str, str]
    url: str
    firebase_url: str
    client: httpx2.Client

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Pass a request on over HTTP."""
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        answer = self.client.request(
            scope["method"], self.url + scope["path"], content=body, headers=headers
        )
        told = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        start = {"type": "http.response.start", "status": answer.status_code, "headers": told}
        await send(start)
        await send({"type": "http.response.body", "body": answer.content})

    def desk(self, word: str) -> str:
        """Let the health desk do something, in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-c", DESK, word],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def messages(self) -> list[dict[str, Any]]:
        taken: list[dict[str, Any]] = self.client.get(f"{self.firebase_url}/messages").json()[
            "taken"
        ]
        return taken

    def wait_for(self, enough: Callable[[], bool]) -> None:
        """Wait for the worker of the running portal."""
        until = time.monotonic() + WITHIN_S
        while not enough():
            assert time.monotonic() < until, "the worker did not get there"
            with suppress(subprocess.TimeoutExpired):
                self.portal.wait(0.2)
            assert self.portal.poll() is None


@contextmanager
def running(arguments: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    port, firebase_port = free_port(), free_port()
    account, firebase_url = tmp_path / "account.json", f"http://127.0.0.1:{firebase_port}"
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
        "BLUEZONE_PORTAL_DATABASE_URL": "",
        "BLUEZONE_PORTAL_GATEWAY_PUSH_PROVIDER": "fcm",
        "BLUEZONE_PORTAL_GATEWAY_FCM_URL": firebase_url,
        "BLUEZONE_PORTAL_GATEWAY_FCM_CREDENTIALS": str(account),
        "BLUEZONE_PORTAL_GATEWAY_KEY_SERVER_URL": f"http://127.0.0.1:{free_port()}",
    }
    fake = ["-m", "bluezone.portal.appgateway.pushes.fake_fcm"]
    serve = ["-c", SERVE, "--role", "portal", "--portal-port", str(port)]
    with ExitStack() as stack:
        transport = httpx2.HTTPTransport(retries=9)  # waits for the port, longer each time
        client = httpx2.Client(transport=transport, trust_env=False, timeout=60)
        stack.enter_context(client)
        told = [*fake, "--port", str(firebase_port), "--account", str(account)]
        stack.enter_context(running(told, environment))
        client.get(f"{firebase_url}/messages").raise_for_status()
        portal = stack.enter_context(running(serve, environment))
        client.get(f"{url}/health").raise_for_status()
        yield Served(portal, environment, url, firebase_url, client)


class Street:
    """Four phones; the first falls ill, the last one met nobody."""

    def __init__(self, loop: VirtualTimeLoop, served: Served) -> None:
        self.served, self.taken = served, 0
        network = Network(served, Random(1))
        kinds = (
            ("android", "3.0.3", "vi"),
            ("ios", "3.0.3", "en"),
            ("android", "2.0.4", "vi"),
            ("android", "3.0.3", "vi"),
        )
        self.apps = [
            PublishedApp(
                Handset(
                    f"p{number}",
                    platform,
                    language=language,
                    clock=loop.unix_time,
                    rng=Random(number),
                    version=version,
                ),
                network,
            )
            for number, (platform, version, language) in enumerate(kinds)
        ]
        for number, app in enumerate(self.apps):
            app.handset.reinstall(f"token-of-phone-{number}:APA91b{'x' * 134}")
        self.by_token = {app.handset.install.token: app for app in self.apps}

    async def push(self) -> None:
        """Hand out what the fake has taken since."""
        messages = self.served.messages()
        new, self.taken = messages[self.taken :], len(messages)
        for message in new:
            await commands.take(self.by_token[message["token"]], message["data"])

    def shown(self) -> list[list[str]]:
        return [[title for _, _, title in app.screen.notifications] for app in self.apps]


def kinds_of(messages: list[dict[str, Any]]) -> list[str]:
    return sorted(message["data"]["Type"] for message in messages)


async def walk(street: Street) -> None:
    served, (ill, *_) = street.served, street.apps
    for app in street.apps:
        await app.start()
        assert app.handset.install.registered_token == app.handset.install.token
    for other in street.apps[1:3]:
        await meet(ill.handset, other.handset, minutes=15, rng=Random(9))
    assert await ill.help_with_code("000000") == "incorrect"
    assert await ill.help_with_code(served.desk("code")) == "thanks"
    assert served.desk("round") == "1"
    served.wait_for(lambda: kinds_of(served.messages()).count("KiemTraLichSuTiepXuc") == 4)
    await street.push()
    assert [len(app.answered) for app in street.apps] == [0, 1, 1, 0]
    served.wait_for(lambda: kinds_of(served.messages()).count("GuiThongBao") == 4)
    await street.push()
    first, *others = street.shown()
    assert others == [[ENGLISH.title], [VIETNAMESE.title], []]
    assert len(first) == 1  # the receipt
    assert sum(app.silent_uploads for app in street.apps) == 0


def test_a_warning_goes_from_phone_to_phone_through_running_servers(served: Served) -> None:
    async def main(loop: VirtualTimeLoop) -> None:
        await walk(Street(loop, served))

    run_virtual(main, start_s=time.time() - 7200)
    assert json.dumps(served.messages()).count("urlnews") == 2
