"""Over the whole code base of the phone: only `share` sends, and only what was confirmed."""

import ast
from functools import cache
from pathlib import Path

import bluezone.phone
from bluezone.phone.share import preview, share, steps

ROOM = Path(bluezone.phone.__file__).parent
SENDING = {"post", "put", "patch", "request", "send_request", "urlopen", "build_request"}
METHODS = {"POST", "PUT", "PATCH", "DELETE"}
CLIENTS = {"httpx2", "httpx", "requests", "urllib3", "aiohttp", "http.client", "urllib.request"}


@cache
def trees() -> list[tuple[str, ast.Module]]:
    return [
        (path.relative_to(ROOM).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(ROOM.rglob("*.py"))
    ]


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_only_two_modules_ask_a_server_for_anything():
    asking = {
        name
        for name, tree in trees()
        if imported(tree) & CLIENTS
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"stream", "get", "send", *SENDING}
        if isinstance(node.value, ast.Name) and node.value.id in {"client", "httpx2", "httpx"}
    }
    assert asking == {"download.py", "share/wire.py"}
    assert {name for name, tree in trees() if imported(tree) & CLIENTS} >= asking


def test_only_the_wire_of_share_sends_a_body():
    senders = set()
    for name, tree in trees():
        if not imported(tree) & CLIENTS:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in METHODS:
                senders.add(name)
            if isinstance(node, ast.keyword) and node.arg in {"content", "data", "json", "files"}:
                senders.add(name)
            if isinstance(node, ast.Attribute) and node.attr in SENDING:
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                if owner != "wire":
                    senders.add(name)
    assert senders == {"share/wire.py"}


def test_the_wire_is_used_by_share_alone():
    users = {
        name
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (
            node.module == "bluezone.phone.share.wire"
            or (node.module == "bluezone.phone.share" and "wire" in {a.name for a in node.names})
        )
    }
    assert users == {"share/share.py", "share/steps.py"}


def calls(module, method: str) -> set[str]:
    """Return the names of the functions of a module that use an attribute `method`."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    return {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr == method
    }


def test_the_typed_code_is_sent_by_the_preview_and_keys_by_the_steps_alone():
    assert calls(share, "post") == {"preview"}
    assert calls(steps, "post") == {"certify", "_publish"}
    assert calls(steps, "_publish") == {"publish_en", "publish_bluezone"}


def test_the_steps_are_taken_by_an_upload_that_demands_a_confirmation():
    for step in ("certify", "publish_en", "publish_bluezone"):
        users = {
            name
            for name, tree in trees()
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr == step
        }
        assert users == {"share/share.py"}
        assert calls(share, step) == {"upload"}
    assert share.Share.upload.__annotations__["confirmation"] is preview.Confirmation


def test_a_confirmation_is_made_in_one_place():
    makers = {
        (name, function.name)
        for name, tree in trees()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Confirmation"
    }
    assert makers == {("share/preview.py", "confirm")}
