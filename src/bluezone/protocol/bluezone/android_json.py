"""How Android's own JSON reader (org.json, Android 10) understands a text.

Source: the documented leniencies of `org.json.JSONTokener` (comments, single quotes,
unquoted strings, `=` or `=>` for a colon, `;` for a comma, octal and hexadecimal numbers)
and wire specification section 1.6 point 7. The surprise: whatever follows the first value
is ignored. Needed only to decide exactly as a published phone does.
"""

import math
from typing import Final

from bluezone.protocol.bluezone.android_number import parse_double, parse_long
from bluezone.protocol.errors import InvalidF0ListError

MAX_DEPTH: Final = 100
"""Deepest nesting that we follow. Ours, against exhausting the stack; a list needs three."""

_BLANKS: Final = " \t\r\n"
_LITERAL_END: Final = frozenset("{}[]/\\:,=;# \t\f\r\n")
_ESCAPES: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_WORDS: Final = {"null": None, "true": True, "false": False}


def read_android_json(text: str) -> object:
    """Return the first JSON value of `text` as an Android phone reads it.

    Objects become dicts (the last of equal names wins), arrays lists, null None, numbers
    int (64 bits) or float.

    Raises:
        InvalidF0ListError: an Android phone finds no value, or nesting is deeper than 100.
    """
    return _Reader(text.removeprefix("\ufeff")).value(0)


class _Reader:
    """A position in a text; each method reads one thing and moves past it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def _fault(self, what: str) -> InvalidF0ListError:
        return InvalidF0ListError(f"not JSON to an Android phone at character {self._at}: {what}")

    def _next_clean(self) -> str:
        """Return the next character that is neither blank nor comment, "" at the end."""
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            if char == "#" or (char == "/" and self._text.startswith("/", self._at)):
                self._skip_line()
            elif char == "/" and self._text.startswith("*", self._at):
                self._skip_comment()
            elif char not in _BLANKS:
                return char
        return ""

    def _skip_line(self) -> None:
        while self._at < len(self._text) and self._text[self._at] not in "\r\n":
            self._at += 1

    def _skip_comment(self) -> None:
        end = self._text.find("*/", self._at + 1)
        if end < 0:
            raise self._fault("unterminated comment")
        self._at = end + 2

    def value(self, depth: int) -> object:
        """Read one value."""
        if depth > MAX_DEPTH:
            raise self._fault("nested too deeply")
        match self._next_clean():
            case "":
                raise self._fault("end of input")
            case "{":
                return self._object(depth)
            case "[":
                return self._array(depth)
            case "'" | '"' as quote:
                return self._string(quote)
            case _:
                self._at -= 1
                return self._literal()

    def _string(self, quote: str) -> str:
        parts: list[str] = []
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            if char == quote:
                # Two escapes may make one character, as in Java's UTF-16 strings.
                units = "".join(parts).encode("utf-16", "surrogatepass")
                return units.decode("utf-16", "surrogatepass")
            parts.append(self._escape() if char == "\\" else char)
        raise self._fault("unterminated string")

    def _escape(self) -> str:
        char = self._text[self._at : self._at + 1]
        self._at += 1
        if char == "":
            raise self._fault("unterminated escape")
        if char != "u":
            return _ESCAPES.get(char, char)
        digits = self._text[self._at : self._at + 4]
        self._at += 4
        code = parse_long(digits, 16) if len(digits) == 4 else None
        if code is None:
            raise self._fault("invalid escape")
        return chr(code % 0x10000)

    def _literal(self) -> object:
        start = self._at
        while self._at < len(self._text) and self._text[self._at] not in _LITERAL_END:
            self._at += 1
        literal = self._text[start : self._at]
        if not literal:
            raise self._fault("expected a value")
        if literal.lower() in _WORDS:
            return _WORDS[literal.lower()]
        whole = _whole_number(literal)
        if whole is not None:
            return whole
        number = parse_double(literal)
        return literal if number is None else number

    def _array(self, depth: int) -> list[object]:
        values: list[object] = []
        separated = False
        while True:
            match self._next_clean():
                case "":
                    raise self._fault("unterminated array")
                case "]":
                    return [*values, None] if separated else values
                case "," | ";":  # nothing before the separator counts as null
                    values.append(None)
                    separated = True
                    continue
                case _:
                    self._at -= 1
            values.append(self.value(depth + 1))
            closing = self._next_clean()
            if closing == "]":
                return values
            if closing not in {",", ";"}:
                raise self._fault("unterminated array")
            separated = True

    def _object(self, depth: int) -> dict[str, object]:
        members: dict[str, object] = {}
        first = self._next_clean()
        if first == "}":
            return members
        self._at -= len(first)
        while True:
            name = self.value(depth + 1)
            if not isinstance(name, str):
                raise self._fault("a name is not a string")
            members[name] = self._member(depth)
            closing = self._next_clean()
            if closing == "}":
                return members
            if closing not in {",", ";"}:
                raise self._fault("unterminated object")

    def _member(self, depth: int) -> object:
        if self._next_clean() not in {":", "="}:
            raise self._fault("expected a colon after a name")
        if self._text.startswith(">", self._at):
            self._at += 1
        value = self.value(depth + 1)
        if isinstance(value, float) and not math.isfinite(value):
            raise self._fault("a number is not finite")
        return value


def _whole_number(literal: str) -> int | None:
    """Return a literal as Android's whole number: decimal, 0x hexadecimal or 0 octal."""
    if "." in literal:
        return None
    if literal[:2] in {"0x", "0X"}:
        return parse_long(literal[2:], 16)
    if literal.startswith("0") and len(literal) > 1:
        return parse_long(literal[1:], 8)
    return parse_long(literal, 10)
