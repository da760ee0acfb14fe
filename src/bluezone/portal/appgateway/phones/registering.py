"""One group of registrations and token changes in one transaction, on either database.

Everything here may be done twice. Rows are written in one order everywhere (hashes, then
numbers), so that two processes wait for each other instead of blocking each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from bluezone.portal.appgateway.phones.counting import tally
from bluezone.portal.appgateway.phones.looking_up import adapted
from bluezone.portal.appgateway.phones.models import EarlierToken, Phone
from bluezone.portal.appgateway.phones.renewing import make_current, renew
from bluezone.portal.appgateway.phones.tokens import PhoneId, day_start, hash_of

_INSERT: Final = """
    INSERT INTO gateway_phones_phone (token_hash, token, platform, registered_at, seen_at)
    VALUES {rows}
    ON CONFLICT (token_hash) DO NOTHING
    RETURNING id, token_hash
"""


@dataclass(frozen=True, slots=True)
class Registration:
    """A phone shows its token."""

    token: str = field(repr=False)
    platform: str
    now: int


@dataclass(frozen=True, slots=True)
class Renewal:
    """A phone says that its token has changed."""

    new: str = field(repr=False)
    old: str = field(repr=False)
    platform: str
    now: int


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of a job.

    Attributes:
        phone_id: the phone; None where the old token of a renewal is unknown.
        is_new: whether this job added the phone.
    """

    phone_id: PhoneId | None
    is_new: bool = False


@transaction.atomic
def commit(jobs: Sequence[Registration | Renewal]) -> list[Admission]:
    """Do all jobs, or none; return what became of each, in order."""
    shown = _register({job.token: job for job in jobs if isinstance(job, Registration)})
    answers = []
    for job in jobs:
        if isinstance(job, Renewal):
            answers.append(Admission(renew(job.new, job.old, job.platform, now=job.now)))
            continue
        admission = shown[job.token]
        answers.append(admission)
        shown[job.token] = replace(admission, is_new=False)  # new to the first of equals only
    return answers


def _register(showing: Mapping[str, Registration]) -> dict[str, Admission]:
    by_hash = {hash_of(token): job for token, job in showing.items()}
    known = _look_up(by_hash)
    added = _insert({hashed: job for hashed, job in by_hash.items() if hashed not in known})
    late = [hashed for hashed in by_hash if hashed not in known and hashed not in added]
    known |= _look_up(late)  # another process was faster
    _touch(known, by_hash)
    tally(by_hash[hashed] for hashed in added)
    found = {hashed: _of_known(known.get(hashed), job) for hashed, job in by_hash.items()}
    found |= {hashed: Admission(number, is_new=True) for hashed, number in added.items()}
    return {by_hash[hashed].token: admission for hashed, admission in found.items()}


def _look_up(hashes: Iterable[UUID]) -> dict[UUID, Phone | EarlierToken]:
    """Return the row of every token that is known, the current ones in the first place."""
    wanted = list(hashes)
    if not wanted:
        return {}
    current = {row.token_hash: row for row in Phone.objects.filter(token_hash__in=wanted)}
    others = [hashed for hashed in wanted if hashed not in current]
    earlier = EarlierToken.objects.filter(token_hash__in=others) if others else ()
    return {**{row.token_hash: row for row in earlier}, **current}


def _insert(missing: Mapping[UUID, Registration]) -> dict[UUID, PhoneId]:
    """Add phones; return those that nobody else added meanwhile."""
    if not missing:
        return {}
    values: list[UUID | str | int] = []
    for hashed in sorted(missing):
        job = missing[hashed]
        day = day_start(job.now)
        values += [adapted(hashed), job.token, job.platform, day, day]
    rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(missing))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(rows=rows), values)
        return {_hash(text): PhoneId(number) for number, text in cursor.fetchall()}


def _touch(
    known: Mapping[UUID, Phone | EarlierToken], by_hash: Mapping[UUID, Registration]
) -> None:
    """Note that phones spoke: once a day, unless it changes more than the day."""
    for row in sorted(known.values(), key=_phone_number):
        job = by_hash[row.token_hash]
        if row.token == job.token and _is_news(row, job):
            make_current(_phone_number(row), job.token, job.platform, now=job.now)


def _is_news(row: Phone | EarlierToken, job: Registration) -> bool:
    if isinstance(row, EarlierToken):
        return True
    told = bool(job.platform) and job.platform != row.platform
    return told or row.dead_at is not None or row.seen_at < day_start(job.now)


def _of_known(row: Phone | EarlierToken | None, job: Registration) -> Admission:
    """Return the phone of a known row; none for a hash that two tokens share."""
    same = row is not None and row.token == job.token
    return Admission(_phone_number(row) if row is not None and same else None)


def _phone_number(row: Phone | EarlierToken) -> PhoneId:
    return PhoneId(row.phone_id if isinstance(row, EarlierToken) else row.id)


def _hash(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))
