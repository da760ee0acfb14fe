"""PDF and PNG from the project's own Typst templates (docs/adr/0012-typst-for-print.md).

Words reach a template as JSON data and are set as text, so that nothing in a unit's name can
be markup. What was once set is kept in a folder by the hash of everything it depends on. Only
Be Vietnam Pro is used: fonts of the machine are ignored, so that a sheet looks alike everywhere.
"""

import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

import typst

from bluezone.look import font_dir
from bluezone.portal.site.errors import PressBusyError, PrintError

TEMPLATES: Final = Path(__file__).parent / "typst"
PPI: Final = 110.0
"""Of PNG files: a wall poster is 1286 by 1819 pixels, good on a screen and in a chat."""
KEPT_FILES: Final = 400
"""Ours: at about 100 KB a file, some 40 MB."""
WAITING: Final = 12
"""Ours: a process sets one sheet at a time; the previews of two library pages may wait."""
_LOCK: Final = threading.Lock()
_PLACES: Final = threading.BoundedSemaphore(WAITING)

Format = Literal["pdf", "png"]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_dir())]
    )


@cache
def _templates_hash() -> bytes:
    digest = hashlib.sha256()
    for path in sorted(TEMPLATES.glob("*.typ")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.digest()


def typeset(template: str, data: Mapping[str, object], *, kind: Format, now: int) -> list[bytes]:
    """Return a sheet as one PDF, or as one PNG a page.

    Args:
        template: name of a file in `typst/` without its ending.
        data: what the template shows; JSON.
        kind: `pdf` or `png`.
        now: creation time written into a PDF, Unix seconds.

    Raises:
        PrintError: the template and the data do not fit.
    """
    try:
        made: object = typst.compile(
            str(TEMPLATES / f"{template}.typ"),
            root=str(TEMPLATES),
            font_paths=_fonts(),
            format=kind,
            ppi=PPI,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=now,
        )
    except typst.TypstError as error:
        raise PrintError(f"{template}.typ: {error.message}") from error
    if isinstance(made, bytes):
        return [made]
    return [bytes(page) for page in made] if isinstance(made, list) else []


class Press:
    """Sets sheets, one at a time, and keeps them in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, template: str, data: Mapping[str, object], kind: Format, *, page: int) -> Path:
        """Return where page `page` (from 1; a PDF has all in 1) would be kept."""
        content = json.dumps(data, ensure_ascii=False, sort_keys=True).encode()
        key = _templates_hash() + f"{template}\n{kind}\n{page}\n".encode() + content
        return self._folder / f"{hashlib.sha256(key).hexdigest()}.{kind}"

    def get(
        self,
        template: str,
        data: Mapping[str, object],
        kind: Format,
        *,
        page: int,
        now: int,
        admit: Callable[[], None] | None = None,
    ) -> bytes:
        """Return a kept page, or set the sheet and keep all its pages.

        Args:
            template: name of a file in `typst/` without its ending.
            data: what the template shows; JSON.
            kind: `pdf` or `png`.
            page: from 1.
            now: creation time written into a PDF, Unix seconds.
            admit: asked before a sheet is set, not for one that is kept; raises to refuse.

        Raises:
            PrintError: the sheet cannot be set, or has no such page.
            PressBusyError: too many wait already.
        """
        path = self.file(template, data, kind, page=page)
        if (kept := _kept(path)) is not None:
            return kept
        if admit is not None:
            admit()
        if not _PLACES.acquire(blocking=False):
            raise PressBusyError("too many sheets are being set; try again in a moment")
        try:
            return self._set(template, data, kind, page=page, now=now)
        finally:
            _PLACES.release()

    def _set(
        self, template: str, data: Mapping[str, object], kind: Format, *, page: int, now: int
    ) -> bytes:
        with _LOCK:
            path = self.file(template, data, kind, page=page)
            if (kept := _kept(path)) is not None:  # somebody before us in the queue set it
                return kept
            made = typeset(template, data, kind=kind, now=now)
            if not 1 <= page <= len(made):
                raise PrintError("there is no such page")
            for number, content in enumerate(made, start=1):
                _write(self.file(template, data, kind, page=number), content)
            self._forget_oldest()
            return made[page - 1]

    def _forget_oldest(self) -> None:
        files = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[KEPT_FILES:]:
            path.unlink(missing_ok=True)


def _kept(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # never set, or forgotten just now
        return None


def _write(path: Path, content: bytes) -> None:
    """Write beside and rename: another process never reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)
