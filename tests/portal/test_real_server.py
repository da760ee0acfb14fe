"""What only a real server with many callers can show."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2


def issue(portal: Any) -> dict[str, Any]:
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    body = {"testType": "confirmed", "testDate": today}
    row: dict[str, Any] = portal.post("issue", body, "admin").json()
    return row


def test_of_many_phones_with_one_code_exactly_one_gets_a_token(portal: Any) -> None:
    code = issue(portal)["code"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: portal.post("verify", {"code": code}, "device"), range(16))
        )
    found = Counter(answer.status_code for answer in answers)
    assert found[200] == 1
    assert found[200] + found[400] + found[429] == 16


def test_many_codes_at_once_are_all_there_and_the_audit_holds(portal: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda _: issue(portal), range(24)))
    assert len({row["uuid"] for row in rows}) == 24
    stored = portal.ask("SELECT uuid FROM verification_verificationcode")
    ((links,),) = portal.ask(
        "SELECT count(*) FROM audit_entry a JOIN audit_entry b"
        " ON b.sequence = a.sequence + 1 AND b.previous_hash = a.hash"
    )
    ((entries,),) = portal.ask("SELECT count(*) FROM audit_entry")
    plain = {str(uuid).replace("-", "") for (uuid,) in stored}
    assert {row["uuid"].replace("-", "") for row in rows} <= plain
    assert links == entries - 1
    if not portal.database:
        assert portal.ask("PRAGMA journal_mode") == [("wal",)]


def test_a_giant_body_is_refused_whether_it_says_so_or_not(portal: Any) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000

    headers = {"X-API-Key": portal.key("device"), "Content-Type": "application/json"}
    with httpx2.Client(trust_env=False, timeout=30) as client:
        said = client.post(f"{portal.url}/api/verify", content=b"x" * 70_000, headers=headers)
        hidden = client.post(f"{portal.url}/api/verify", content=parts(), headers=headers)
    for answer in (said, hidden):
        assert answer.status_code == 400
        assert answer.json()["errorCode"] == "unparsable_request"


def test_nothing_in_the_home_folder_is_open_to_others(portal: Any) -> None:
    folder = portal.home / "portal"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder / "keys").iterdir())
