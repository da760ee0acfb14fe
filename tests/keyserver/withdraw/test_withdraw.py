"""Taking keys back with the revision token: what is deleted, what stays, who may."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import text
from starlette.testclient import TestClient

from bluezone.keyserver.app import create_app
from bluezone.keyserver.export.loop import run_once
from bluezone.keyserver.export.objects import open_objects
from bluezone.keyserver.export.series import all_series
from bluezone.keyserver.export.worker import ExportWorker
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.keyserver.signing_key import open_signer
from bluezone.keyserver.store.db import Store
from bluezone.keyserver.withdraw import store as withdraw_store
from bluezone.protocol.export import read_export
from bluezone.protocol.scheme import Scheme

MEMBERS = {"withdrawnExposures", "error", "code", "padding"}
HOUR = 3600
PATHS = {Scheme.EN: "/v1", Scheme.BLUEZONE: "/bluezone/v1"}


def publish(client: TestClient, phone: Any, scheme: Scheme, **changes: Any) -> tuple[Any, str]:
    """Publish five keys; return them and the revision token."""
    keys = phone.teks(5) if scheme is Scheme.EN else phone.day_keys(5)
    body = phone.body(keys) if scheme is Scheme.EN else phone.day_body(keys)
    answer = client.post(f"{PATHS[scheme]}/publish", json=body | changes).json()
    assert answer["insertedExposures"] == 5
    return keys, answer["revisionToken"]


def withdraw(client: TestClient, token: object, scheme: Scheme = Scheme.EN) -> Any:
    body = {"revisionToken": token, "padding": "x" * 100}
    return client.post(f"{PATHS[scheme]}/withdraw", json=body)


def counts(store: Store) -> tuple[int, int]:
    with store.reads.begin() as db:
        rows = [
            db.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one()  # noqa: S608 - a name
            for table in ("published_keys", "known_key")
        ]
    return rows[0], rows[1]


def exported(settings: KeyServerSettings, store: Store, client: TestClient, now: int) -> set[bytes]:
    """Run the export; return every key that phones find."""
    none = {"min_keys": 0, "min_keys_spread": 0, "min_day_keys": 0, "min_day_keys_spread": 0}
    small = replace(settings.export, **none)
    worker = ExportWorker(
        settings=small,
        series=all_series(settings.authorities, small),
        store=store,
        objects=open_objects(settings),
        signer=open_signer(settings),
        entropy=bytes,
    )
    run_once(worker, now=now)
    found: set[bytes] = set()
    for name in ("en/hourly", "bluezone/hourly"):
        for path in client.get(f"/export/{name}/index.txt").text.split():
            export = read_export(client.get(f"/export/{path}").content)
            found |= {key.key for key in (*export.keys, *export.day_keys)}
    return found


@pytest.mark.parametrize("scheme", list(Scheme))
def test_the_keys_of_the_token_are_gone_and_no_later_file_holds_them(
    client: TestClient,
    phone: Any,
    store: Store,
    settings: KeyServerSettings,
    clock: Any,
    scheme: Any,
) -> None:
    keys, token = publish(client, phone, scheme)
    others, _ = publish(client, phone, scheme)

    answer = withdraw(client, token, scheme)

    assert answer.status_code == 200
    assert set(answer.json()) == MEMBERS
    assert answer.json()["withdrawnExposures"] == 5
    assert answer.headers["cache-control"] == "no-store"
    found = exported(settings, store, client, clock.now + 48 * HOUR)
    assert found == {key.key for key in others}
    assert not found & {key.key for key in keys}


def test_nothing_of_them_stays_in_the_tables(client: TestClient, phone: Any, store: Store) -> None:
    before = counts(store)
    _, token = publish(client, phone, Scheme.EN)
    assert counts(store) != before
    withdraw(client, token)
    assert counts(store) == before


def test_one_row_may_keep_the_keys_of_others(client: TestClient, phone: Any, store: Store) -> None:
    keys, token = publish(client, phone, Scheme.EN)
    with store.writes.begin() as db:  # as a row that holds several publishes would be
        packed = db.execute(text("SELECT packed_keys FROM published_keys")).scalars().all()
        rest = b"z" * len(bytes(packed[0]))
        db.execute(
            text("UPDATE published_keys SET packed_keys = :packed WHERE published_id = 1"),
            {"packed": bytes(packed[0]) + rest},
        )
    withdraw(client, token)
    with store.reads.begin() as db:
        kept = db.execute(text("SELECT packed_keys FROM published_keys")).scalars().all()
    assert [bytes(one) for one in kept] == [rest]
    assert keys


def test_a_second_time_is_a_success_that_finds_nothing(client: TestClient, phone: Any) -> None:
    _, token = publish(client, phone, Scheme.EN)
    withdraw(client, token)
    answer = withdraw(client, token)
    assert (answer.status_code, answer.json()["withdrawnExposures"]) == (200, 0)


def test_keys_that_were_withdrawn_can_be_published_again(client: TestClient, phone: Any) -> None:
    keys, token = publish(client, phone, Scheme.EN)
    withdraw(client, token)
    assert client.post("/v1/publish", json=phone.body(keys)).json()["insertedExposures"] == 5


def test_a_token_that_lists_an_earlier_publish_takes_both_back(
    client: TestClient, phone: Any, store: Store
) -> None:
    _, first = publish(client, phone, Scheme.BLUEZONE)
    _, both = publish(client, phone, Scheme.BLUEZONE, revisionToken=first)
    assert withdraw(client, both, Scheme.BLUEZONE).json()["withdrawnExposures"] == 10
    assert counts(store) == (0, 0)


def test_rows_are_looked_through_in_pieces(
    client: TestClient, phone: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdraw_store, "ROWS_AT_ONCE", 2)
    _, token = publish(client, phone, Scheme.EN)
    for _ in range(5):
        publish(client, phone, Scheme.EN)
    before = counts(store)
    assert withdraw(client, token).json()["withdrawnExposures"] == 5
    assert counts(store)[1] == before[1] - 5


@pytest.mark.parametrize("case", ["other scheme", "foreign", "not base64", "cut"])
def test_a_token_that_is_not_ours_deletes_nothing(
    client: TestClient, phone: Any, store: Store, case: str
) -> None:
    _, token = publish(client, phone, Scheme.EN)
    before = counts(store)
    shown = {
        "other scheme": token,
        "foreign": base64.b64encode(b"\x01" + b"q" * 80).decode(),
        "not base64": "***",
        "cut": token[:-8],
    }[case]
    scheme = Scheme.BLUEZONE if case == "other scheme" else Scheme.EN

    answer = withdraw(client, shown, scheme)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_revision_token")
    assert counts(store) == before


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"revisionToken": 5}', '{"revisionToken":"a","x":1}']
)
def test_a_malformed_request_is_refused(client: TestClient, body: str) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/v1/withdraw", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert set(answer.json()) == MEMBERS


def test_chaff_is_answered_like_a_withdrawal_and_changes_nothing(
    client: TestClient, phone: Any, store: Store
) -> None:
    _, token = publish(client, phone, Scheme.EN)
    before = counts(store)
    body = {"revisionToken": token}
    answer = client.post("/v1/withdraw", json=body, headers={"X-Chaff": "1"})
    assert (answer.status_code, answer.json()["withdrawnExposures"]) == (200, 14)
    assert counts(store) == before


def test_answers_differ_in_length_by_chance_only(client: TestClient, phone: Any) -> None:
    _, token = publish(client, phone, Scheme.EN)
    sizes = [len(base64.b64decode(withdraw(client, token).json()["padding"])) for _ in range(20)]
    assert all(1024 <= size < 2048 for size in sizes)
    assert len(set(sizes)) > 10


def test_everybody_together_withdraws_so_often_a_minute(
    settings: KeyServerSettings, clock: Any, desk: Any, phone: Any, entropy: Any
) -> None:
    limited = replace(settings, limits=replace(settings.limits, withdrawals_per_minute=2))
    app = create_app(limited, clock=clock, entropy=entropy, load_keys=desk.load)
    with TestClient(app) as client:
        _, token = publish(client, phone, Scheme.EN)
        assert [withdraw(client, "no").status_code for _ in range(2)] == [400, 400]
        refused = withdraw(client, token)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        clock.now += 60
        assert withdraw(client, token).json()["withdrawnExposures"] == 5


@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer_of_the_usual_form(client: TestClient, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/bluezone/v1/withdraw", content=body, headers=headers)
    assert answer.status_code in {400, 429}
    assert set(answer.json()) == MEMBERS
