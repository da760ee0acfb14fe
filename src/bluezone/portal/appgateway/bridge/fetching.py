"""Day keys of new phones, fetched as any stranger would: index, new files, signature.

Source: docs/export-format.md and docs/validation-rules.md ("Export files"). Files are filled up
with made-up keys which nobody can tell from real ones, we neither: they are pushed, too. Taken
are keys of days that are over, within the 14 days that phones look back, of cases that were
confirmed by a test or a doctor; published phones know no other kind of warning (section 6.1:
nobody can commit own data unconfirmed). Revised and negative keys are left out.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from django.conf import settings
from django.db import transaction

from bluezone.portal import locks
from bluezone.portal.appgateway.bridge.day_keys import KEPT_S, LOOK_BACK_S, digest
from bluezone.portal.appgateway.bridge.errors import KeyServerAnswerError
from bluezone.portal.appgateway.bridge.key_server import (
    MAX_FILE_BYTES,
    MAX_INDEX_BYTES,
    KeyServer,
    public_keys,
)
from bluezone.portal.appgateway.bridge.models import FetchedFile, KnownKey, Listing
from bluezone.portal.appgateway.errors import GatewayError
from bluezone.portal.appgateway.pushes.errors import PushInvalidError
from bluezone.portal.appgateway.pushes.f0_content import check_entries
from bluezone.protocol.bluezone.day_key import day_key
from bluezone.protocol.bluezone.fresh import f0_entry_for_day
from bluezone.protocol.bluezone.slot import DAY_S
from bluezone.protocol.diagnosis_key import DayKeyEntry, ReportType
from bluezone.protocol.errors import ExportError, ProtocolError
from bluezone.protocol.export import read_export, verify_export

MAX_FILES: Final = 200
"""Files of one run; the rest are for the next."""
FILE_KEPT_S: Final = 30 * DAY_S
"""How long a file's name is remembered: twice as long as it lies there."""
_CHUNK: Final = 500
_CONFIRMED: Final = {ReportType.CONFIRMED_TEST, ReportType.CONFIRMED_CLINICAL_DIAGNOSIS}
_LINE: Final = re.compile(
    r"(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,63}/){0,3}([0-9]{1,12})-([0-9]{1,12})-[0-9]{5}\.zip"
)
_LOG: Final = logging.getLogger("bluezone.portal.appgateway.bridge")


def fetch_new_day_keys(server: KeyServer, *, now: int) -> int:
    """Take the keys of every new file; return how many keys now wait for a round.

    Without a public key to verify with nothing is asked for. What fails is tried again by the
    next run; a file counts as taken in the transaction that stores its keys.
    """
    try:
        trusted = public_keys()
    except ExportError as error:
        _LOG.warning("the key server's public key cannot be used (%s)", error.code)
        return 0
    paths = settings.BLUEZONE_GATEWAY_EXPORT_INDEXES if trusted else []
    return sum(_fetch_listing(server, path, trusted, now=now) for path in paths)


def _fetch_listing(
    server: KeyServer, path: str, trusted: Sequence[EllipticCurvePublicKey], *, now: int
) -> int:
    known = Listing.objects.filter(path=path).first() or Listing(path=path)
    run = _Run(server, trusted, now)
    try:
        found = server.download(path, limit_bytes=MAX_INDEX_BYTES, etag=known.etag)
        for name, end_s in _new_files(found.body or b"", now=now):
            run.take(name, end_s)
        etag = "" if run.fault else found.etag
    except GatewayError as error:
        run.fault, etag = error.code, ""
    if run.fault:
        _LOG.warning("not all files of the key server were taken (%s)", run.fault)
    Listing.objects.update_or_create(path=path, defaults={"etag": etag, "fault": run.fault})
    return run.taken


def _new_files(index: bytes, *, now: int) -> list[tuple[str, int]]:
    """Return path and end of the window of each file to get, oldest first; odd lines are none."""
    lines = index.decode("ascii", "replace").splitlines()[:20_000]
    found = [(line, match) for line in lines if (match := _LINE.fullmatch(line.strip()))]
    files = {line.strip(): int(match[2]) for line, match in found}
    recent = {path: end_s for path, end_s in files.items() if end_s > now - LOOK_BACK_S - DAY_S}
    done = set(FetchedFile.objects.filter(path__in=list(recent)).values_list("path", flat=True))
    return [(path, end_s) for path, end_s in recent.items() if path not in done]


@dataclass(slots=True)
class _Run:
    """One pass over the new files of an index; a bad file does not hold up the others."""

    server: KeyServer
    trusted: Sequence[EllipticCurvePublicKey]
    now: int
    taken: int = 0
    files: int = 0
    fault: str = ""

    def take(self, path: str, end_s: int) -> None:
        """Take the keys of one file.

        Raises:
            KeyServerUnreachableError: no answer; the others would not come, either.
        """
        if self.files == MAX_FILES:
            self.fault = "more_to_come"
            return
        self.files += 1
        try:
            self.taken += self._take(path, end_s)
        except (KeyServerAnswerError, ExportError) as error:
            self.fault = error.code

    def _take(self, path: str, end_s: int) -> int:
        export = read_export(self.server.download(path, limit_bytes=MAX_FILE_BYTES).body or b"")
        verify_export(export, self.trusted)
        wanted = [key for key in export.day_keys if _is_wanted(key, now=self.now)]
        return _store(path, end_s, [_row(key, end_s) for key in wanted])


@transaction.atomic
def _store(path: str, end_s: int, rows: list[KnownKey]) -> int:
    """Store a file's keys that are not known yet and the file itself; return how many."""
    locks.hold("gateway_bridge files")
    digests = [row.digest for row in rows]
    known = set[str]()
    for first in range(0, len(digests), _CHUNK):
        some = KnownKey.objects.filter(digest__in=digests[first : first + _CHUNK])
        known |= set(some.values_list("digest", flat=True))
    new = [row for row in rows if row.digest not in known]
    KnownKey.objects.bulk_create(new, batch_size=_CHUNK, ignore_conflicts=True)
    FetchedFile.objects.bulk_create([FetchedFile(path=path, end_s=end_s)], ignore_conflicts=True)
    return len(new)


def _is_wanted(key: DayKeyEntry, *, now: int) -> bool:
    over_at = key.time_start + DAY_S
    if key.report_type not in _CONFIRMED or not now - LOOK_BACK_S < over_at <= now:
        return False
    try:
        check_entries([f0_entry_for_day(day_key(key.key), key.time_start, slots=key.slots)])
    except (ProtocolError, PushInvalidError):  # nothing that could harm a published phone
        return False
    return True


def _row(key: DayKeyEntry, window: int) -> KnownKey:
    return KnownKey(
        digest=digest(key),
        daily_key=key.key,
        time_start=key.time_start,
        slots=key.slots,
        waiting=True,
        window=window,
        expires_at=key.time_start + DAY_S + KEPT_S,
    )
