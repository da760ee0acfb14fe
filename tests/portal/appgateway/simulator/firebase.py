"""Firebase as the town has it: gives tokens to installs, keeps messages for phones that are off.

It is a way to the phones like the real one: each message is judged by the fake of FCM before it
is taken, tokens of removed installs are unregistered, and some messages meet trouble.
"""

import json
import string
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.portal.appgateway.simulator.handset import Handset

from bluezone.portal.appgateway.pushes.fake_fcm.judging import violations
from bluezone.portal.appgateway.pushes.message import Message, request_body
from bluezone.portal.appgateway.pushes.provider import SENT, Delivery, Outcome, Result

LETTERS = string.ascii_letters + string.digits + "_-"


@dataclass
class Kept:
    """A message that waits for its phone."""

    token: str
    data: dict[str, str]
    useless_at: int


@dataclass
class Firebase:
    """Attributes: `types` counts what was ever sent, by command; `results` what became of it."""

    rng: Random
    deliver: Callable[[Handset, Kept], None]
    trouble: float = 0.0
    name: str = "town"
    owners: dict[str, Handset] = field(default_factory=dict)
    every_token: set[str] = field(default_factory=set)
    types: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)

    def new_token(self, handset: Handset) -> str:
        """Give the phone a token; the one that it had before is unregistered."""
        for token in [token for token, owner in self.owners.items() if owner is handset]:
            del self.owners[token]
        token = f"{self._letters(22)}:APA91b{self._letters(134)}"
        self.owners[token] = handset
        self.every_token.add(token)
        return token

    def _letters(self, count: int) -> str:
        return "".join(self.rng.choice(LETTERS) for _ in range(count))

    def send(self, messages: Sequence[Message]) -> Delivery:
        """Take messages as FCM would (`pushes.provider.Provider`)."""
        outcomes = [self._send(message) for message in messages]
        self.results.update(outcome.result.value for outcome in outcomes)
        return Delivery(outcomes)

    def _send(self, message: Message) -> Outcome:
        request = json.loads(request_body(message))
        wrong = list(violations(request))
        assert not wrong, wrong
        data: dict[str, str] = request["message"]["data"]
        self.types[data["Type"]] += 1
        if self.rng.random() < self.trouble:
            return Outcome(Result.RETRY, "http_503")
        owner = self.owners.get(message.token)
        if owner is None:
            return Outcome(Result.DEAD, "unregistered")
        self.deliver(owner, Kept(message.token, data, message.useless_at))
        return SENT
