"""Accepting the upload of somebody who helps: once, whatever the phone repeats.

Source: spec/bluezone-wire.md 3.2 (ConfirmDeclare; 51 wrong, 52 expired), 3.4 rules 5 and 6, W2,
W5 and W7. The published app sends two requests at once, one without and one with its history,
in any order, perhaps more than once. The first good one uses up the code; for ten minutes the
same phone may come again, which changes nothing except that a consented
history that did not come yet is taken in. Anybody else hears that the code is wrong.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from django.db import transaction
from django.db.models import Q

from bluezone.portal.appgateway.consent import entries, guessing, histories, own_keys, receipts
from bluezone.portal.appgateway.consent.codes import claimant_hmac, code_hmac, normalise, owner_hmac
from bluezone.portal.appgateway.consent.models import (
    HelpCode,
    HelpState,
    Mode,
    SharedHistory,
    Upload,
)
from bluezone.portal.appgateway.consent.own_keys import OwnKeys
from bluezone.portal.appgateway.consent.windows import LOOK_BACK_DAYS, Window, window_at
from bluezone.portal.appgateway.envelope import Status
from bluezone.portal.audit.services import PHONE, record
from bluezone.protocol.bluezone.slot import DAY_S, utc_midnight_s
from bluezone.protocol.diagnosis_key import DEFAULT_SLOTS

AGAIN_S: Final = 600
"""How long the phone that used a code may come again: the app's own uploads end after 60 s."""
_NUMBER_BITS: Final = 62


@dataclass(frozen=True, slots=True)
class HelpUpload:
    """One request to ConfirmDeclare, as far as it is looked at.

    Attributes:
        code: `OTP`, as it came.
        phone_id: number of the phone in the registry; None for a request without a token.
        infof_text: `InfoF`, as it came.
        history: the file, if it came and was not dropped at the door; the caller overwrites it.
        address: of the client; counted as HMAC.
    """

    code: str = field(repr=False)
    phone_id: int | None
    infof_text: str = field(repr=False)
    history: bytes | bytearray | None = field(default=None, repr=False)
    address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The help arrived; what the person gets is pushed to the phone.

    Attributes:
        repeated: the same help had arrived before.
        rows: contacts that are kept.
    """

    repeated: bool
    rows: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing was stored; `status` is what the phone is told."""

    status: Status


@dataclass(frozen=True, slots=True)
class _Offer:
    """An upload that could be accepted, if its code is right."""

    upload: HelpUpload
    phone_id: int
    digits: str
    keys: OwnKeys = field(repr=False)

    @property
    def claimant(self) -> str:
        return claimant_hmac(self.digits, self.phone_id)

    @property
    def owner(self) -> str:
        return owner_hmac(self.digits, self.keys.root)


@dataclass(frozen=True, slots=True)
class _Used:
    """A code that this phone used, now or just before."""

    code: HelpCode
    window: Window | None
    repeated: bool


def any_open_with_history(now: int) -> bool:
    """Return whether a history could be welcome: only then is one held in memory at all."""
    may_come = Q(state=HelpState.OPEN, expires_at__gt=now) | Q(
        state=HelpState.USED, again_until__gt=now, history__received=False
    )
    return HelpCode.objects.filter(may_come).exclude(mode=Mode.KEYS).exists()


