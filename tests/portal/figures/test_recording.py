"""Figures are added, corrected, held and reviewed; nothing is ever changed in place."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from bluezone.portal.audit.models import Entry
from bluezone.portal.campaign.figures.errors import (
    ConcurrentChangeError,
    FigureError,
    OwnFigureError,
    UnknownUnitError,
)
from bluezone.portal.campaign.figures.models import (
    DailyValue,
    Denominator,
    Figure,
    PublishedRate,
)
from bluezone.portal.campaign.figures.services import (
    NewFigure,
    correct,
    current,
    record_denominator,
    record_figures,
    review,
)
from bluezone.portal.units.models import Unit

NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)
HD = "vn2020.30"
CITY = f"{HD}.288"
WARD = f"{CITY}.10507"


def value(path: str, series: str = "users", day: dt.date = TODAY) -> int | None:
    found = current([path], series, day).get(path)
    return None if found is None else found.value


def test_a_figure_keeps_source_time_denominator_and_evidence(country: Any) -> None:
    record_denominator(
        HD,
        "people",
        1_892_254,
        day=dt.date(2019, 4, 1),
        source="census 2019",
        actor="binh",
        now=NOW,
    )
    figure = NewFigure(HD, "users", TODAY, 310_000, "report", evidence="Công văn 12/UBND")
    record_figures([figure], actor="lan", now=NOW, today=TODAY)
    row = Figure.objects.get()
    assert (row.source, row.reported_by, row.reported_at) == ("report", "lan", NOW)
    assert (row.base, row.denominator, row.denominator_day, row.denominator_source) == (
        "people",
        1_892_254,
        dt.date(2019, 4, 1),
        "census 2019",
    )
    assert row.evidence == "Công văn 12/UBND"


def test_the_four_series_are_never_mixed(report: Any) -> None:
    for count, series in enumerate(("downloads", "users", "users_with_phone", "active_phones"), 1):
        report(HD, 1000 * count, series=series)
    assert value(HD, "downloads") == 1000
    assert value(HD, "users") == 2000
    assert value(HD, "users_with_phone") == 3000
    assert value(HD, "active_phones") == 4000
    with pytest.raises(ValueError, match="installs"):
        report(HD, 5, series="installs")


def _move(rows: Any) -> None:
    rows.update(unit_path="vn2020")


def _remove(rows: Any) -> None:
    rows._raw_delete("default")


@pytest.mark.parametrize("model", [Figure, Denominator, PublishedRate])
@pytest.mark.parametrize("change", [_move, _remove])
def test_the_database_refuses_to_change_what_was_said(report: Any, model: Any, change: Any) -> None:
    report(HD, 1000)
    record_denominator(HD, "people", 9, day=TODAY, source="s", actor="a", now=NOW)
    PublishedRate.objects.create(
        unit_path=HD, series="users", day=TODAY, base="people", percent=1, evidence="e"
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(model.objects.all())


def test_the_same_value_again_changes_nothing(report: Any) -> None:
    report(HD, 1000)
    again = report(HD, 1000)
    assert (again.unchanged, Figure.objects.count()) == (1, 1)


def test_another_value_of_the_same_source_is_a_correction(report: Any) -> None:
    report(HD, 1000)
    report(HD, 1200)
    old, new = Figure.objects.order_by("id")
    assert new.corrects == old.id
    assert value(HD) == 1200


def test_a_correction_names_its_reason_and_its_author(report: Any) -> None:
    (figure,) = report(HD, 1000).accepted
    new = correct(figure, 900, reason="đếm hai lần", actor="minh", now=NOW + 60)
    assert (new.corrects, new.note, new.reported_by) == (figure.id, "đếm hai lần", "minh")
    assert value(HD) == 900
    with pytest.raises(FigureError):
        correct(new, 800, reason=" ", actor="minh", now=NOW)


def test_of_two_corrections_at_once_one_wins_and_the_other_is_told(report: Any) -> None:
    (figure,) = report(HD, 1000).accepted
    correct(figure, 900, reason="x", actor="minh", now=NOW)
    with pytest.raises(ConcurrentChangeError):
        correct(figure, 800, reason="y", actor="lan", now=NOW)
    row = Figure.objects.get(pk=figure.pk)
    row.pk, row.corrects = None, figure.id
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_more_installations_than_people_are_held_not_lost(report: Any) -> None:
    record_denominator(WARD, "people", 9_000, day=TODAY, source="s", actor="a", now=NOW)
    report(WARD, 4_000, day=dt.date(2020, 8, 14))
    done = report(WARD, 91_000)
    assert [row.reason for row in done.held] == ["more_than_people"]
    assert value(WARD) == 4_000
    assert Figure.objects.filter(state="held", value=91_000).count() == 1


def test_more_users_than_smartphones_are_held_but_downloads_are_not(report: Any) -> None:
    record_denominator(WARD, "people", 9_000, day=TODAY, source="s", actor="a", now=NOW)
    record_denominator(WARD, "smartphones", 5_000, day=TODAY, source="s", actor="a", now=NOW)
    assert report(WARD, 6_000).held[0].reason == "more_than_smartphones"
    assert not report(WARD, 6_000, series="downloads").held


def test_a_percentage_typed_as_a_count_is_held(report: Any) -> None:
    record_denominator(HD, "people", 1_892_254, day=TODAY, source="s", actor="a", now=NOW)
    assert report(HD, 23).held[0].reason == "looks_like_percentage"
    assert not report(WARD, 23).held


def test_a_held_correction_leaves_the_good_figure_in_force(report: Any) -> None:
    record_denominator(WARD, "people", 9_000, day=TODAY, source="s", actor="a", now=NOW)
    report(WARD, 4_000)
    report(WARD, 40_000)
    assert value(WARD) == 4_000


def test_an_accepted_figure_counts_and_the_reason_stays(report: Any) -> None:
    record_denominator(WARD, "people", 9_000, day=TODAY, source="s", actor="a", now=NOW)
    (held,) = report(WARD, 9_400).held
    row = review(held, accept=True, reason="có công nhân ở trọ", actor="minh", now=NOW)
    assert (row.state, row.note, row.corrects) == ("accepted", "có công nhân ở trọ", held.id)
    assert value(WARD) == 9_400
    assert Entry.objects.filter(action="figure.accepted", actor="minh").exists()


def test_a_rejected_figure_never_counts_and_can_be_said_anew(report: Any) -> None:
    record_denominator(WARD, "people", 9_000, day=TODAY, source="s", actor="a", now=NOW)
    (held,) = report(WARD, 9_400).held
    review(held, accept=False, reason="thừa một số 0", actor="minh", now=NOW)
    assert value(WARD) is None
    report(WARD, 940)
    assert value(WARD) == 940


def test_nobody_reviews_their_own_figure_and_nothing_is_reviewed_twice(report: Any) -> None:
    record_denominator(WARD, "people", 9_000, day=TODAY, source="s", actor="a", now=NOW)
    (held,) = report(WARD, 9_400).held
    with pytest.raises(OwnFigureError):
        review(held, accept=True, reason="ok", actor="clerk", now=NOW)
    with pytest.raises(FigureError):
        review(held, accept=True, reason="", actor="minh", now=NOW)
    review(held, accept=True, reason="ok", actor="minh", now=NOW)
    with pytest.raises(ConcurrentChangeError):
        review(held, accept=False, reason="no", actor="minh", now=NOW)


@pytest.mark.parametrize(
    ("figure", "error"),
    [
        (NewFigure("vn2020.99", "users", TODAY, 1, "report"), UnknownUnitError),
        (NewFigure(HD, "users", dt.date(2020, 8, 16), 1, "report"), FigureError),
        (NewFigure(HD, "users", TODAY, -1, "report"), FigureError),
        (NewFigure(HD, "users", TODAY, 10**13, "report"), FigureError),
    ],
    ids=["unknown unit", "tomorrow", "negative", "absurd"],
)
def test_impossible_figures_are_refused_and_nothing_is_stored(
    country: Any, figure: NewFigure, error: type[FigureError]
) -> None:
    good = NewFigure(CITY, "users", TODAY, 10_000, "report")
    with pytest.raises(error):
        record_figures([good, figure], actor="clerk", now=NOW, today=TODAY)
    assert not Figure.objects.exists()


def test_a_closed_unit_takes_no_figure_from_its_last_day_on(report: Any) -> None:
    Unit.objects.filter(path=WARD).update(closed_on=TODAY)
    report(WARD, 900, day=dt.date(2020, 8, 14))
    with pytest.raises(FigureError):
        report(WARD, 1000)


def test_the_stated_order_of_sources_decides_which_counts(report: Any) -> None:
    for source, count in (("press", 100_000), ("visits", 90_000), ("registrations", 80_000)):
        report(HD, count, source=source)
    assert DailyValue.objects.get(unit_path=HD).source == "registrations"
    report(HD, 110_000, source="report")
    assert value(HD) == 110_000
    report(HD, 105_000, source="carrier", name="Viettel")
    assert value(HD) == 105_000
    assert Figure.objects.accepted().count() == 5
