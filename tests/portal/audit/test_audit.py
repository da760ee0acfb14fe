"""The audit: append-only, chained, checkable."""

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bluezone.portal.audit.models import Entry, Head
from bluezone.portal.audit.services import check_chain, record


@pytest.fixture
def chain(db: None) -> list[Entry]:
    return [record("lan", "case.opened", f"case HD-{number:06d}") for number in range(1, 6)]


def tamper(statement: str) -> None:
    """Change a row as somebody with the file in their hands would: without the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_no_update")
            cursor.execute("DROP TRIGGER audit_no_delete")
        else:
            cursor.execute("DROP TRIGGER audit_append_only ON audit_entry")
        cursor.execute(statement)


def test_a_chain_of_entries_holds(chain: list[Entry]) -> None:
    state = check_chain()
    assert state.broken_at is None
    assert state.head == chain[-1].hash
    assert chain[1].previous_hash == chain[0].hash


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: Entry.objects.filter(pk=entry.pk).update(actor="x"),
        lambda entry: entry.delete(),
        lambda entry: Entry.objects.all().delete(),
    ],
    ids=["update", "delete one", "delete all"],
)
def test_the_database_refuses_to_change_or_delete_an_entry(
    chain: list[Entry], change: object
) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(chain[2])  # type: ignore[operator]
    assert check_chain().broken_at is None


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_entry SET actor = 'x' WHERE sequence = {2}", 2),
        ("UPDATE audit_entry SET at = at + 1 WHERE sequence = {2}", 2),
        ("DELETE FROM audit_entry WHERE sequence = {3}", 4),
        ("DELETE FROM audit_entry WHERE sequence = {5}", 5),
        ("UPDATE audit_head SET hash = 'x'", 6),
    ],
    ids=["actor", "time", "one gone", "newest gone", "head"],
)
def test_whoever_goes_around_the_database_is_found_out(
    chain: list[Entry], statement: str, broken: int
) -> None:
    first = chain[0].sequence - 1  # what the migration wrote comes before
    for number in range(2, 6):
        statement = statement.replace(f"{{{number}}}", str(first + number))
    tamper(statement)
    assert check_chain().broken_at == first + broken


def test_the_page_shows_a_broken_chain_as_danger(chain: list[Entry], office: Client) -> None:
    assert BeautifulSoup(office.get("/audit/").content, "html.parser").select_one(".notice.good")
    tamper("UPDATE audit_entry SET actor = 'x' WHERE sequence = 3")
    html = BeautifulSoup(office.get("/audit/").content, "html.parser")
    assert html.select_one(".notice.danger") is not None


def test_an_entry_and_its_deed_stand_or_fall_together(db: None) -> None:
    before = Entry.objects.count()

    def deed_that_fails() -> None:
        with transaction.atomic():
            record("lan", "case.opened", "case HD-000001")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        deed_that_fails()
    assert Entry.objects.count() == before
    record("lan", "case.opened", "case HD-000001")
    assert check_chain().broken_at is None
    assert Head.objects.get().sequence == before + 1


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_any_text_keeps_the_chain(db: None, text: str) -> None:
    record(text, "case.opened", text, {"text": text})
    assert check_chain().broken_at is None
