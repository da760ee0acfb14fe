"""The fake as an ASGI application: `/token`, and `/v1/projects/{id}/messages:send`.

A plan says what happens to which token; `/plan` takes one over HTTP where the fake runs in a
process of its own, `/messages` tells what came. A message is judged before the plan is looked
at, as FCM does.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from bluezone.portal.appgateway.pushes.fake_fcm import answers
from bluezone.portal.appgateway.pushes.fake_fcm.account import PROJECT, Account
from bluezone.portal.appgateway.pushes.fake_fcm.answers import Answer
from bluezone.portal.appgateway.pushes.fake_fcm.judging import violations

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

TOKEN_PATH: Final = "/token"  # noqa: S105 - an address
SEND_PATH: Final = f"/v1/projects/{PROJECT}/messages:send"
_SEND_ANY: Final = re.compile(r"/v1/projects/[^/]+/messages:send")


@dataclass(slots=True)
class FakeFcm:
    """The fake and its state.

    Attributes:
        account: whose messages it takes.
        plan: answers to come by token; each is given once, the last one for good.
        keep: how many messages are remembered; all are counted.
        slow_s: seconds that every answer takes.
        wall: the clock that access tokens live by.
        rng: chance of access tokens.
        taken: messages that were accepted, the newest at the end.
        count: how many were accepted in all.
        asked: how many requests for messages came in all.
    """

    account: Account
    plan: dict[str, list[Answer]] = field(default_factory=dict)
    keep: int = 10_000
    slow_s: float = 0.0
    wall: Callable[[], float] = time.time
    rng: Random = field(default_factory=Random, repr=False)
    taken: list[dict[str, Any]] = field(default_factory=list, repr=False)
    count: int = 0
    asked: int = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        body = await _body(receive)
        answer = await self._answer(scope, body)
        headers = {"content-type": "application/json; charset=UTF-8", **answer.headers}
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        start = {"type": "http.response.start", "status": answer.status, "headers": encoded}
        await send(start)
        body = answers.body_of(answer)
        await send({"type": "http.response.body", "body": body, "more_body": answer.drop})
        if answer.drop:  # the server closes a connection in the middle of whose answer we fail
            raise ConnectionResetError("the plan says that the connection is lost")

    async def _answer(self, scope: Message, body: bytes) -> Answer:
        path = str(scope["path"])
        if scope["method"] == "GET" and path == "/messages":
            return Answer(content={"count": self.count, "asked": self.asked, "taken": self.taken})
        if scope["method"] != "POST":
            return Answer(404)
        if path == TOKEN_PATH:
            return self._give(body)
        if path == "/plan":
            return self._take_plan(body)
        if not _SEND_ANY.fullmatch(path):
            return Answer(404)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        self.asked += 1
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        return self._of_message(path, headers.get("authorization", ""), body)

    def _give(self, form: bytes) -> Answer:
        given = self.account.give(form, now=self.wall(), rng=self.rng)
        refused = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        return Answer(400, refused) if given is None else Answer(content=given)

    def _of_message(self, path: str, authorization: str, body: bytes) -> Answer:
        if not self.account.is_good(authorization, now=self.wall()):
            return answers.failed(401, message="Request had invalid authentication credentials.")
        if path != SEND_PATH:
            return answers.failed(403, message="Permission denied on the project")
        try:
            request = json.loads(body)
        except (ValueError, RecursionError):
            request = None
        found = list(violations(request))
        if found:
            return answers.invalid(found)
        return self._take(request["message"])

    def _take(self, message: dict[str, Any]) -> Answer:
        planned = self._planned(str(message["token"]))
        if planned is not None and (planned.status != 200 or planned.drop):
            return planned
        self.count += 1
        self.taken.append(message)
        del self.taken[: max(0, len(self.taken) - self.keep)]
        return answers.accepted(f"projects/{PROJECT}/messages/{self.count}")

    def _planned(self, token: str) -> Answer | None:
        steps = self.plan.get(token) or self.plan.get("*")
        if not steps:
            return None
        return steps.pop(0) if len(steps) > 1 else steps[0]

    def _take_plan(self, body: bytes) -> Answer:
        """Take `{"slow_s": 0.1, "plan": {"token or *": [{"status": ..., "code": ...}]}}`."""
        said = json.loads(body)
        self.slow_s = float(said.get("slow_s", 0.0))
        self.plan = {
            token: [answers.failed(**step) if step else Answer() for step in steps]
            for token, steps in said.get("plan", {}).items()
        }
        return Answer(content={"planned": len(self.plan)})


async def _body(receive: Receive) -> bytes:
    pieces, more = [], True
    while more:
        message = await receive()
        pieces.append(message.get("body", b""))
        more = bool(message.get("more_body", False))
    return b"".join(pieces)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
