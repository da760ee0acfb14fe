"""The commands that make a phone upload by itself cannot be sent: shown over the whole code base.

Source: spec/bluezone-wire.md 4.1 to 4.3 and the consent rule. Every text in `src` is looked at:
each literal by itself, glued to its neighbours, in base64, base32, hexadecimal, rot13, backwards,
as character numbers; every name; every file that is not Python, byte for byte.
"""

import ast
import base64
import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

import bluezone
from bluezone.portal import settings as portal_settings
from bluezone.portal.accounts.permissions import Permission
from bluezone.portal.appgateway.pushes import push_data

SOURCE = Path(bluezone.__file__).parent
PUSHES = SOURCE / "portal" / "appgateway" / "pushes"
WORDS = (
    "LayThongTinVaLichSu",
    "YeuCauGuiLichSu",
    "GetLogApp",
    "GetInfoApp",
    "PingPong",
    "NotifyCode",
)
_PLACES = re.compile(r"%[a-z]|\{[^{}\0]*\}")
_GLUE = re.compile(r"[^0-9a-z\0]+")
_END = "\0"


@cache
def _disguises() -> re.Pattern[str]:
    """Return what finds the words in the ways of hiding them that keep their letters' case."""
    found: list[str] = []
    for word in WORDS:
        raw = word.encode()
        found += [raw.hex(), raw.hex().upper(), codecs.encode(word, "rot13")]
        found.append(base64.b32encode(raw).decode().rstrip("=")[:-2])
        for shift in range(3):  # what does not depend on the neighbours of the word
            text = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
            middle = text[(0, 2, 3)[shift] : -1]
            found += [middle, middle.replace("+", "-").replace("/", "_")]
        found.append("".join(f"%{byte:02x}" for byte in raw))
        found.append("".join(f"%{byte:02X}" for byte in raw))
    return re.compile("|".join(map(re.escape, sorted(set(found)))))


_PLAIN = re.compile("|".join(each for w in WORDS for each in (w.casefold(), w[::-1].casefold())))


def names_one(texts: Iterable[str]) -> bool:
    """Tell whether one of the texts names one of the words, openly or in a disguise."""
    together = _END.join(texts)
    folded = together.casefold()
    plain = (_GLUE.sub("", folded), _GLUE.sub("", _PLACES.sub("", folded)))
    return any(_PLAIN.search(text) for text in plain) or bool(_disguises().search(together))


def texts_of(tree: ast.AST) -> Iterator[str]:
    """Yield what the texts of some code say, alone and together, forwards and backwards."""
    found: set[str] = set()
    _say(tree, found)
    for node in ast.walk(tree):
        found.update(_name(node))
    yield from found


def _say(node: ast.AST, found: set[str]) -> tuple[str, str]:
    """Return the texts of a literal, an expression or a statement, forwards and backwards."""
    if isinstance(node, ast.Constant):
        text = _text(node)
        found.add(text)
        return text, text
    said = [_say(child, found) for child in ast.iter_child_nodes(node)]
    forwards = "".join(text for text, _ in said)
    backwards = "".join(text for _, text in reversed(said))
    found |= {forwards, backwards}
    return ("", "") if _holds_others(node) else (forwards, backwards)


def _holds_others(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)


def _text(leaf: ast.Constant) -> str:
    value = leaf.value
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if type(value) is int and 32 <= value < 127:
        return chr(value)
    return ""


def _name(node: ast.AST) -> Iterator[str]:
    for part in ("id", "attr", "arg", "name", "asname"):
        value = getattr(node, part, None)
        if isinstance(value, str):
            yield value


def sources() -> list[Path]:
    return [path for path in SOURCE.rglob("*.py") if path.is_file()]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def test_no_code_names_such_a_command() -> None:
    paths = sources()
    assert len(paths) > 300
    for path in paths:
        assert not names_one(texts_of(tree_of(path))), path


def test_no_other_file_names_such_a_command() -> None:
    others = [
        path for path in SOURCE.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}
    ]
    assert len(others) > 50
    needles = [word.casefold().encode() for word in WORDS]
    for path in others:
        content = path.read_bytes()
        lower = content.lower()
        assert not any(needle in lower for needle in needles), path
        assert not _disguises().search(content.decode("latin-1")), path


def test_no_setting_and_no_permission_is_about_one() -> None:
    names = [name for name in dir(portal_settings) if name.isupper()]
    names += [permission.value for permission in Permission]
    assert len(names) > 60
    for name in names:
        assert not names_one([name])
        assert "silent" not in name.casefold()


