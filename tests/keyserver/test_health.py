from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from bluezone.keyserver.store.db import Store


def writes(store: Store) -> int:
    with store.reads.begin() as db:
        return int(db.execute(text("SELECT counter FROM write_probe")).scalar_one())


def test_health_writes_and_keeps_its_result_for_five_seconds(
    client: TestClient, clock: Any, store: Store
) -> None:
    for _ in range(3):
        assert client.get("/health").json() == {"status": "ok"}
    assert writes(store) == 1
    clock.now += 5
    client.get("/health")
    assert writes(store) == 2


def test_health_tells_when_nothing_can_be_written(
    client: TestClient, clock: Any, store: Store
) -> None:
    with store.writes.begin() as db:
        db.execute(text("DROP TABLE write_probe"))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["code"]) == (503, "internal_error")


@pytest.mark.parametrize("path", ["/health", "/export/public-key.pem"])
def test_convenience_paths_take_head(path: str, client: TestClient) -> None:
    assert client.head(path).status_code == 200
