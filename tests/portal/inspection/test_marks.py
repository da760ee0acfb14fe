"""What an inspector explained or confirmed is not asked again, unless it goes on."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction
from tests.portal.inspection.cast import NOW, TODAY

from bluezone.portal.audit.models import Entry
from bluezone.portal.campaign.inspection.errors import InspectionError
from bluezone.portal.campaign.inspection.gifts import add_gift, withdraw_gift
from bluezone.portal.campaign.inspection.marking import Judged, judged, mark, marks_of
from bluezone.portal.campaign.inspection.models import GiftDay, Mark, Pattern, Verdict
from bluezone.portal.campaign.inspection.searching import Seen
from bluezone.portal.campaign.stats.suspicion import Kind

pytestmark = pytest.mark.django_db
UNIT = "vn2020.30.290.10501"


def days(first: int, last: int) -> tuple[dt.date, ...]:
    """Days of August 2020."""
    return tuple(dt.date(2020, 8, day) for day in range(first, last + 1))


def seen(pattern: Pattern, when: tuple[dt.date, ...], *, value: int = 1000) -> Seen:
    kind = Kind.COPY if pattern in {Pattern.TWIN, Pattern.SAME_RISE} else Kind(str(pattern))
    return Seen(UNIT, pattern, kind, when, 5.0, {}, value, 800.0)


def again(one: Seen) -> Judged:
    return judged([one], marks_of([one.unit_path]))[0]


def explain(one: Seen, verdict: Verdict = Verdict.EXPLAINED) -> Mark:
    return mark(one, verdict, note="An agency was added.", actor="thanh", now=NOW)


@pytest.mark.parametrize("verdict", [Verdict.EXPLAINED, Verdict.CONFIRMED])
def test_a_closed_finding_stays_closed_on_the_next_evenings(verdict: Verdict) -> None:
    explain(seen(Pattern.COPY, days(5, 12)), verdict)
    assert not again(seen(Pattern.COPY, days(5, 12))).is_open
    assert not again(seen(Pattern.COPY, days(6, 15))).is_open


def test_a_finding_that_was_only_looked_at_stays_open_with_its_mark() -> None:
    mark(seen(Pattern.JUMP, days(5, 5)), Verdict.LOOKED_AT, note="", actor="thanh", now=NOW)
    found = again(seen(Pattern.JUMP, days(5, 5)))
    assert found.is_open
    assert found.mark is not None


def test_another_jump_of_the_same_unit_is_another_question() -> None:
    explain(seen(Pattern.JUMP, days(5, 5)))
    assert again(seen(Pattern.JUMP, days(6, 6))).is_open
    assert not again(seen(Pattern.JUMP, days(5, 5))).is_open
    assert again(replace(seen(Pattern.JUMP, days(5, 5)), unit_path="vn2020.30.290.10502")).is_open


def test_another_pattern_on_the_same_days_is_another_question() -> None:
    explain(seen(Pattern.COPY, days(5, 12)))
    assert again(seen(Pattern.ROUND, days(5, 12))).is_open


def test_a_pattern_that_goes_on_for_a_week_is_asked_again() -> None:
    explain(seen(Pattern.ROUND, days(5, 12)))
    assert not again(seen(Pattern.ROUND, days(5, 18))).is_open
    found = again(seen(Pattern.ROUND, days(5, 19)))
    assert found.is_open
    assert found.returned


def test_a_count_above_the_phones_is_asked_again_once_it_has_grown_by_a_tenth() -> None:
    explain(seen(Pattern.ABOVE_PHONES, days(12, 12), value=1000))
    assert not again(seen(Pattern.ABOVE_PHONES, days(12, 20), value=1100)).is_open
    assert again(seen(Pattern.ABOVE_PHONES, days(12, 20), value=1101)).is_open


def test_the_watch_after_a_gift_grows_and_the_gift_is_asked_about_once() -> None:
    explain(seen(Pattern.GIFT, days(5, 9)))
    assert not again(seen(Pattern.GIFT, days(5, 12))).is_open


def test_the_newest_mark_counts_and_a_closed_finding_can_be_opened_again() -> None:
    one = seen(Pattern.TWIN, days(5, 9))
    explain(one)
    mark(one, Verdict.LOOKED_AT, note="New evidence.", actor="thanh", now=NOW + 1)
    assert again(one).is_open


def test_closing_needs_a_reason() -> None:
    for verdict in (Verdict.EXPLAINED, Verdict.CONFIRMED):
        with pytest.raises(InspectionError):
            mark(seen(Pattern.JUMP, days(5, 5)), verdict, note="  ", actor="thanh", now=NOW)
    assert not Mark.objects.exists()


def test_a_mark_stands_in_the_audit_without_its_note() -> None:
    explain(seen(Pattern.JUMP, days(5, 5)))
    entry = Entry.objects.get(action="suspicion.marked")
    assert entry.subject == f"unit {UNIT}"
    assert '"explained"' in entry.detail
    assert "agency" not in entry.detail


def test_the_database_refuses_to_change_marks_and_gifts() -> None:
    row = explain(seen(Pattern.JUMP, days(5, 5)))
    gift = add_gift("vn2020", TODAY, what="5 GB", source="a letter", actor="clerk", now=NOW)
    for rows, change in (
        (Mark.objects.filter(pk=row.pk), {"note": "nothing"}),
        (GiftDay.objects.filter(pk=gift.pk), {"what": "nothing"}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()


def test_a_gift_is_taken_back_once() -> None:
    gift = add_gift("vn2020", TODAY, what="5 GB", source="a letter", actor="clerk", now=NOW)
    withdraw_gift(gift, actor="clerk", now=NOW)
    with pytest.raises(InspectionError):
        withdraw_gift(gift, actor="clerk", now=NOW)