@pytest.mark.parametrize(
    "code",
    [
        'x = "LayThongTinVaLichSu"',
        'x = "laythongtin" + y + "valichsu"',
        'x = "Lay" "ThongTin" + "VaLichSu"',
        'x = f"Lay{y}ThongTinVa{z}LichSu"',
        'x = "-".join(["Lay", "Thong", "Tin", "Va", "Lich", "Su"])',
        'x = "%sInfoApp" % "Get"',
        'x = "{}{}".format("Ping", "Pong")',
        'x = ("App", "Log", "Get")[::-1]',
        'x = b"NotifyCode"',
        'x = {"Notify": 1, "Code": 2}',
        'x = "uShciLiuGuaCueY"',
        'x = "4e6f74696679436f6465"',
        'x = "4E6F74696679436F6465"',
        f'x = "{base64.b64encode(b"GetLogApp").decode()}"',
        f'x = "{base64.b64encode(b"xGetLogApp").decode()}"',
        f'x = "{base64.b64encode(b"xxGetLogAppxx").decode()}"',
        f'x = b"{base64.b32encode(b"YeuCauGuiLichSu").decode()}"',
        'x = "TrgVasbNcc"',
        "x = bytes([71, 101, 116, 76, 111, 103, 65, 112, 112])",
        'x = "".join(map(chr, (80, 105, 110, 103, 80, 111, 110, 103)))',
        'x = "%47%65%74%49%6e%66%6f%41%70%70"',
        'x = "\\x47etInfoApp"',
        'x = "GETINFOAPP".title()',
        "def get_info_app(): pass",
        "x = y.PingPong",
        "x(notify_code=1)",
        "class LayThongTinVaLichSu: pass",
        '"""Sends GetLogApp to a phone."""',
    ],
)
def test_the_search_finds_what_tries_to_hide(code: str) -> None:
    assert names_one(texts_of(ast.parse(code)))


def test_the_search_leaves_honest_code_alone() -> None:
    honest = 'x = f"{get_info}{app_log}"; y = ["Notify", "DataContent"]; z = "GetInfo"'
    assert not names_one(texts_of(ast.parse(honest)))


def test_the_closed_set_has_seven_commands() -> None:
    assert set(push_data._SHAPES) == {
        "KiemTraLichSuTiepXuc",
        "GuiThongBao",
        "bznews",
        "urlnews",
        "MOBILE",
        "CapNhatNgonNgu",
        "CapNhatCauHinh",
    }


def test_only_one_module_can_make_a_push() -> None:
    for path in sources():
        facts = facts_of(path)
        assert "PushData" not in facts.called or path == PUSHES / "push_data.py", path
        assert "FindTemplate" not in facts.called or path == PUSHES / "commands.py", path
        assert "_ONLY_HERE" not in facts.named or path == PUSHES / "push_data.py", path
        assert "PushData" not in facts.bases, path


def test_nothing_of_pushes_goes_around_constructors() -> None:
    tricks = {"__new__", "__setstate__", "__class__", "__reduce_ex__", "setattr", "exec", "eval"}
    for path in PUSHES.rglob("*.py"):
        assert not facts_of(path).named & tricks, path


def test_every_way_to_firebase_takes_the_checked_type() -> None:
    """The address is in one module, whose body comes from one function, which takes `Message`."""
    speaking = {path for path in sources() if _says(path, "/messages:send")}
    assert {path.relative_to(PUSHES).parts[0] for path in speaking} == {"fcm.py", "fake_fcm"}
    asking = {path for path in sources() if _says(path, "fcm.googleapis.com")}
    assert {path.name for path in asking} == {"configuration.py", "fcm.py"}
    speaking_calls = {"Request", "post", "request", "put", "send", "stream"}
    bodies = [
        keyword.value
        for node in ast.walk(tree_of(PUSHES / "fcm.py"))
        if isinstance(node, ast.Call) and _called(node) in speaking_calls
        for keyword in node.keywords
        if keyword.arg in {"content", "json", "data", "files"}
    ]
    assert [_called(body) for body in bodies if isinstance(body, ast.Call)] == ["request_body"]
    assert len(bodies) == 1


def test_no_other_client_of_firebase_is_here() -> None:
    for path in sources():
        for name in facts_of(path).imported:
            assert not name.startswith(("firebase", "pyfcm", "google.cloud")), path


@dataclass
class Facts:
    """What a module calls, names, derives from, imports and says."""

    called: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    bases: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)


@cache
def facts_of(path: Path) -> Facts:
    facts = Facts()
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Call():
                facts.called.add(_called(node))
            case ast.Name() | ast.Attribute():
                facts.named.add(_last(node))
            case ast.ClassDef():
                facts.bases |= {_last(base) for base in node.bases}
            case ast.Import():
                facts.imported |= {alias.name for alias in node.names}
            case ast.ImportFrom():
                facts.imported.add(node.module or "")
            case ast.Constant(value=str() | bytes()):
                facts.said.append(_text(node))
    return facts


def _says(path: Path, text: str) -> bool:
    return any(text in said for said in facts_of(path).said)


def _called(node: ast.Call) -> str:
    return _last(node.func)


def _last(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
