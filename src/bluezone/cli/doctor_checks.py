"""The checks behind `bluezone doctor`: each looks at one thing and changes nothing."""

import shutil
import socket
import sqlite3
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Final

MIN_PYTHON: Final = (3, 11)
MIN_FREE_BYTES: Final = 1 << 30
"""A day of a country's keys with its files stays under this (500,000 keys are 14 MB)."""
CLOCK_SLACK_S: Final = 300
"""How far a file may lie in the future before the clock is doubted."""
EARLIEST_S: Final = 1_767_225_600
"""1 January 2026: a clock before it was never set."""
PORTS: Final = {8000: "portal", 8080: "key server", 8090: "phone status page"}
PARTS: Final = {
    "phone": ("bumble", "httpx2", "numpy", "starlette", "granian"),
    "server": ("starlette", "granian", "msgspec", "sqlalchemy", "alembic", "obstore", "psycopg"),
    "portal": ("django", "django_htmx", "argon2", "psycopg", "segno", "whitenoise"),
    "models": ("scipy",),
}
_CAP_NET_ADMIN: Final = 12


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw, and what the person can do."""

    state: State
    subject: str
    text: str
    advice: str = ""

    def as_row(self) -> dict[str, object]:
        """Return the finding as the row of `--json`."""
        row = {"state": self.state.value, "subject": self.subject, "text": self.text}
        return {**row, "advice": self.advice} if self.advice else dict(row)


def run_checks(home: Path, *, now: int) -> Iterator[Finding]:
    """Yield the findings of every check, in reading order.

    Args:
        home: folder that holds everything stored on this machine.
        now: Unix seconds.
    """
    yield check_python(sys.version_info[:2])
    yield from (check_part(part, modules) for part, modules in PARTS.items())
    yield from check_home(home)
    yield check_clock(home, now=now)
    yield from (check_port(port, name) for port, name in PORTS.items())
    yield from check_bluetooth(Path("/sys/class/bluetooth"), Path("/proc/self/status"))


def check_python(version: tuple[int, ...]) -> Finding:
    """Judge the version of Python, as (major, minor)."""
    text = ".".join(map(str, version))
    if version < MIN_PYTHON:
        return Finding(State.FAILED, "Python", text, "install Python 3.11 or newer")
    return Finding(State.OK, "Python", text)


def check_part(part: str, modules: tuple[str, ...]) -> Finding:
    """Say whether the packages of an extra are installed."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        advice = f'pip install "bluezone[{part}]" if this machine needs that part'
        return Finding(State.NOTE, f"part {part}", f"not installed: {', '.join(missing)}", advice)
    return Finding(State.OK, f"part {part}", "installed")


def check_home(home: Path) -> Iterator[Finding]:
    """Judge the folder: does it exist, is there room, are its secrets private, its data sound."""
    if not home.is_dir():
        text = f"{home} does not exist yet"
        yield Finding(State.NOTE, "folder", text, "`bluezone migrate` makes it")
        return
    free = shutil.disk_usage(home).free
    if free < MIN_FREE_BYTES:
        yield Finding(State.FAILED, "disk", f"{free >> 20} MiB free", "make room: at least 1 GiB")
    else:
        yield Finding(State.OK, "disk", f"{free >> 30} GiB free at {home}")
    yield from check_secrets(home)
    yield from (check_database(path) for path in sorted(home.rglob("*.sqlite3")))


def check_secrets(home: Path) -> Iterator[Finding]:
    """Judge the modes of keys: only their owner may read them."""
    secrets = [
        path
        for path in sorted(home.rglob("*"))
        if path.is_file() and ("key" in path.name or path.suffix == ".pem")
        if "public" not in path.name and ".zip" not in path.name
    ]
    exposed = [p for p in secrets if stat.S_IMODE(p.stat().st_mode) & 0o077]
    for path in exposed:
        advice = f"chmod 600 {path}"
        yield Finding(State.FAILED, "secret", f"{path.name} can be read by others", advice)
    if secrets and not exposed:
        yield Finding(State.OK, "secrets", f"{len(secrets)} files, private to their owner")


def check_database(path: Path) -> Finding:
    """Judge a SQLite file: can it be read, is it sound."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)
        try:
            answer = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.Error as error:
        answer = str(error)
    if answer != "ok":
        advice = "stop the servers, keep a copy of the file, restore the last backup"
        return Finding(State.FAILED, "database", f"{path.name}: {answer}", advice)
    return Finding(State.OK, "database", f"{path.parent.name}/{path.name} is sound")


def check_clock(home: Path, *, now: int) -> Finding:
    """Judge the clock: keys, codes and certificates all depend on it."""
    advice = "set the clock, best by network time (timedatectl set-ntp true)"
    if now < EARLIEST_S:
        return Finding(State.FAILED, "clock", "was never set", advice)
    files = (path for path in home.rglob("*") if path.is_file()) if home.is_dir() else ()
    newest = max((int(path.stat().st_mtime) for path in files), default=0)
    if newest > now + CLOCK_SLACK_S:
        text = f"stored files are {(newest - now) // 60} minutes in the future"
        return Finding(State.FAILED, "clock", text, advice)
    return Finding(State.OK, "clock", "plausible")


def check_port(port: int, name: str) -> Finding:
    """Say whether something listens on a port of ours."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        taken = probe.connect_ex(("127.0.0.1", port)) == 0
    if taken:
        text = f"something listens on 127.0.0.1:{port}"
        return Finding(State.NOTE, name, text, "fine if that is it; else choose another port")
    return Finding(State.OK, name, f"port {port} is free")


def check_bluetooth(controllers: Path, status: Path) -> Iterator[Finding]:
    """Judge the radio: is there a controller, and may this process use it."""
    names = sorted(path.name for path in controllers.glob("hci*")) if controllers.is_dir() else []
    if not names:
        advice = "plug in a Bluetooth adapter, or try `bluezone node run --transport virtual`"
        yield Finding(State.NOTE, "Bluetooth", "no controller found", advice)
        return
    yield Finding(State.OK, "Bluetooth", f"controllers: {', '.join(names)}")
    if not _has_net_admin(status):
        python = Path(sys.executable).resolve()
        advice = f"run as root, or: sudo setcap cap_net_admin,cap_net_raw+eip {python}"
        yield Finding(State.NOTE, "Bluetooth", "no permission to open a raw controller", advice)


def _has_net_admin(status: Path) -> bool:
    for line in status.read_text().splitlines() if status.is_file() else ():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> _CAP_NET_ADMIN & 1)
    return False
