"""Paths: the name of a unit in one edition, from the edition down, such as `vn2020.30.288.10507`.

A path is the key of a unit everywhere: tables that grow with people or days carry it as plain
text, so that they can be spread by unit (DESIGN "Storage and scale"). The lookup
`<column>__under="vn2020.30"` finds a unit and everything below it by a range of the index.
The surprising part: a prefix alone would not do, because `vn2025` is no ancestor of `vn2025-06`.
"""

import re
from typing import Any, Final

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler

SEPARATOR: Final = "."
AFTER_SEPARATOR: Final = "/"
"""The character that follows the separator in ASCII: the end of a range of paths."""
REST: Final = "rest"
"""Code of a remainder: what belongs to the unit above it and to no unit below it."""
PATH_LENGTH: Final = 80
CODE_PATTERN: Final = r"[A-Za-z0-9-]{1,16}"
PATH_PATTERN: Final = rf"{CODE_PATTERN}(?:\.{CODE_PATTERN}){{0,6}}"
_CODE: Final = re.compile(CODE_PATTERN)
_EDITION: Final = re.compile(r"[a-z]{2}[a-z0-9-]{1,14}")


def is_code(text: str) -> bool:
    """Return whether `text` can be the code of a unit: 1 to 16 ASCII letters, digits, hyphens."""
    return _CODE.fullmatch(text) is not None


def is_edition(text: str) -> bool:
    """Return whether `text` can name an edition: a country's two letters, then 1 to 14 more."""
    return _EDITION.fullmatch(text) is not None


def join(*parts: str) -> str:
    """Return the path made of `parts`."""
    return SEPARATOR.join(parts)


def edition_of(path: str) -> str:
    """Return the edition of a path."""
    return path.split(SEPARATOR, 1)[0]


def parent_of(path: str) -> str | None:
    """Return the path one step up, None for a nation."""
    above, found, _ = path.rpartition(SEPARATOR)
    return above if found else None


def lineage(path: str) -> tuple[str, ...]:
    """Return the paths from the nation down to `path` itself."""
    parts = path.split(SEPARATOR)
    return tuple(join(*parts[: depth + 1]) for depth in range(len(parts)))


def is_under(path: str, top: str) -> bool:
    """Return whether `path` is `top` or lies below it."""
    return path == top or path.startswith(top + SEPARATOR)


def remainder_of(path: str) -> str:
    """Return the path of the remainder of `path`; a remainder is its own."""
    return path if path.rpartition(SEPARATOR)[2] == REST else join(path, REST)


@models.CharField.register_lookup
class Under(Lookup):
    """`column__under=path`: the unit itself and all below, found by index."""

    lookup_name = "under"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """Return equality or a range in binary order (SQLite's own order)."""
        column, before = self.process_lhs(compiler, connection)
        top = str(self.rhs)
        sql = f"({column} = %s OR ({column} >= %s AND {column} < %s))"
        ends = (*before, top + SEPARATOR, *before, top + AFTER_SEPARATOR)
        return sql, (*before, top, *ends)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """Return equality or LIKE, which Django's pattern index serves in every collation."""
        column, before = self.process_lhs(compiler, connection)
        top = str(self.rhs)
        # A path has neither % nor _, but a caller's text may: it then finds nothing.
        safe = re.sub(r"([\\%_])", r"\\\1", top)
        sql = f"({column} = %s OR {column} LIKE %s)"
        return sql, (*before, top, *before, f"{safe}{SEPARATOR}%")
