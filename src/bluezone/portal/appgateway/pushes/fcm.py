"""Firebase Cloud Messaging, HTTP v1: many requests at once over few connections.

HTTP v1 has no call for many messages, so a batch is sent by a few tasks that take one message
after the other, in order: what was tried is always the beginning of the batch. The way is
closed for the rest of it at the first "too many", at a fault of the access, and after a row of
failures without a success between. HTTP/2 is used where its package is installed. Requests go
to httpx2's transport: its client, with cookies and redirects, would take as long again.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from threading import Lock
from typing import Final

import httpx2

from bluezone.portal.appgateway.pushes.errors import AccessRefusedError, AccessUnavailableError
from bluezone.portal.appgateway.pushes.fcm_answers import Answer, read_answer
from bluezone.portal.appgateway.pushes.fcm_auth import Access
from bluezone.portal.appgateway.pushes.message import Message, request_body
from bluezone.portal.appgateway.pushes.provider import UNTRIED, Delivery, Outcome, Result

TIMEOUT_S: Final = 10
_TIMEOUT: Final = httpx2.Timeout(TIMEOUT_S).as_dict()
FAILURES: Final = 20
"""In a row, before the rest of a batch waits."""
UNREACHED_WAIT_S: Final = 30
_HTTP2: Final = find_spec("h2") is not None


@dataclass(slots=True)
class _Batch:
    """A batch on its way."""

    left: Iterator[tuple[int, Message]]
    outcomes: list[Outcome]
    header: str = field(repr=False)
    failures: int = 0
    fault: str = ""
    wait_s: int = 0

    @property
    def stopped(self) -> bool:
        return bool(self.fault or self.wait_s)

    def note(self, number: int, answer: Answer) -> None:
        self.outcomes[number] = answer.outcome
        self.fault = self.fault or answer.fault
        failed = answer.outcome.result is Result.RETRY
        self.failures = self.failures + 1 if failed else 0
        if answer.outcome.code == "quota_exceeded":
            self.wait_s = max(self.wait_s, answer.outcome.retry_after_s)
        elif self.failures >= FAILURES:
            self.wait_s = max(self.wait_s, answer.outcome.retry_after_s, UNREACHED_WAIT_S)


class Fcm:
    """FCM as a provider; keeps its connections and its access token between batches."""

    name = "fcm"

    def __init__(
        self,
        access: Access,
        *,
        url: str,
        connections: int,
        transport: httpx2.AsyncBaseTransport | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Take the account; connect when the first batch comes.

        Args:
            access: of a service account.
            url: `https://fcm.googleapis.com`, or a fake on this machine.
            connections: most of them at once.
            transport: of messages; over the network if not given.
            wall: the clock that FCM lives by.
        """
        self._access = access
        self._url = f"{url}/v1/projects/{access.project}/messages:send"
        self._connections = connections
        self._transport = transport
        self._wall = wall
        self._runner = asyncio.Runner()
        self._turn = Lock()

    def send(self, messages: Sequence[Message]) -> Delivery:
        """Send a batch; whatever goes wrong is an outcome or a fault."""
        if not messages:
            return Delivery([])
        with self._turn:
            try:
                header = self._access.header()
            except AccessRefusedError as error:
                return Delivery([UNTRIED] * len(messages), fault=error.code)
            except AccessUnavailableError:
                return Delivery([UNTRIED] * len(messages), wait_s=UNREACHED_WAIT_S)
            batch = _Batch(iter(enumerate(messages)), [UNTRIED] * len(messages), header)
            self._runner.run(self._send(batch))
        return Delivery(batch.outcomes, fault=batch.fault, wait_s=batch.wait_s)

    def close(self) -> None:
        """Let the connections go."""
        with self._turn:
            if self._transport is not None:
                self._runner.run(self._transport.aclose())
            self._runner.close()

    async def _send(self, batch: _Batch) -> None:
        if self._transport is None:
            limits = httpx2.Limits(max_connections=self._connections)
            self._transport = httpx2.AsyncHTTPTransport(limits=limits, http2=_HTTP2)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._connections, len(batch.outcomes))):
                group.create_task(self._work(self._transport, batch))

    async def _work(self, way: httpx2.AsyncBaseTransport, batch: _Batch) -> None:
        for number, message in batch.left:
            batch.note(number, await self._try(way, batch, message))
            if batch.stopped:
                return

    async def _try(self, way: httpx2.AsyncBaseTransport, batch: _Batch, message: Message) -> Answer:
        used = batch.header
        answer = await self._post(way, used, message)
        if not answer.refresh:
            return answer
        if batch.header == used:  # of several tasks, one fetches
            self._access.forget()
            try:
                batch.header = self._access.header()
            except (AccessRefusedError, AccessUnavailableError):
                return answer
        return await self._post(way, batch.header, message)

    async def _post(self, way: httpx2.AsyncBaseTransport, header: str, message: Message) -> Answer:
        headers = {"Authorization": header, "Content-Type": "application/json; charset=utf-8"}
        request = httpx2.Request(
            "POST",
            self._url,
            headers=headers,
            content=request_body(message),
            extensions={"timeout": _TIMEOUT},
        )
        try:
            answer = await way.handle_async_request(request)
            try:
                body = await answer.aread()
            finally:
                await answer.aclose()
        except httpx2.HTTPError:
            return Answer(Outcome(Result.RETRY, "no_answer"))
        return read_answer(answer.status_code, answer.headers, body, now=int(self._wall()))
