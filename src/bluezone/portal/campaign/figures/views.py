"""Pages of the figures of a unit: list, one figure, conflicts, what is held.

Nothing of days after the portal's clock is shown, counted or sent: who plays a past evening must
not see what came after.
"""

import csv
import io
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from bluezone.portal import clock
from bluezone.portal.accounts.permissions import requires, staff, unit_of
from bluezone.portal.campaign.figures import access, pages
from bluezone.portal.campaign.figures.choices import Series, State
from bluezone.portal.campaign.figures.conflicts import conflicts
from bluezone.portal.campaign.figures.errors import FigureError
from bluezone.portal.campaign.figures.forms import CorrectionForm, FigureForm, ReviewForm
from bluezone.portal.campaign.figures.models import Figure, FigureQuerySet
from bluezone.portal.campaign.figures.recording import correct, record_figure, review
from bluezone.portal.units.models import Unit

_CSV_ROWS: Final = 100_000
_COLUMNS: Final = (
    "unit_path",
    "series",
    "day",
    "value",
    "state",
    "source",
    "source_name",
    "base",
    "denominator",
    "denominator_day",
    "denominator_source",
    "evidence",
    "reported_by",
    "reported_at",
    "id",
    "corrects",
    "note",
)


@requires(*access.VIEW)
@require_GET
def figure_list(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show the figures of a unit itself, newest day first, with sources and corrections."""
    unit = unit_of(request)
    rows = _rows(unit, request.GET.get("series", ""))
    context = {
        "unit": unit,
        "rows": pages.shown(list(rows[: pages.PAGE_ROWS])),
        "total": rows.count(),
        "held": _held(unit).count(),
        "rates": pages.rates_without_count(unit.path),
        "series": request.GET.get("series", ""),
        "choices": Series.choices,
        "rights": access.rights(staff(request), unit_path),
    }
    return render(request, "figures/list.html", context)


def _known() -> FigureQuerySet:
    """Return what can be known on the evening of the portal's clock: nothing of later days."""
    rows: FigureQuerySet = Figure.objects.filter(day__lte=pages.today())
    return rows


def _rows(unit: Unit, series: str) -> FigureQuerySet:
    rows: FigureQuerySet = _known().filter(unit_path=unit.path)
    if series in Series.values:
        rows = rows.filter(series=series)
    return rows.order_by("-day", "series", "-id")


def _held(unit: Unit) -> FigureQuerySet:
    rows: FigureQuerySet = Figure.objects.standing().filter(
        unit_path__under=unit.path, state=State.HELD, day__lte=pages.today()
    )
    return rows.order_by("-day", "unit_path", "series", "id")


@requires(*access.VIEW)
@require_GET
def figure_table(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Send the figures of a unit as a CSV table."""
    unit = unit_of(request)
    stream = io.StringIO()
    table = csv.writer(stream)
    table.writerow(_COLUMNS)
    rows = _rows(unit, request.GET.get("series", ""))
    for row in rows.values_list(*_COLUMNS)[:_CSV_ROWS]:
        table.writerow([_safe(cell) for cell in row])
    response = HttpResponse("\ufeff" + stream.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="figures-{unit_path}.csv"'
    return response


def _safe(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@"} else cell


@requires(*access.REPORT)
def figure_new(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Enter a figure of one's unit."""
    day = pages.today()
    form = FigureForm(request.POST or None, today=day)
    if form.is_valid():
        try:
            done = record_figure(
                form.figure(unit_path),
                actor=staff(request).username,
                now=clock.now(),
                today=day,
            )
        except FigureError as error:
            form.add_error(None, f"{error} ({error.code})")
        else:
            added = [*done.accepted, *done.held]
            if added:
                return redirect("figure-detail", unit_path=unit_path, figure_id=added[0].id)
            return redirect("figure-list", unit_path=unit_path)
    context = {"unit": unit_of(request), "form": form}
    return render(request, "figures/new.html", context, status=422 if form.is_bound else 200)


@requires(*access.VIEW)
@require_GET
def figure_detail(request: HttpRequest, unit_path: str, figure_id: int) -> HttpResponse:
    """Show a figure, what it rests on, and the rows before and after it."""
    figure = _figure(unit_path, figure_id)
    return _detail(request, figure, CorrectionForm(), ReviewForm())


def _detail(
    request: HttpRequest,
    figure: Figure,
    correction: CorrectionForm,
    decision: ReviewForm,
    *,
    status: int = 200,
) -> HttpResponse:
    rows = pages.shown(pages.chain(figure))
    user = staff(request)
    context = {
        "unit": unit_of(request),
        "one": next(row for row in rows if row.figure.id == figure.id),
        "rows": rows,
        "stands": rows[-1].figure.id == figure.id,
        "own": figure.reported_by == user.username,
        "rights": access.rights(user, figure.unit_path),
        "correction": correction,
        "decision": decision,
        "form": correction if correction.is_bound else decision,
    }
    return render(request, "figures/detail.html", context, status=status)


def _figure(unit_path: str, figure_id: int) -> Figure:
    return get_object_or_404(_known(), pk=figure_id, unit_path__under=unit_path)


@requires(*access.REPORT)
@require_POST
def figure_correct(request: HttpRequest, unit_path: str, figure_id: int) -> HttpResponse:
    """Correct a figure: a new row."""
    figure, form = _figure(unit_path, figure_id), CorrectionForm(request.POST)
    if form.is_valid():
        data, user = form.cleaned_data, staff(request)
        try:
            row = correct(
                figure,
                data["value"],
                reason=data["reason"],
                actor=user.username,
                now=clock.now(),
            )
        except FigureError as error:
            form.add_error(None, f"{error} ({error.code})")
        else:
            return redirect("figure-detail", unit_path=unit_path, figure_id=row.id)
    return _detail(request, figure, form, ReviewForm(), status=422)


@requires(*access.ACCEPT)
@require_POST
def figure_review(request: HttpRequest, unit_path: str, figure_id: int) -> HttpResponse:
    """Accept or reject a held figure."""
    figure, form = _figure(unit_path, figure_id), ReviewForm(request.POST)
    if form.is_valid():
        data, user = form.cleaned_data, staff(request)
        try:
            review(
                figure,
                accept=data["verdict"] == "accept",
                reason=data["reason"],
                actor=user.username,
                now=clock.now(),
            )
        except FigureError as error:
            form.add_error(None, f"{error} ({error.code})")
        else:
            return redirect("figure-held", unit_path=unit_path)
    return _detail(request, figure, CorrectionForm(), form, status=422)


@requires(*access.VIEW)
@require_GET
def held_list(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show what waits for review in a unit and below."""
    unit = unit_of(request)
    rows = _held(unit)
    context = {
        "unit": unit,
        "rows": pages.shown(list(rows[: pages.PAGE_ROWS])),
        "total": rows.count(),
        "rights": access.rights(staff(request), unit_path),
    }
    return render(request, "figures/held.html", context)


@requires(*access.VIEW)
@require_GET
def conflict_list(request: HttpRequest, unit_path: str) -> HttpResponse:
    """Show where figures of a unit and its direct parts contradict one another."""
    del unit_path
    unit = unit_of(request)
    found = conflicts(unit, last=pages.today(), depth=1)
    context = {
        "unit": unit,
        "rows": pages.shown_conflicts(found[: pages.PAGE_ROWS]),
        "total": len(found),
    }
    return render(request, "figures/conflicts.html", context)
