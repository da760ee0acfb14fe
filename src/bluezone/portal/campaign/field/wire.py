"""The JSON of /field/sync, from bytes to checked visits. Outside bytes give these or our error.

Limits are ours: 200 visits a request keep it under the portal's 64 000 bytes.
"""

from collections import Counter
from typing import Final, NewType

import msgspec

from bluezone.portal.campaign.field.choices import Kind, Outcome, Reason
from bluezone.portal.campaign.field.errors import (
    BadRequestError,
    BatchTooLargeError,
    VisitRefusedError,
)
from bluezone.portal.campaign.field.fold import OpId

MAX_VISITS: Final = 200
MAX_PHONES: Final = 20
MAX_LATE: Final = 10_000
MAX_NUMBER: Final = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""

Token = NewType("Token", str)


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The visit that a void takes back."""

    device: str
    counter: int


class SentVisit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation as a phone sends it; docs/field.md has the meaning of each field."""

    counter: int
    household: int
    at: int
    time: int
    kind: str = Kind.VISIT.value
    outcome: str = ""
    reason: str = ""
    phones: int = 0
    target: Target | None = None

    @property
    def target_id(self) -> OpId | None:
        """The id of the visit taken back, None for a visit."""
        return None if self.target is None else OpId(self.target.device, self.target.counter)


class SyncRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a phone says at a contact.

    `late`: how many visits it had to drop, by outcome; said once, after it was turned away.
    """

    device: str
    now: int
    cursor: int = 0
    visits: tuple[SentVisit, ...] = ()
    late: dict[str, int] = {}

    @property
    def came_late(self) -> Counter[str]:
        """Visits that a phone that is turned away has lost, by outcome."""
        sent = (visit.outcome for visit in self.visits if visit.kind == Kind.VISIT)
        return Counter(self.late) or Counter(name for name in sent if name in Outcome.values)


def read_sync(body: bytes) -> SyncRequest:
    """Return the request in `body`.

    Raises:
        BadRequestError: no JSON of this shape, or a number out of bounds.
        BatchTooLargeError: more than `MAX_VISITS` visits.
    """
    try:
        request = msgspec.json.decode(body, type=SyncRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequestError(f"not the expected JSON: {type(error).__name__}") from None
    if len(request.visits) > MAX_VISITS:
        raise BatchTooLargeError(f"{len(request.visits)} visits; at most {MAX_VISITS} at once")
    if not (_fits(request.now) and _fits(request.cursor)) or len(request.device) > 40:
        raise BadRequestError("a number or the device is out of bounds")
    if any(not _fits(visit.counter) for visit in request.visits):
        raise BadRequestError("a counter is out of bounds")
    if not all(name in Outcome.values and 0 < n <= MAX_LATE for name, n in request.late.items()):
        raise BadRequestError("no such outcome among the late visits, or too many")
    return request


def check_visit(visit: SentVisit) -> None:
    """Check what can be checked of one operation alone.

    Raises:
        VisitRefusedError: it says nothing that we know.
    """
    if not all(map(_fits, (visit.household, visit.at, visit.time))):
        raise VisitRefusedError("a number is out of bounds")
    if visit.kind == Kind.VOID:
        _check_void(visit)
    elif visit.kind != Kind.VISIT:
        raise VisitRefusedError("neither a visit nor a void")
    elif visit.outcome not in Outcome.values:
        raise VisitRefusedError("no such outcome")
    elif visit.reason not in ("", *Reason.values) or visit.target is not None:
        raise VisitRefusedError("no such reason, or a visit with a target")
    elif (visit.outcome == Outcome.REFUSED) != bool(visit.reason):
        raise VisitRefusedError("a refusal has a reason, and nothing else has one")
    elif not 0 <= visit.phones <= MAX_PHONES:
        raise VisitRefusedError(f"more than {MAX_PHONES} phones")


def _check_void(visit: SentVisit) -> None:
    target = visit.target
    if target is None or visit.outcome or visit.reason or visit.phones:
        raise VisitRefusedError("a void has a target and nothing else")
    if not _fits(target.counter) or len(target.device) > 40:
        raise VisitRefusedError("the target is out of bounds")


def _fits(number: int) -> bool:
    return 0 <= number <= MAX_NUMBER
