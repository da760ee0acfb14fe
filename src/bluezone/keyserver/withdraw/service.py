"""One withdrawal from the decoded request to the answer, the same for both schemes.

The revision token is the whole proof: only this server can make one, and only whoever
published the keys got it. Google's token is for changing a report type and never deletes;
that ours also takes keys back is our addition.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec
from starlette.responses import Response

from bluezone.keyserver.errors import KeyServerError, TooManyRequestsError
from bluezone.keyserver.publish.reply import Entropy, padding
from bluezone.keyserver.publish.request import decode_request
from bluezone.keyserver.publish.revision_token import TokenSealer
from bluezone.keyserver.settings import PublishLimits
from bluezone.keyserver.store.writer import BatchingWriter
from bluezone.keyserver.withdraw.store import Withdrawal
from bluezone.protocol.scheme import Scheme

WithdrawWriter = BatchingWriter[Withdrawal, int]
_MINUTE_S: Final = 60


class WithdrawRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="camel"):
    """Body of `POST /v1/withdraw` and `POST /bluezone/v1/withdraw`."""

    revision_token: str
    padding: str | None = None


class _Wire(msgspec.Struct, rename="camel"):
    withdrawn_exposures: int
    error: str
    code: str
    padding: str


@dataclass(slots=True)
class MinuteLimit:
    """So many a minute for everybody together: addresses are not looked at here."""

    most: int
    _minute: int = field(default=0, init=False)
    _taken: int = field(default=0, init=False)

    def take(self, now: int) -> None:
        """Count one more.

        Raises:
            TooManyRequestsError: this minute's are used up.
        """
        minute = now // _MINUTE_S
        if minute != self._minute:
            self._minute, self._taken = minute, 0
        if self._taken >= self.most:
            raise TooManyRequestsError("too many withdrawals at once; try again in a minute")
        self._taken += 1


@dataclass(frozen=True, slots=True)
class WithdrawService:
    """What a withdrawal needs beside the request."""

    limits: PublishLimits
    sealer: TokenSealer
    writer: WithdrawWriter
    clock: Callable[[], int]
    entropy: Entropy
    limit: MinuteLimit

    async def withdraw(self, body: bytes, scheme: Scheme) -> int:
        """Delete what the token lists; return how many keys were there, when it is durable.

        Raises:
            BadRequestError: not a request of this form.
            InvalidRevisionTokenError: not a token of this server and scheme.
            TooManyRequestsError: this minute's withdrawals are used up.
            StoreUnavailableError: the database did not take the write.
        """
        self.limit.take(self.clock())
        request = decode_request(body, WithdrawRequest)
        listed = self.sealer.unseal(request.revision_token, scheme=scheme)
        return await self.writer.submit(Withdrawal(scheme, listed))


def answer(count: int, entropy: Entropy, *, refused: KeyServerError | None = None) -> Response:
    """Return the answer: always the same members, padded to hide what it says."""
    error, code = ("", "") if refused is None else (str(refused), refused.code)
    body = msgspec.json.encode(_Wire(count, error, code, padding(entropy)))
    status = 200 if refused is None else refused.status
    headers = {"cache-control": "no-store"}
    return Response(body, status, headers=headers, media_type="application/json")
