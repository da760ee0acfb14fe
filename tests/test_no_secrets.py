"""Nothing secret is in the tree, what ships is set up safely, and nobody else is asked.

Secrets are made on the machine that runs the system. The list of foreign hosts is short: a
service that is not in it (analytics, a chat-bot, a map) cannot have slipped in.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
FOLDERS: Final = ("src", "docs", "bench", ".github")
TEXT: Final = {
    *(".py", ".toml", ".md", ".html", ".js", ".css", ".json", ".txt", ".yml", ".yaml", ".typ"),
    *(".csv", ".po", ".proto", ".svg", ".cfg", ".ini", ".env", ".sh", ".pem", ".key", ".lock"),
}
PATTERNS: Final = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "service account": re.compile(r'"private_key"\s*:\s*"-'),
    "cloud key": re.compile(r"\b(AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35})\b"),
    "bearer": re.compile(r"[Bb]earer [A-Za-z0-9._~+/-]{16,}"),
    "web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."),
    "address with a password": re.compile(r"[a-z]+://[^\s/:@<>{}]+:[^\s/@<>{}]+@"),
}
PLACEHOLDERS: Final = ("user:password@", "name:password@", "bluezone:password@")
SECRET_NAME: Final = re.compile(
    r"(password|passphrase|secret|api_?key|credential)s?$", re.IGNORECASE
)
NAMES: Final = {"manage_api_keys", "api-key-hmac-key"}
"""The name of a permission, the name of a file."""
HOSTS: Final = {
    "127.0.0.1": "this machine",
    "localhost": "this machine",
    "www.w3.org": "the name of SVG",
    "fcm.googleapis.com": "pushes to published phones, if the operator sets them up",
    "oauth2.googleapis.com": "the same: access tokens",
    "www.googleapis.com": "the same: the name of what is allowed",
}
ADDRESS: Final = re.compile(r"\b(?:https?|wss?)://([A-Za-z0-9.-]+[A-Za-z0-9])")
PROGRAMS: Final = {".py", ".js", ".html", ".css", ".svg"}


@cache
def texts() -> list[tuple[Path, str]]:
    """Return every file that belongs to the project and can be read as text."""
    below = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    files = [path for path in [*below, *ROOT.glob("*")] if path.is_file()]
    return [
        (path.relative_to(ROOT), path.read_text(encoding="utf-8", errors="replace"))
        for path in files
        if path.suffix in {*TEXT, ""} and "__pycache__" not in path.parts
    ]


@pytest.mark.parametrize("kind", sorted(PATTERNS))
def test_no_file_holds_a_secret(kind: str) -> None:
    found = [
        (str(path), match.start())
        for path, text in texts()
        for match in PATTERNS[kind].finditer(text)
        if not any(known in match.group() for known in PLACEHOLDERS)
    ]
    assert found == []


def assigned(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield what is given a name, with the name: assignments, arguments, members."""
    for node in ast.walk(module):
        if isinstance(node, ast.Assign):
            yield from ((ast.unparse(target), node.value) for target in node.targets)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield ast.unparse(node.target), node.value
        elif isinstance(node, ast.keyword) and node.arg is not None:
            yield node.arg, node.value


def test_no_password_or_secret_is_written_into_a_program() -> None:
    found = [
        (str(path), name)
        for path, text in texts()
        if path.suffix == ".py" and path.parts[0] == "src"
        for name, value in assigned(ast.parse(text))
        if SECRET_NAME.search(name) and isinstance(value, ast.Constant)
        if isinstance(value.value, str | bytes) and len(value.value) >= 4
        if value.value not in NAMES
    ]
    assert found == []


def test_programs_name_no_foreign_host_but_those_that_are_listed() -> None:
    named = {
        (host, str(path))
        for path, text in texts()
        if path.suffix in PROGRAMS and path.parts[0] == "src"
        for host in ADDRESS.findall(text)
        if host not in HOSTS
    }
    assert named == set()


def test_the_portal_ships_without_debugging_and_listens_to_its_own_names() -> None:
    text = (ROOT / "src/bluezone/portal/settings.py").read_text(encoding="utf-8")
    settings = dict(assigned(ast.parse(text)))
    assert ast.unparse(settings["DEBUG"]) == "False"
    assert "'*'" not in ast.unparse(settings["ALLOWED_HOSTS"])
    limit = settings["DATA_UPLOAD_MAX_MEMORY_SIZE"]
    assert isinstance(limit, ast.Constant)
    assert isinstance(limit.value, int)
    assert limit.value <= 1_000_000
