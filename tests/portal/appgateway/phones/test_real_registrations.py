"""Registrations through a real server: Granian, the event loop, the writer's thread."""

import asyncio
from collections import Counter
from typing import Any

import httpx2

TOKEN = "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE"
SLOW = b"POST /api/App/RegisterUser HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{"


async def post_all(url: str, path: str, bodies: list[dict[str, str]]) -> list[dict[str, Any]]:
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
        answers = await asyncio.gather(*(client.post(url + path, json=body) for body in bodies))
    assert {answer.status_code for answer in answers} == {200}
    return [answer.json() for answer in answers]


def test_fifty_registrations_of_one_token_at_once_are_one_phone(portal: Any) -> None:
    bodies = [{"TokenFirebase": TOKEN, "TypeOS": "android"}] * 50
    answers = asyncio.run(post_all(portal.url, "/api/App/RegisterUser", bodies))
    assert all(answer["Object"] == TOKEN for answer in answers)
    assert portal.ask("SELECT token FROM gateway_phones_phone WHERE token LIKE 'fcm%'") == [
        (TOKEN,)
    ]


def test_many_phones_at_once_are_all_there_and_counted_once(portal: Any) -> None:
    tally = "SELECT coalesce(sum(count), 0) FROM gateway_phones_tally WHERE platform = 'ios'"
    [(before,)] = portal.ask(tally)
    bodies = [{"TokenFirebase": f"many-{number % 100}", "TypeOS": "ios"} for number in range(200)]
    answers = asyncio.run(post_all(portal.url, "/api/App/RegisterUser", bodies))
    assert Counter(answer["Status"] for answer in answers) == {0: 200}
    rows = portal.ask("SELECT count(*) FROM gateway_phones_phone WHERE token LIKE 'many-%'")
    assert [rows, portal.ask(tally)] == [[(100,)], [(before + 100,)]]


def test_updates_of_one_token_at_once_keep_one_phone(portal: Any) -> None:
    first = [{"TokenFirebase": "racing", "TypeOS": "android"}]
    asyncio.run(post_all(portal.url, "/api/App/RegisterUser", first))
    bodies = [
        {"TokenFirebaseNew": f"raced-{n % 5}", "TokenFirebaseOld": "racing"} for n in range(30)
    ]
    answers = asyncio.run(post_all(portal.url, "/api/App/UpdateTokenFirebase", bodies))
    assert all(answer["isOk"] for answer in answers)
    rows = portal.ask(
        "SELECT count(*), sum((SELECT count(*) FROM gateway_phones_earliertoken e"
        " WHERE e.phone_id = p.id)) FROM gateway_phones_phone p WHERE token LIKE 'raced-%'"
    )
    assert [tuple(map(int, row)) for row in rows] == [(1, 5)]


def test_a_client_that_goes_away_in_the_middle_leaves_nothing(portal: Any) -> None:
    asyncio.run(post_all(portal.url, "/api/App/RegisterUser", [{"TokenFirebase": TOKEN}]))
    before = portal.ask("SELECT count(*) FROM gateway_phones_phone")
    port = int(portal.url.rpartition(":")[2])

    async def leave() -> None:
        for _ in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(SLOW)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    asyncio.run(leave())
    asyncio.run(post_all(portal.url, "/api/App/RegisterUser", [{"TokenFirebase": TOKEN}]))
    assert portal.ask("SELECT count(*) FROM gateway_phones_phone") == before


def test_a_phone_that_waits_for_leave_to_send_its_body_gets_it(portal: Any) -> None:
    body = b'{"TokenFirebase": "waiting-for-leave", "TypeOS": "ios"}'
    head = SLOW.split(b"content-length")[0] + b"expect: 100-continue\r\ncontent-length: %d\r\n\r\n"

    async def speak() -> tuple[bytes, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(portal.url.split(":")[-1]))
        writer.write(head % len(body))
        leave = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        writer.write(body)
        answer = await asyncio.wait_for(reader.readuntil(b"}"), 30)
        writer.close()
        return leave, answer

    leave, answer = asyncio.run(speak())
    assert leave.startswith(b"HTTP/1.1 100")
    assert b'"Object":"waiting-for-leave"' in answer


def test_djangos_pages_answer_beside_the_gateway(portal: Any) -> None:
    with httpx2.Client(trust_env=False, timeout=30) as client:
        assert client.get(f"{portal.url}/health").status_code == 200
        unknown = client.get(f"{portal.url}/api/App/NothingHere")
    assert (unknown.status_code, unknown.json()["Status"]) == (200, 2)
