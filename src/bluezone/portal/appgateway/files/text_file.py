"""resourceApp.json: texts of the app that this server puts right, as far as texts can.

Source: spec/bluezone-wire.md 3.2, W23. A brace without its partner makes the app's formatter
throw, so texts are checked like those of a push.
"""

import re
from typing import Final

from bluezone.portal.appgateway.files.checking import Table, text
from bluezone.portal.appgateway.files.errors import AppFilesError
from bluezone.portal.appgateway.files.sources import LANGUAGES, Contents
from bluezone.portal.appgateway.files.version_file import RESOURCE_VERSION

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}(\.[A-Za-z0-9_]{1,60}){1,7}")
_PLACE: Final = re.compile(r"\{[A-Za-z][A-Za-z0-9_]*\}")
_CHARACTERS: Final = 1_000


def text_file(contents: Contents) -> dict[str, object]:
    """Return the file's members.

    Raises:
        AppFilesError: a name that is none of a text, a text that is not plain, or one language
            without the other.
    """
    for language in LANGUAGES:
        _check(language, contents.texts[language])
    vi, en = (contents.texts[language] for language in LANGUAGES)
    alone = sorted(vi.keys() ^ en.keys())
    if alone:
        raise AppFilesError(f"texts: {alone[0]} must be there in vi and en")
    return {"version": RESOURCE_VERSION, "vi": dict(vi), "en": dict(en)}


def _check(language: str, texts: Table) -> None:
    for name, said in texts.items():
        if not _NAME.fullmatch(name):
            raise AppFilesError(f"texts.{language}: a name must be words with dots between")
        places = _PLACE.findall(said) if isinstance(said, str) else []
        rule = text(_CHARACTERS, places)
        if not rule.fits(said):
            limit = f"plain text of at most {_CHARACTERS} characters, braces in pairs"
            raise AppFilesError(f"texts.{language}.{name} must be {limit}, without addresses")