def accept(upload: HelpUpload, *, now: int, rng: Random) -> Receipt | Refusal:
    """Accept an upload; durable when this returns.

    Args:
        upload: as it came.
        now: Unix seconds.
        rng: source of the receipt's secret and of the upload's number.

    Returns:
        a receipt; or a refusal with 11 (no token), 2 (keys that cannot be believed, or none of
        the infectious days among them), 51 (a wrong code, a used one, or one of too many) or
        52 (a code whose time is over).
    """
    if upload.phone_id is None:
        return Refusal(Status.TOKEN_INVALID)
    keys, digits = own_keys.read_own_keys(upload.infof_text, now=now), normalise(upload.code)
    if keys is None:
        return Refusal(Status.INVALID_REQUEST)
    if digits is None:
        return Refusal(Status.CODE_INVALID)
    attempt = guessing.try_of(upload.phone_id, digits, upload.address, now=now)
    admission = guessing.admit(attempt, now=now)
    if admission is guessing.Admission.REFUSED:
        return Refusal(Status.CODE_INVALID)
    offer = _Offer(upload, upload.phone_id, digits, keys)
    with transaction.atomic():
        outcome = _judge(offer, now=now, rng=rng)
    was_right = isinstance(outcome, _Used) or outcome.status == Status.INVALID_REQUEST
    if was_right and admission is guessing.Admission.TAKEN:
        guessing.give_back(attempt)
    if isinstance(outcome, Refusal):
        return outcome
    return Receipt(outcome.repeated, _take_in(outcome, offer, now=now, rng=rng))


def _judge(offer: _Offer, *, now: int, rng: Random) -> _Used | Refusal:
    """Find the code and do what its state allows; the row is locked."""
    rows = HelpCode.objects.select_for_update().filter(code_hmac=code_hmac(offer.digits))
    code = rows.first()
    if code is None:
        return Refusal(Status.CODE_INVALID)
    if code.state == HelpState.USED:
        mine = code.claimant == offer.claimant and (code.again_until or 0) > now
        again = _Used(code, _window(code, offer, now=now), repeated=True)
        return again if mine else Refusal(Status.CODE_INVALID)
    if code.state == HelpState.REVOKED or code.expires_at <= now:
        return Refusal(Status.CODE_EXPIRED)
    window = _window(code, offer, now=now)
    if window is None:
        return Refusal(Status.INVALID_REQUEST)
    used = {"state": HelpState.USED, "claimant": offer.claimant, "again_until": now + AGAIN_S}
    if not HelpCode.objects.filter(pk=code.pk, state=HelpState.OPEN).update(**used):
        return Refusal(Status.CODE_INVALID)
    _store(code, offer, window, now=now, rng=rng)
    return _Used(code, window, repeated=False)


def _store(code: HelpCode, offer: _Offer, window: Window, *, now: int, rng: Random) -> None:
    """Store the keys, in a row that knows nothing of the code, and push the receipt."""
    secret = receipts.new_secret(rng)
    upload = Upload.objects.create(
        id=rng.getrandbits(_NUMBER_BITS),
        daily_key=offer.keys.key_of(window.first_midnight),
        first_midnight=window.first_midnight,
        last_midnight=window.last_midnight,
        slots=DEFAULT_SLOTS,
        receipt_hmac=receipts.upload_hmac(secret),
        expires_at=window.last_midnight + (LOOK_BACK_DAYS + 1) * DAY_S,
    )
    if code.mode != Mode.KEYS:
        SharedHistory.objects.create(
            code=code,
            case_id=code.case_id,
            receipt_hmac=receipts.history_hmac(secret),
            owner=offer.owner,
            expires_at=utc_midnight_s(now) + LOOK_BACK_DAYS * DAY_S,
        )
    receipts.send(secret, offer.phone_id, now=now, useless_at=upload.expires_at)
    record(PHONE, "help.accepted", "help", {"mode": code.mode})


def _take_in(used: _Used, offer: _Offer, *, now: int, rng: Random) -> int:
    """Keep what the person agreed to of a file, outside any transaction; return how many rows.

    Whoever is killed before the end leaves a history that has not come yet.
    """
    data, history = offer.upload.history, SharedHistory.objects.filter(code=used.code).first()
    if history is None or history.received:
        return 0 if history is None else history.rows
    if data is None or used.window is None or history.owner != offer.owner:
        return 0
    only = entries.known_entries(now) if used.code.mode == Mode.KNOWN_CASES else None
    kept = histories.keep(data, offer.keys, used.window, only=only)
    histories.fill(history, kept, rng=rng)
    return len(kept.rows)


def _window(code: HelpCode, offer: _Offer, *, now: int) -> Window | None:
    return window_at(code.first_day, code.last_day, keys_from=offer.keys.midnight, now=now)
