"""Withdrawal: of everything that was made of somebody's help, no table has anything left."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import connection
from tests.portal.appgateway.consent.people import PHONE_ID, Person, issue, some_case

from bluezone.portal.appgateway.bridge.key_server import KeyServer
from bluezone.portal.appgateway.bridge.models import Publication
from bluezone.portal.appgateway.bridge.publishing import publish_day_keys
from bluezone.portal.appgateway.bridge.rounds import run_round
from bluezone.portal.appgateway.bridge.withdrawing import withdraw_due
from bluezone.portal.appgateway.consent import receipts, retention, services
from bluezone.portal.appgateway.consent.models import HelpCode, Mode, SharedHistory, Upload
from bluezone.portal.appgateway.pushes.models import Bundle, Push
from bluezone.portal.audit.models import Entry
from bluezone.portal.audit.services import check_chain
from bluezone.portal.cases.models import Case
from bluezone.protocol.bluezone.day_key import expand_day_key
from bluezone.protocol.bluezone.slot import DAY_S, utc_midnight_s

NOW = 1_597_472_640
TODAY = utc_midnight_s(NOW)
FRIEND = bytes(range(100, 112))


@pytest.fixture(autouse=True)
def _public(settings: LazySettings) -> None:
    settings.BLUEZONE_PUBLIC_URL = "https://bz.example"
    settings.BLUEZONE_GATEWAY_KEY_SERVER_URL = "http://127.0.0.1:9"  # where nobody answers


def all_tables() -> dict[str, list[tuple[bytes, ...]]]:
    """Return every row of every table of the database, every column as bytes."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        assert {model._meta.db_table for model in apps.get_models()} <= set(names)
        found = {}
        for name in names:
            cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - the database's own names
            found[name] = [tuple(_bytes(value) for value in row) for row in cursor.fetchall()]
    return found


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode()


