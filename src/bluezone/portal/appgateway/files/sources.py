"""Where the files come from: defaults in this package, and a file of the operator above them.

Both are TOML of one shape: tables `version`, `config`, `texts.vi`, `texts.en`, lists `faq.vi`,
`faq.en`. What the operator's file names takes the place of the default, member by member; of
questions, by `id`. Nothing comes from a request.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bluezone.portal.appgateway.files.checking import Table
from bluezone.portal.appgateway.files.errors import AppFilesError

LANGUAGES: Final = ("vi", "en")
_DEFAULTS: Final = Path(__file__).parent / "content"
_TABLES: Final = frozenset({"version", "config", "texts", "faq"})


@dataclass(frozen=True, slots=True)
class Sources:
    """What decides the files.

    Attributes:
        file: the operator's file, empty for none.
        public_url: our own public address, without a slash at its end.
        store_android, store_ios: the app's addresses in the stores, empty where not set.
    """

    file: str
    public_url: str
    store_android: str
    store_ios: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in both files, put together; members are not checked yet.

    Attributes:
        version, config: by name.
        texts: by language, then by name.
        faq: by language, in order.
    """

    version: Table
    config: Table
    texts: Mapping[str, Table]
    faq: Mapping[str, Sequence[Table]]


def contents(sources: Sources) -> Contents:
    """Return the defaults with the operator's file above them.

    Raises:
        AppFilesError: the operator's file cannot be read, or has a table of another shape.
    """
    own = _read(Path(sources.file)) if sources.file else {}
    base = _defaults()
    texts, faq = _tables(own, "texts"), _tables(own, "faq")
    return Contents(
        {**_table(base, "version"), **_table(own, "version")},
        {**_table(base, "config"), **_table(own, "config")},
        {
            lang: {**_table(_table(base, "texts"), lang), **_table(texts, lang)}
            for lang in LANGUAGES
        },
        {lang: _list(_table(base, "faq"), lang) + _list(faq, lang) for lang in LANGUAGES},
    )


@cache
def _defaults() -> Table:
    values = _read(_DEFAULTS / "defaults.toml")
    faq = {lang: _list(_read(_DEFAULTS / lang / "faq.toml"), "faq") for lang in LANGUAGES}
    return {**values, "faq": faq}


def _read(path: Path) -> Table:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AppFilesError(f"the file for phones cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise AppFilesError("the file for phones is not TOML in UTF-8") from None
    unknown = sorted(values.keys() - _TABLES)
    if unknown:
        raise AppFilesError(f"{unknown[0]} is no table of the file for phones")
    return values


def _tables(own: Table, name: str) -> Table:
    found = _table(own, name)
    unknown = sorted(found.keys() - set(LANGUAGES))
    if unknown:
        raise AppFilesError(f"{name}.{unknown[0]} is neither vi nor en")
    return found


def _table(values: Table, name: str) -> Table:
    found = values.get(name, {})
    if not isinstance(found, dict):
        raise AppFilesError(f"{name} must be a table")
    return found


def _list(values: Table, name: str) -> list[Table]:
    found = values.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise AppFilesError(f"faq.{name} must be a list of tables")
    return found
