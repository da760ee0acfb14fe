"""The other demo, the campaign of August 2020, as a program of its own beside the street.

Django is set up once a process and the street's portal has its own clock, folder and database,
so the campaign runs as a child process: started when a visitor asks for it, ended with the
street. The decision that surprises: it is told apart by the prefix of its cookies, because a
browser sends the cookies of one port of this machine to every other port.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from bluezone.demo.desk import Desk
from bluezone.demo.errors import CampaignError
from bluezone.demo.hosting import HOST, free_port
from bluezone.demo.page.visitor import Login

STEPS: Final = ("units", "facts", "figures", "agencies", "teams", "accounts", "serving")
"""What is told on the way, in its order."""
DASHBOARD: Final = "/campaign/vn2020.30/"
PORT: Final = 8001
_USER: Final = "tinh"
_COOKIES: Final = "bluezone_campaign"
_PASSWORD_FILE: Final = Path("portal", "demo-password")
_LIMIT_S: Final = 30.0
_END_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the campaign is.

    Attributes:
        step: one of `STEPS`, empty before anybody asked for it.
        ready: its portal answers.
        failed: it ended by itself.
    """

    step: str = ""
    ready: bool = False
    failed: bool = False


class Campaign:
    """A context in which the campaign's portal can be started; it ends with the context."""

    def __init__(self, home: Path, *, taken: tuple[int, ...] = ()) -> None:
        """Start nothing yet.

        Args:
            home: folder for everything, made when it is needed.
            taken: ports that are promised to others.
        """
        self._home = home
        self._taken = taken
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._step = ""
        self._port = 0

    @property
    def url(self) -> str:
        """Where its portal answers, once it was asked for."""
        return f"http://{HOST}:{self._port}"

    def begin(self) -> None:
        """Start filling the folder and then serving it; once is enough.

        Raises:
            HostingError: this machine has no free port.
        """
        with self._lock:
            if self._child is not None:
                return
            self._port = free_port(PORT, taken=self._taken)
            self._step = STEPS[0]
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._child = subprocess.Popen(
                _command(self._home, self._port),
                env=_environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            self._reader = threading.Thread(target=self._listen, args=(self._child,), daemon=True)
            self._reader.start()

    def progress(self) -> Progress:
        """Return how far it is."""
        child = self._child
        if child is None:
            return Progress()
        if child.poll() is not None:
            return Progress(self._step, failed=True)
        return Progress(self._step, ready=self._step == STEPS[-1] and self._answers())

    def entry(self, host: str) -> tuple[str, dict[str, str]]:
        """Return the dashboard's address on `host` and the cookies that sign a visitor in.

        Raises:
            DeskError: its portal did not let us in.
            CampaignError: it is not there yet.
        """
        try:
            password = (self._home / _PASSWORD_FILE).read_text("ascii").strip()
        except OSError:
            raise CampaignError("the campaign is not ready yet") from None
        with httpx2.Client(follow_redirects=True, timeout=_LIMIT_S) as client:
            cookies = Desk(self.url, Login(_USER, password), client).sign_in()
        return f"http://{host}:{self._port}{DASHBOARD}", cookies

    def close(self) -> None:
        """End it, if it was started, and wait until it is gone."""
        with self._lock:
            child, reader = self._child, self._reader
            if child is None or reader is None:
                return
            child.terminate()
            try:
                child.wait(_END_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            reader.join(_END_S)

    def _listen(self, child: "subprocess.Popen[str]") -> None:
        """Follow what the child says: a word for each step, and last the address it serves."""
        if child.stdout is None:
            return
        with child.stdout as lines:
            for line in lines:
                said = line.strip().removesuffix("…").strip()
                if said in STEPS:
                    self._step = said
                elif _names_dashboard(line):
                    self._step = STEPS[-1]

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection((HOST, self._port), timeout=1):
            return True
        return False


def _names_dashboard(line: str) -> bool:
    if not line.startswith("{"):
        return False
    with suppress(json.JSONDecodeError):
        return "dashboard" in json.loads(line)
    return False


def _command(home: Path, port: int) -> list[str]:
    program = [sys.executable, "-m", "bluezone.cli.main", "campaign", "demo"]
    return [*program, "--home", str(home), "--port", str(port), "--json"]


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return our environment without the street's settings."""
    kept = {name: value for name, value in own.items() if not name.startswith("BLUEZONE_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "BLUEZONE_PORTAL_COOKIE_PREFIX": _COOKIES, "PYTHONUNBUFFERED": "1"}