def spellings(secret: bytes) -> Iterator[bytes]:
    """Yield how bytes may be written: raw, hexadecimal, base64, as a list of numbers."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    yield base64.b64encode(secret).rstrip(b"=")
    yield base64.urlsafe_b64encode(secret).rstrip(b"=")
    yield json.dumps(list(secret)).encode()


def receipt_of(person: Person) -> str:
    """Return the secret of the newest receipt."""
    newest = Push.objects.filter(kind="urlnews", phone_id=person.phone_id).latest("pk")
    found = re.search(r"/help/([a-z2-7]{32})/", newest.data)
    assert found is not None
    return found[1]


@dataclass(frozen=True)
class Traces:
    """What an upload could leave behind, by name."""

    needles: dict[str, bytes]

    @classmethod
    def of(cls, person: Person, secret: str) -> "Traces":
        days = range(TODAY - 16 * DAY_S, TODAY + 3 * DAY_S, DAY_S)
        keys = {f"key {day}": person.key_of(day) for day in days}
        ids = {
            f"id {day} {slot}": bluezone_id
            for day in days
            for slot, bluezone_id in enumerate(expand_day_key(person.key_of(day)))
        }
        raw: dict[str, bytes] = {"root": person.base, "friend": FRIEND, **keys, **ids}
        needles = {
            f"{name} {number}": spelling
            for name, value in raw.items()
            for number, spelling in enumerate(spellings(value))
        }
        words = {
            "secret": secret,
            "hmac of keys": receipts.upload_hmac(secret),
            "hmac of contacts": receipts.history_hmac(secret),
            "word of the push": receipts.push_word(secret),
            "notice": receipts.push_word(secret).removeprefix("help ")[:32],
            "number": str(Upload.objects.get(receipt_hmac=receipts.upload_hmac(secret)).pk),
        }
        return cls(needles | {name: word.encode() for name, word in words.items()})

    def found(self) -> dict[str, set[str]]:
        """Return the traces that are in the database, by table."""
        return {
            table: names
            for table, rows in all_tables().items()
            if (names := self._in(b"\x00".join(cell for row in rows for cell in row)))
        }

    def _in(self, text: bytes) -> set[str]:
        return {name.split(" ")[0] for name, needle in self.needles.items() if needle in text}


def test_after_a_withdrawal_no_table_has_anything_of_it(case: Case) -> None:
    person = Person(NOW)
    other = Person(NOW, seed=8, phone_id=77)
    other.help(issue(some_case(NOW), NOW, seed=12))
    before = all_tables()
    code = issue(case, NOW, Mode.WHOLE)
    row = person.row(NOW - 60, FRIEND)
    person.help(code)
    person.help(code, [row])
    run_round(now=NOW, rng=Random(1))
    secret = receipt_of(person)
    traces = Traces.of(person, secret)
    there = traces.found()
    assert {"gateway_consent_upload", "gateway_pushes_bundle", "gateway_pushes_push"} <= set(there)
    assert services.withdraw(secret, now=NOW + 60)
    assert traces.found() == {"gateway_bridge_publication": {"number"}}  # until the worker has run
    server = KeyServer()
    withdraw_due(server, now=NOW + 60, rng=Random(1))  # nothing was published: nothing is asked
    server.close()
    assert traces.found() == {}
    after = all_tables()
    grown = {name for name in after if len(after[name]) > len(before[name])}
    # Who issued what and that something was withdrawn; the round that others' help is part of.
    assert grown <= {
        "audit_entry",
        "gateway_consent_helpcode",
        "gateway_consent_tries",
        "gateway_pushes_bundle",
        "gateway_pushes_round",
        "sqlite_sequence",
    }
    [kept] = [entry.daily_key for entry in services.active_entries(NOW + 60)]
    assert kept == other.key_of(TODAY - 7 * DAY_S)
    assert kept.hex().upper() in Bundle.objects.get().entries


def test_the_search_finds_what_is_there(case: Case) -> None:
    person = Person(NOW)
    person.help(issue(case, NOW))
    found = Traces.of(person, receipt_of(person)).found()
    assert found["gateway_consent_upload"] >= {"key", "hmac", "number"}
    assert found["gateway_pushes_push"] >= {"secret", "word", "notice"}


def test_sealed_contacts_go_with_their_row(case: Case) -> None:
    person = Person(NOW)
    person.help(issue(case, NOW, Mode.WHOLE), [person.row(NOW - 60, FRIEND)])
    sealed = bytes(SharedHistory.objects.get().sealed)
    services.withdraw(receipt_of(person), now=NOW)
    assert not any(sealed in cell for rows in all_tables().values() for row in rows for cell in row)


def test_a_bundle_with_nothing_left_is_closed(case: Case) -> None:
    person = Person(NOW)
    person.help(issue(case, NOW))
    run_round(now=NOW, rng=Random(1))
    services.withdraw(receipt_of(person), now=NOW + 5)
    bundle = Bundle.objects.get()
    assert (bundle.entries, bundle.withdrawn_at) == ("", NOW + 5)
    assert services.active_entries(NOW + 5) == []


def test_a_receipt_withdraws_once_and_an_unknown_one_nothing(case: Case) -> None:
    person = Person(NOW)
    person.help(issue(case, NOW))
    secret = receipt_of(person)
    assert services.withdraw(secret, now=NOW)
    assert not services.withdraw(secret, now=NOW)
    assert not services.withdraw("a" * 32, now=NOW)
    assert [entry.action for entry in Entry.objects.order_by("sequence")][-1] == "help.withdrawn"
    assert check_chain().broken_at is None


def test_whoever_helped_twice_withdraws_twice(case: Case) -> None:
    person = Person(NOW)
    secrets = []
    for number in range(2):
        person.help(issue(case, NOW, seed=number))
        secrets.append(receipt_of(person))
    run_round(now=NOW, rng=Random(1))
    services.withdraw(secrets[0], now=NOW)
    assert len(services.active_entries(NOW)) == 1
    assert Bundle.objects.get().entry_count == 1
    services.withdraw(secrets[1], now=NOW)
    assert services.active_entries(NOW) == []
    assert Bundle.objects.get().entries == ""


def test_what_is_withdrawn_while_a_round_opens_is_in_no_bundle(
    beside: Callable[[Sequence[Callable[[], object]]], list[object]],
) -> None:
    case = some_case(NOW)
    for number in range(6):
        person = Person(NOW, seed=number, phone_id=number)
        person.help(issue(case, NOW, seed=number))
        secret = receipt_of(person)
        beside(
            [
                lambda: run_round(now=NOW, rng=Random(1)),
                lambda secret=secret: services.withdraw(secret, now=NOW),
            ]
        )
        key = person.key_of(TODAY - 7 * DAY_S).hex().upper()
        assert not Bundle.objects.filter(entries__contains=key).exists()


def test_what_was_withdrawn_does_not_come_back_by_a_late_twin(case: Case) -> None:
    person, code = Person(NOW), issue(case, NOW, Mode.WHOLE)
    person.help(code)
    services.withdraw(receipt_of(person), now=NOW + 5)
    person.help(code, [person.row(NOW - 60, FRIEND)], now=NOW + 8)
    assert not Upload.objects.exists()
    assert not SharedHistory.objects.exists()


def test_no_column_of_an_upload_is_one_of_a_case_a_code_or_a_phone(case: Case) -> None:
    """Mode 0: the keys of four people of four cases, in every order of the tables."""
    phones = [Person(NOW, seed=number, phone_id=PHONE_ID + number) for number in range(1, 5)]
    cases = [case, *(some_case(NOW) for _ in range(3))]
    for at_s, (person, one) in enumerate(zip(phones, cases, strict=True)):
        code = issue(one, NOW + 60 * at_s, seed=at_s)
        person.help(code, now=NOW + 60 * at_s + 30)
        HelpCode.objects.get(case=one, state="used")
    Push.objects.all().delete()  # they have been sent
    retention.purge(now=NOW + 3600)
    tables = all_tables()
    uploads = tables["gateway_consent_upload"]
    columns = [field.column for field in Upload._meta.concrete_fields]
    common = {name for position, name in enumerate(columns) if _same(uploads, position)}
    # What is not the same for all: a number drawn by chance, the key itself, an HMAC.
    assert set(columns) - common == {"id", "daily_key", "receipt_hmac"}
    elsewhere = {
        cell
        for table, rows in tables.items()
        if table != "gateway_consent_upload"
        for row in rows
        for cell in row
    }
    apart = [columns.index(name) for name in ("id", "daily_key", "receipt_hmac")]
    own = {row[position] for row in uploads for position in apart}
    assert own & elsewhere == set()
    by_number = [bytes(row.daily_key) for row in Upload.objects.order_by("pk")]
    in_time = [bytes(person.key_of(TODAY - 7 * DAY_S)) for person in phones]
    assert by_number != in_time
    assert sorted(by_number) == sorted(in_time)


def test_the_order_in_which_keys_go_to_the_key_server_does_not_stay(case: Case) -> None:
    server, rng = KeyServer(), Random(5)
    for number in range(6):
        Person(NOW, seed=number, phone_id=number).help(issue(case, NOW, seed=number))
        publish_day_keys(server, now=NOW, rng=rng)  # nobody answers: the rows stay
    server.close()
    in_turn = sorted(Publication.objects.values_list("pk", flat=True))
    uploads = [Publication.objects.get(pk=number).upload_id for number in in_turn]
    by_time = [
        Upload.objects.get(daily_key=Person(NOW, seed=number).key_of(TODAY - 7 * DAY_S)).pk
        for number in range(6)
    ]
    assert sorted(uploads) == sorted(by_time)
    assert uploads not in (by_time, by_time[::-1])


def _same(rows: list[tuple[bytes, ...]], position: int) -> bool:
    return len({row[position] for row in rows}) == 1


def test_an_upload_knows_days_and_no_instant(case: Case) -> None:
    person = Person(NOW)
    person.help(issue(case, NOW))
    upload = Upload.objects.get()
    instants = (upload.first_midnight, upload.last_midnight, upload.expires_at)
    assert all(instant % DAY_S == 0 for instant in instants)


def test_everything_is_forgotten_on_time(case: Case) -> None:
    person = Person(NOW)
    person.help(issue(case, NOW, Mode.WHOLE), [person.row(NOW - 60, FRIEND)])
    code = HelpCode.objects.get()
    assert code.claimant
    steps = [
        (600, lambda: not HelpCode.objects.get().claimant),
        (900 + DAY_S, lambda: HelpCode.objects.get().code_hmac is None),
        (TODAY + 14 * DAY_S - NOW, lambda: not SharedHistory.objects.exists()),
        (TODAY + 15 * DAY_S - NOW, lambda: not Upload.objects.exists()),
        (15 * DAY_S, lambda: not HelpCode.objects.exists()),
    ]
    for after_s, gone in steps:
        retention.purge(now=NOW + after_s - 1)
        assert not gone(), after_s
        retention.purge(now=NOW + after_s)
        assert gone(), after_s
