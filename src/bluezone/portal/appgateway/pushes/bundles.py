"""Bundles of F0 entries: split, kept until they expire, asked for by their `FindGUID`.

Source: spec/bluezone-wire.md 1.5, 4.1 and W8: at most 27 entries a push, each push of a phone
with a number of its own, and an end: the published server's bundles had none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bluezone.portal.appgateway.pushes.commands import FindTemplate, find_template
from bluezone.portal.appgateway.pushes.errors import FindGuidInvalidError, RoundInvalidError
from bluezone.portal.appgateway.pushes.f0_content import DAYS, MAX_ENTRIES, check_entries
from bluezone.portal.appgateway.pushes.find_guid import find_guid_key, read_find_guid
from bluezone.portal.appgateway.pushes.models import Bundle
from bluezone.protocol.bluezone.f0 import F0Entry, encode_f0_list, parse_f0_list

DAY_S: Final = 86_400
LIVES_S: Final = 14 * DAY_S
"""How long a bundle is pushed and can be answered: phones look no further back."""
KEPT_S: Final = 14 * DAY_S
"""How long after that an answer is told "expired" instead of "unknown"."""


@dataclass(frozen=True, slots=True)
class BundleState:
    """What the bundle is that a phone answers to.

    Attributes:
        round_id: the round it belongs to.
        expired: too late (Status 62), or everything in it was withdrawn.
    """

    round_id: int
    expired: bool


def split(entries: Sequence[F0Entry]) -> Iterator[Sequence[F0Entry]]:
    """Yield the entries in pieces that fit into one push, each once, oldest first.

    Raises:
        RoundInvalidError: there are none.
        PushInvalidError: an entry that must not be pushed.
    """
    unique = sorted(set(entries), key=lambda entry: (entry.time_start, entry.daily_key))
    if not unique:
        raise RoundInvalidError("a round needs at least one entry")
    for first in range(0, len(unique), MAX_ENTRIES):
        piece = unique[first : first + MAX_ENTRIES]
        check_entries(piece)
        yield piece


def rows(
    entries: Sequence[F0Entry], round_id: int, *, now: int, expires_at: int
) -> Iterator[Bundle]:
    """Yield the bundles of a round, not stored yet; each one's push is checked.

    Raises:
        RoundInvalidError: no entries.
        PushInvalidError: an entry that must not be pushed.
    """
    for piece in split(entries):
        find_template(piece)
        yield Bundle(
            round_id=round_id,
            entries=encode_f0_list(piece),
            entry_count=len(piece),
            days=DAYS,
            opened_at=now,
            expires_at=expires_at,
        )


def template_of(bundle: Bundle) -> FindTemplate:
    """Return the push of a bundle that still has entries.

    Raises:
        PushInvalidError: what is stored is none of ours.
        InvalidF0ListError: the same.
    """
    return find_template(parse_f0_list(bundle.entries), bundle.days)


def bundle_state(find_guid: str, phone_id: int, now: int) -> BundleState:
    """Return what a phone answers to.

    Args:
        find_guid: what it sent as `FindGUID`.
        phone_id: the phone that its token belongs to.
        now: Unix seconds.

    Raises:
        FindGuidInvalidError: not ours, made for another phone, or long over (Status 61).
    """
    number = read_find_guid(find_guid, phone_id, key=find_guid_key())
    bundle = Bundle.objects.filter(pk=number).first()
    if bundle is None:
        raise FindGuidInvalidError("there is no such bundle any more")
    over = now >= bundle.expires_at or bundle.withdrawn_at is not None
    return BundleState(bundle.round_id, expired=over)
