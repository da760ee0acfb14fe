"""Store publishes, many in one transaction, and recognise keys that come again.

The surprising decision: nothing remembers certificates. A publish that is sent again (the
answer was lost) finds its keys stored with the same report type and gets the same success
without storing anything; a certificate cannot be replayed with other keys, because it binds
them. A key that stands here with another report type would be a revision, see `_refuse`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.exc import IntegrityError

from bluezone.keyserver.errors import (
    BadRequestError,
    InvalidRevisionTokenError,
    InvalidTransitionError,
    KeyServerError,
    MissingRevisionTokenError,
)
from bluezone.keyserver.publish.accepted import AcceptedKey
from bluezone.keyserver.publish.revision_token import Listed
from bluezone.keyserver.store.db import Lock, hold
from bluezone.protocol.scheme import Scheme

# No LIMIT: the answer has at most one row for each key asked, 30 for a publish.
_FIND: Final = text("""
    SELECT key_id, start, period, report_type
      FROM known_key
     WHERE key_id IN :key_ids
     ORDER BY key_id
""").bindparams(bindparam("key_ids", expanding=True))

_REMEMBER: Final = text("""
    INSERT INTO known_key (key_id, start, period, report_type)
    VALUES (:key_id, :start, :period, :report_type)
""")

_APPEND: Final = text("""
    INSERT INTO published_keys
           (scheme, region, traveler, health_authority_id, created_at, generated, packed_keys)
    VALUES (:scheme, :region, :traveler, :health_authority_id, :created_at, :generated,
            :packed_keys)
""")

# The newest end of a window that a worker has closed: what is stored now must not fall
# behind it, or no file would ever hold it (a clock set back, a very short settling time).
_CLOSED: Final = text("SELECT COALESCE(MAX(closed_until), 0) FROM export_series")

_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class NewPublish:
    """One publish that passed every rule.

    Attributes:
        scheme: `en` or `bluezone`.
        region: where its keys are exported.
        traveler: exported in every region as well.
        health_authority_id: whose certificate it was.
        keys: the keys to store.
        listed: what the revision token of the request lists; None without a token; an empty
            mapping for a token that could not be opened.
    """

    scheme: Scheme
    region: str
    traveler: bool
    health_authority_id: str
    keys: tuple[AcceptedKey, ...]
    listed: Listed | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """Which keys of a publish are in the store now, and what was left out."""

    keys: tuple[AcceptedKey, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    start: int
    period: int
    report_type: int


def insert_publishes(
    engine: Engine, publishes: Sequence[NewPublish]
) -> list[Stored | KeyServerError]:
    """Store `publishes` in one transaction; return what became of each, in order."""
    for _ in range(_ATTEMPTS - 1):
        try:
            with engine.begin() as db:
                return _insert(db, publishes)
        except IntegrityError:  # another server stored one of the keys meanwhile: look again
            continue
    with engine.begin() as db:
        return _insert(db, publishes)


def _insert(db: Connection, publishes: Sequence[NewPublish]) -> list[Stored | KeyServerError]:
    hold(db, Lock.WINDOWS, shared=True)  # a window that is closed meanwhile would miss our keys
    closed_until = int(db.execute(_CLOSED).scalar_one())
    known = _find(db, [key.key_id for publish in publishes for key in publish.keys])
    results: list[Stored | KeyServerError] = []
    fresh: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    for publish in publishes:
        try:
            stored = _decide(publish, known)
        except KeyServerError as refused:
            results.append(refused)
            continue
        results.append(stored)
        new = [key for key in stored.keys if key.key_id not in known]
        known.update((key.key_id, _Known(key.start, key.period, key.report_type)) for key in new)
        fresh.extend(_known_row(key) for key in new)
        rows.extend(_packed_rows(publish, new, closed_until))
    if rows:
        db.execute(_REMEMBER, sorted(fresh, key=lambda row: bytes(row["key_id"])))  # type: ignore[call-overload]
        db.execute(_APPEND, rows)
    return results


def _find(db: Connection, key_ids: list[bytes]) -> dict[bytes, _Known]:
    rows = db.execute(_FIND, {"key_ids": key_ids})
    return {bytes(key_id): _Known(*rest) for key_id, *rest in rows}


def _decide(publish: NewPublish, known: dict[bytes, _Known]) -> Stored:
    stored, warnings = [], []
    for number, key in enumerate(publish.keys):
        old = known.get(key.key_id)
        if old is not None and old.report_type != key.report_type:
            raise _refuse(publish, key)
        if old is not None and (old.start, old.period) != (key.start, key.period):
            warnings.append(f"accepted key {number} is published with another interval already")
            continue
        stored.append(key)
    if not stored:
        raise BadRequestError("no key of the request can be accepted", tuple(warnings))
    return Stored(tuple(stored), tuple(warnings))


def _refuse(publish: NewPublish, key: AcceptedKey) -> KeyServerError:
    """Say why a key cannot get another report type: first the proof, then the change."""
    if publish.listed is None:
        return MissingRevisionTokenError(
            "a key is published with another report type; send the revision token"
        )
    if publish.listed.get(key.key_id) != (key.start, key.period):
        return InvalidRevisionTokenError("the revision token does not list every key to revise")
    return InvalidTransitionError("this server does not change a report type yet")


def _known_row(key: AcceptedKey) -> dict[str, object]:
    return {
        "key_id": key.key_id,
        "start": key.start,
        "period": key.period,
        "report_type": key.report_type,
    }


def _packed_rows(
    publish: NewPublish, keys: Sequence[AcceptedKey], closed_until: int
) -> list[dict[str, object]]:
    """Return one row for each hour of release: a key that is still alive waits."""
    by_release: dict[int, list[bytes]] = {}
    for key in keys:
        by_release.setdefault(max(key.created_at, closed_until), []).append(key.record)
    return [
        packed_row(
            publish.scheme,
            region=publish.region,
            traveler=publish.traveler,
            health_authority_id=publish.health_authority_id,
            created_at=created_at,
            generated=False,
            records=records,
        )
        for created_at, records in by_release.items()
    ]


def packed_row(
    scheme: Scheme,
    *,
    region: str,
    traveler: bool,
    health_authority_id: str,
    created_at: int,
    generated: bool,
    records: Sequence[bytes],
) -> dict[str, object]:
    """Return the parameters of one row; its records are sorted, so their order says nothing."""
    return {
        "scheme": scheme.value,
        "region": region,
        "traveler": traveler,
        "health_authority_id": health_authority_id,
        "created_at": created_at,
        "generated": generated,
        "packed_keys": b"".join(sorted(records)),
    }


def append_rows(db: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Insert rows made by `packed_row`."""
    db.execute(_APPEND, list(rows))
