"""Pages of files: upload, look at the preview, confirm or cancel."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from bluezone.portal import clock
from bluezone.portal.accounts.permissions import requires, staff, unit_of
from bluezone.portal.campaign.figures import access, pages
from bluezone.portal.campaign.figures.choices import UploadState
from bluezone.portal.campaign.figures.errors import FigureError
from bluezone.portal.campaign.figures.forms import UploadForm
from bluezone.portal.campaign.figures.importing.findings import Severity
from bluezone.portal.campaign.figures.importing.preview import Fate, Preview
from bluezone.portal.campaign.figures.importing.uploads import (
    cancel,
    confirm,
    show,
    start_upload,
    uploads_of,
)
from bluezone.portal.campaign.figures.models import Upload

_FINDINGS: Final = 100
_WORDS: Final = {
    Severity.WRONG: "missed",
    Severity.HELD: "at-risk",
    Severity.WARNING: "at-risk",
    Severity.NOTICE: "on-course",
}
_ORDER: Final = (Severity.WRONG, Severity.HELD, Severity.WARNING, Severity.NOTICE)


@requires(*access.REPORT)
def upload_new(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Take a file and go to its preview."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            upload, _preview = start_upload(
                form.upload_request(unit_path),
                actor=staff(request).username,
                now=clock.now(),
                today=pages.today(),
            )
        except FigureError as error:
            form.add_error("file", f"{error} ({getattr(error, 'reason', error.code)})")
        else:
            return redirect("figure-upload", unit_path=unit_path, upload_id=upload.id)
    unit = unit_of(request)
    recent = list(uploads_of(unit).filter(state=UploadState.CONFIRMED)[:10])
    context = {"unit": unit, "form": form, "recent": recent}
    return render(request, "figures/upload.html", context, status=422 if form.is_bound else 200)


@requires(*access.REPORT)
@require_GET
def upload_preview(request: HttpRequest, unit_path: str, upload_id: int) -> HttpResponse:
    """Show what storing a file would do, or what it did."""
    upload = _upload(unit_path, upload_id)
    return _show(request, upload)


def _upload(unit_path: str, upload_id: int) -> Upload:
    return get_object_or_404(Upload, pk=upload_id, unit_path__under=unit_path)


def _show(
    request: HttpRequest, upload: Upload, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context: dict[str, object] = {"unit": unit_of(request), "upload": upload, "problem": problem}
    if upload.state == UploadState.WAITING:
        preview = show(upload, today=pages.today())
        context |= _of_preview(preview, keep_good=upload.keep_good)
    return render(request, "figures/preview.html", context, status=status)


def _of_preview(preview: Preview, *, keep_good: bool) -> dict[str, object]:
    rank = {severity: place for place, severity in enumerate(_ORDER)}
    ordered = sorted(preview.findings, key=lambda one: (rank[one.severity], one.row))
    return {
        "preview": preview,
        "rows": preview.rows[: pages.PAGE_ROWS],
        "findings": [(one, _WORDS[one.severity]) for one in ordered[:_FINDINGS]],
        "finding_count": len(ordered),
        "new": preview.count(Fate.NEW),
        "corrections": preview.count(Fate.CORRECTION),
        "held": preview.count(Fate.HELD),
        "unchanged": preview.count(Fate.UNCHANGED),
        "can_store": bool(preview.to_store) and (keep_good or not preview.wrong_rows),
    }


@requires(*access.REPORT)
@require_POST
def upload_confirm(request: HttpRequest, unit_path: str, upload_id: int) -> HttpResponse:
    """Store what the preview showed."""
    upload = _upload(unit_path, upload_id)
    try:
        confirm(upload, actor=staff(request).username, now=clock.now(), today=pages.today())
    except FigureError as error:
        upload.refresh_from_db()
        return _show(request, upload, problem=f"{error} ({error.code})", status=409)
    return redirect("figure-upload", unit_path=unit_path, upload_id=upload.id)


@requires(*access.REPORT)
@require_POST
def upload_cancel(request: HttpRequest, unit_path: str, upload_id: int) -> HttpResponse:
    """Forget the file."""
    upload = _upload(unit_path, upload_id)
    try:
        cancel(upload, actor=staff(request).username)
    except FigureError as error:
        return _show(request, upload, problem=f"{error} ({error.code})", status=409)
    return redirect("figure-list", unit_path=unit_path)
