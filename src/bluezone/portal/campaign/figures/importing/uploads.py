"""Uploading a file: keep it, show what it would do, store it once the person has confirmed.

A file is recognised by its bytes and by what its rows say, so that the same report is not
stored twice after it was saved again. Confirming reads the kept bytes anew: what was shown is
what is stored, unless somebody stored the same rows in between (then they are unchanged).
"""

import datetime as dt
import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bluezone.look import format as look_format
from bluezone.portal.audit.services import record
from bluezone.portal.campaign.figures.choices import Series, Source, UploadState
from bluezone.portal.campaign.figures.errors import UploadError
from bluezone.portal.campaign.figures.importing.draft import DraftRow, Terms
from bluezone.portal.campaign.figures.importing.preview import Preview, make_preview
from bluezone.portal.campaign.figures.models import NAME_LENGTH, Upload
from bluezone.portal.campaign.figures.recording import NewFigure, Recorded, record_figures
from bluezone.portal.units.models import Unit

WAITING_S: Final = 24 * 3600
"""A file that nobody confirms is forgotten after a day."""
FILE_SOURCES: Final = (Source.REPORT, Source.CARRIER, Source.STORE, Source.VISITS)
"""Sources whose figures come as files."""


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """A file and what the person said about it; fields as in `Upload`."""

    unit_path: str
    file_name: str
    content: bytes
    source: str = Source.REPORT
    source_name: str = ""
    series: str = ""
    day: dt.date | None = None
    keep_good: bool = False


def start_upload(
    request: UploadRequest, *, actor: str, now: int, today: dt.date
) -> tuple[Upload, Preview]:
    """Keep a file for its preview; return both. Nothing is stored as a figure yet.

    Raises:
        UnreadableFileError: the file as a whole cannot be read.
        UploadError: the same file, or the same rows, are stored already.
    """
    sha256 = hashlib.sha256(request.content).hexdigest()
    _refuse_stored(Upload.objects.filter(sha256=sha256))
    upload = Upload(
        unit_path=request.unit_path,
        file_name=PurePosixPath(request.file_name.replace("\\", "/")).name[-NAME_LENGTH:],
        sha256=sha256,
        content=zlib.compress(request.content),
        series=Series(request.series) if request.series else "",
        day=request.day,
        source=Source(request.source),
        source_name=request.source_name.strip()[:NAME_LENGTH],
        keep_good=request.keep_good,
        uploaded_by=actor,
        uploaded_at=now,
    )
    preview = show(upload, today=today)
    upload.content_hash = preview.content_hash
    if preview.rows:
        same = Upload.objects.filter(content_hash=preview.content_hash, source=upload.source)
        _refuse_stored(same.filter(source_name=upload.source_name))
    upload.save(force_insert=True)
    return upload, preview


def _refuse_stored(found: Iterable[Upload]) -> None:
    for upload in found:
        if upload.state == UploadState.CONFIRMED:
            message = _("This file is stored already: %(name)s, %(time)s, by %(who)s.")
            at = upload.confirmed_at or upload.uploaded_at
            values = {
                "name": upload.file_name,
                "time": look_format.instant(at),
                "who": upload.uploaded_by,
            }
            raise UploadError(message % values)


def show(upload: Upload, *, today: dt.date) -> Preview:
    """Return what storing a kept file would do now.

    Raises:
        UnreadableFileError: the file as a whole cannot be read.
    """
    terms = Terms(upload.unit_path, upload.series, upload.day, today)
    content = zlib.decompress(upload.content)
    return make_preview(content, terms, source=upload.source, source_name=upload.source_name)


@transaction.atomic
def confirm(upload: Upload, *, actor: str, now: int, today: dt.date) -> Recorded:
    """Store a kept file's rows: all, or the good ones where that was chosen.

    Raises:
        UploadError: it is stored or cancelled already, rows are wrong and nothing was to be kept
            then, or there is nothing to store.
        FigureError: a row cannot be recorded.
    """
    preview = show(upload, today=today)
    if preview.wrong_rows and not upload.keep_good:
        message = _("%(count)d rows are wrong, so nothing is stored. Correct them first.")
        raise UploadError(message % {"count": preview.wrong_rows})
    if not preview.to_store:
        raise UploadError(_("There is no new row to store."))
    _take(upload, now)
    figures = [_figure(row, upload) for row in preview.to_store]
    done = record_figures(figures, actor=actor, now=now, today=today, upload=upload.id)
    upload.stored, upload.held = len(done.accepted), len(done.held)
    upload.wrong = preview.wrong_rows
    upload.save(update_fields=["stored", "held", "wrong"])
    detail = {"stored": upload.stored, "held": upload.held, "wrong": upload.wrong}
    record(actor, "upload.confirmed", f"upload {upload.id}", {"unit": upload.unit_path, **detail})
    return done


def _take(upload: Upload, now: int) -> None:
    """Turn a waiting upload into a confirmed one; only one of two at once can."""
    waiting = Upload.objects.filter(pk=upload.pk, state=UploadState.WAITING)
    try:
        with transaction.atomic():
            taken = waiting.update(state=UploadState.CONFIRMED, confirmed_at=now)
    except IntegrityError:
        raise UploadError(_("This file is stored already.")) from None
    if not taken:
        raise UploadError(_("This file is stored or cancelled already."))
    upload.state, upload.confirmed_at = UploadState.CONFIRMED, now


def _figure(row: DraftRow, upload: Upload) -> NewFigure:
    claim = row.claim
    place = _("row %(row)d") % {"row": row.row}
    return NewFigure(
        claim.unit_path,
        claim.series,
        claim.day,
        claim.value,
        upload.source,
        source_name=upload.source_name,
        evidence=f"{upload.file_name}, {place}, sha256:{upload.sha256}",
        note=row.note,
    )


@transaction.atomic
def cancel(upload: Upload, *, actor: str) -> None:
    """Forget a kept file.

    Raises:
        UploadError: it is stored or cancelled already.
    """
    waiting = Upload.objects.filter(pk=upload.pk, state=UploadState.WAITING)
    if not waiting.update(state=UploadState.CANCELLED, content=b""):
        raise UploadError(_("This file is stored or cancelled already."))
    record(actor, "upload.cancelled", f"upload {upload.id}", {"unit": upload.unit_path})


def forget_waiting(*, now: int) -> int:
    """Remove the files that nobody confirmed for a day, and cancelled ones; return how many."""
    old = Upload.objects.exclude(state=UploadState.CONFIRMED)
    gone, _by_model = old.filter(uploaded_at__lt=now - WAITING_S).delete()
    return gone


def uploads_of(unit: Unit) -> QuerySet[Upload]:
    """Return the files of a unit and below, newest first, without their content."""
    rows = Upload.objects.filter(unit_path__under=unit.path).defer("content")
    return rows.order_by("-uploaded_at", "-id")
