"""A server that says what a test tells it to, and remembers what it was sent."""

import asyncio
import json
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from tests.portal.appgateway.simulator.wire import Receive, Send

OK = {"isOk": True, "Status": 0, "Object": "", "isError": False}


def refusal(status: object) -> dict[str, object]:
    return {"isOk": False, "Status": status, "Object": "", "isError": True}


@dataclass
class Scripted:
    """Answers from `script` by path, one after the other; the last one again and again."""

    script: dict[str, list[Any]] = field(default_factory=dict)
    got: list[tuple[float, str, bytes]] = field(default_factory=list)
    status: int = 200

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.got.append((asyncio.get_running_loop().time(), scope["path"], body))
        answers = self.script.get(scope["path"], [OK])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": raw})

    def times(self, path: str) -> list[float]:
        """Return when the path was asked for, rounded to tenths of a second."""
        return [round(at, 1) for at, asked, _ in self.got if asked == path]

    def bodies(self, path: str) -> list[Any]:
        return [json.loads(body) for _, asked, body in self.got if asked == path]
