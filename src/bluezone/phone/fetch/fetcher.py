"""Fetch what is new, verify it, hand its keys over; a bad file never stops a later one.

Sources: `spec/server-rules.md` 1.6 (index, files, signatures) and weaknesses W8 and W25 of
the published app. Everything a server sends is data: the only requests made are for the
configured indexes and for files under the same root that carry a proper name.

One thread at a time; a run may be killed anywhere and started again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx2

from bluezone.phone.download import download
from bluezone.phone.errors import ServerAnswerError, ServerUnreachableError
from bluezone.phone.fetch.index import OfferedFile, is_covered, parse_index
from bluezone.phone.fetch.settings import (
    KEPT_S,
    MAX_FILES_A_RUN,
    MAX_INDEX_BYTES,
    FetchSettings,
)
from bluezone.phone.fetch.state import FetchState
from bluezone.protocol.errors import ExportSignatureError, InvalidExportError
from bluezone.protocol.export import Check, Export, read_export, verify_export
from bluezone.protocol.scheme import Scheme


@dataclass(frozen=True, slots=True)
class VerifiedFile:
    """A file whose signature held.

    Attributes:
        path: its path under the export root.
        export: its content.
    """

    path: str
    export: Export

    @property
    def key_count(self) -> int:
        """Number of keys in it, revised ones included."""
        content = self.export
        groups = content.keys, content.revised_keys, content.day_keys, content.revised_day_keys
        return sum(map(len, groups))


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was not used, and the stable code of the reason."""

    path: str
    code: str


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What one run did.

    Attributes:
        handled: paths whose keys were handed over, in order.
        keys: number of keys in them.
        refused: files that were not used.
        odd_lines: lines of indexes that name no file.
        code: empty, or why the run ended early or an index was missing.
    """

    handled: tuple[str, ...] = ()
    keys: int = 0
    refused: tuple[RefusedFile, ...] = ()
    odd_lines: int = 0
    code: str = ""


class Fetcher:
    """Asks one export root for new files."""

    def __init__(
        self, settings: FetchSettings, *, client: httpx2.Client, state: FetchState
    ) -> None:
        self._settings = settings
        self._client = client
        self._state = state

    def fetch(self, now: int, handle: Callable[[VerifiedFile], None]) -> FetchReport:
        """Fetch and verify every new file and hand each to `handle`, oldest first.

        Args:
            now: Unix seconds.
            handle: matches the keys; must be safe to call twice with the same file. An
                error that it raises ends the run, and the file stays new.

        Returns:
            What happened; a server that cannot be reached is no error but a `code`.

        Raises:
            StoreError: the state cannot be kept.
        """
        run = _Run(self._settings, self._client, self._state, now)
        try:
            for file in run.verified():
                handle(file)
                run.note_done(file)
        except ServerUnreachableError as error:
            run.code = error.code
        self._state.finish(now, run.code)
        return run.report()


class _Run:
    """One pass over the indexes and their new files."""

    def __init__(
        self, settings: FetchSettings, client: httpx2.Client, state: FetchState, now: int
    ) -> None:
        self._settings = settings
        self._client = client
        self._state = state
        self._now = now
        self._end_s: dict[str, int] = {}
        self._handled: list[str] = []
        self._refused: list[RefusedFile] = []
        self._keys = 0
        self._odd_lines = 0
        self.code = ""

    def verified(self) -> Iterator[VerifiedFile]:
        """Yield the new files whose signature holds."""
        for offered in self._wanted():
            self._end_s[offered.path] = offered.end_s
            try:
                yield self._verified(offered)
            except (InvalidExportError, ExportSignatureError, ServerAnswerError) as error:
                self._refused.append(RefusedFile(offered.path, error.code))
                self._state.refused(offered.path, offered.end_s, self._now, error.code)

    def note_done(self, file: VerifiedFile) -> None:
        """Note that a file's keys were handled."""
        self._state.done(file.path, self._end_s[file.path], file.key_count)
        self._handled.append(file.path)
        self._keys += file.key_count

    def report(self) -> FetchReport:
        """Return what was done."""
        return FetchReport(
            tuple(self._handled), self._keys, tuple(self._refused), self._odd_lines, self.code
        )

    def _wanted(self) -> Iterator[OfferedFile]:
        """Yield the files to get, index by index, without windows that were had before."""
        longer: dict[Scheme, list[OfferedFile]] = {scheme: [] for scheme in Scheme}
        left = MAX_FILES_A_RUN
        for scheme, path in self._settings.indexes:
            files = self._index(scheme, path)
            done = {one.path for one in longer[scheme] if self._state.is_done(one.path)}
            new = [one for one in files if not is_covered(one, longer[scheme], done)]
            wanted = sorted(filter(self._is_wanted, new))[:left]
            yield from wanted
            left -= len(wanted)
            longer[scheme] += files

    def _is_wanted(self, file: OfferedFile) -> bool:
        fresh = file.end_s >= self._now - KEPT_S
        return fresh and self._state.is_wanted(file.path, self._now)

    def _index(self, scheme: Scheme, path: str) -> tuple[OfferedFile, ...]:
        etag, known = self._state.listing(path)
        url = self._settings.url(path)
        try:
            found = download(self._client, url, limit_bytes=MAX_INDEX_BYTES, etag=etag)
        except ServerAnswerError as error:
            self.code = self.code or error.code
            return ()
        body = known if found.status == httpx2.codes.NOT_MODIFIED else found.body
        if found.status == httpx2.codes.OK:
            self._state.keep_listing(path, found.etag, body)
        index = parse_index(body, scheme)
        self._odd_lines += index.odd_lines
        return index.files

    def _verified(self, offered: OfferedFile) -> VerifiedFile:
        limit = self._settings.max_file_bytes
        url = self._settings.url(offered.path)
        export = read_export(download(self._client, url, limit_bytes=limit).body)
        verify_export(export, self._settings.public_keys)
        if export.scheme is not offered.scheme:
            raise InvalidExportError(
                f"expected keys of {offered.scheme}", check=Check.HEADER, reason="wrong_scheme"
            )
        return VerifiedFile(offered.path, export)
