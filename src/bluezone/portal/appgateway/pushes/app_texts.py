"""Texts of the app that a push may replace.

Source: spec/bluezone-wire.md 4.1 and W13: `DataContent` is JSON encoded twice (encoded once, the
app throws), `{version, vi, en}`. The app formats its texts with places such as {name}: a brace
without its partner makes the formatter throw, so they are counted here.
"""

import json
import re
from collections.abc import Mapping
from typing import Final

from bluezone.portal.appgateway.pushes.errors import PushInvalidError
from bluezone.portal.appgateway.pushes.notices import is_plain
from bluezone.portal.appgateway.pushes.strict_json import (
    checked_text,
    encode,
    read,
    read_object,
)

TEXT_CHARACTERS: Final = 1000
_MEMBERS: Final = frozenset({"version", "vi", "en"})
_VERSION: Final = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){1,3}")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+){1,7}")
_PLACE: Final = re.compile(r"\{[A-Za-z][A-Za-z0-9_]*\}")


def texts_content(version: str, vi: Mapping[str, str], en: Mapping[str, str]) -> str:
    """Return the text that is JSON twice over: a JSON string that holds a JSON object.

    The inner one has a blank after each comma and colon, as the published ones have.
    """
    inner = {"version": version, "vi": dict(vi), "en": dict(en)}
    return encode(_inner_text(inner))


def check_texts_content(text: str) -> None:
    """Check such a text.

    Raises:
        PushInvalidError: encoded once, or a text that the app could not format.
    """
    inner = read(text)
    if not isinstance(inner, str):
        raise PushInvalidError("the texts are not encoded twice")
    members = read_object(inner, _MEMBERS)
    version = members["version"]
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise PushInvalidError("version is not digits and dots")
    for language in ("vi", "en"):
        _check_language(members[language])


def _check_language(texts: object) -> None:
    if not isinstance(texts, dict):
        raise PushInvalidError("the texts of a language are not an object")
    for name, text in texts.items():
        if not _NAME.fullmatch(name) or len(name) > 100:
            raise PushInvalidError("the name of a text is not words with dots between")
        if not isinstance(text, str) or len(text) > TEXT_CHARACTERS or not is_plain(text):
            raise PushInvalidError(f"a text is not plain, or over {TEXT_CHARACTERS} characters")
        if set(_PLACE.sub("", text)) & set("{}"):
            raise PushInvalidError("a text has a brace that belongs to no place")


def _inner_text(inner: Mapping[str, object]) -> str:
    return checked_text(json.dumps(inner, ensure_ascii=False))
