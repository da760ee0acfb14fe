"""What a person's phone does with a slip: right for signature, later voucher for a count.

Source: RFC 9474; docs/agencies.md says who learns what. Each step is a compare-and-set or a
unique row, so that of any number of tries exactly one counts. Nothing here writes a time, an
address or an audit entry: an entry a redemption would be the list of names by the back door.
"""

import hashlib
from random import Random

from django.db import IntegrityError, transaction
from django.db.models import F

from bluezone.portal.campaign.agencies.errors import (
    SlipInvalidError,
    SlipUsedError,
    SlipVoidedError,
    VoucherInvalidError,
    VouchersClosedError,
    VoucherSpentError,
)
from bluezone.portal.campaign.agencies.models import (
    DailyCount,
    Pool,
    Slip,
    SlipState,
    SpentToken,
)
from bluezone.portal.campaign.agencies.pools import private_key, public_numbers
from bluezone.portal.campaign.agencies.reporting_days import reporting_day
from bluezone.portal.campaign.agencies.slip_codes import code_hmac, label_of, normalise
from bluezone.protocol.voucher import (
    PREPARED_BYTES,
    InvalidVoucherError,
    blind_sign,
    verify_voucher,
)


def pool_by_label(label: str) -> Pool:
    """Return the pool that the first four characters of a code name, with its agency.

    Raises:
        SlipInvalidError: there is none.
    """
    pool = Pool.objects.select_related("agency").filter(label=label.upper()).first()
    if pool is None:
        raise SlipInvalidError("no such code")
    return pool


def sign_blinded(code: str, blinded: bytes, *, rng: Random) -> bytes:
    """Exchange the right on a slip for a signature that the portal cannot recognise later.

    Args:
        code: as typed or scanned.
        blinded: the blinded message, 256 bytes. The same code with the same message gets
            the same answer again, so that nothing is lost with a connection.
        rng: source of the signer's own blinding.

    Raises:
        SlipInvalidError, SlipUsedError, SlipVoidedError: the code is not good.
        VoucherInvalidError: the message cannot be signed.
        VouchersClosedError: the campaign is over.
    """
    slip = _slip(code)
    seen = hashlib.sha256(blinded).hexdigest()
    if slip.state != SlipState.UNUSED and slip.blinded_hash != seen:
        raise _refusal(slip)
    key = private_key(slip.pool)
    modulus = public_numbers(slip.pool).n
    try:
        signature = blind_sign(key, blinded, factor=rng.randrange(2, modulus))
    except InvalidVoucherError:
        raise VoucherInvalidError("the blinded message cannot be signed") from None
    if slip.state == SlipState.UNUSED:
        _exchange(slip, blinded_hash=seen)
    return signature


def redeem(kid: str, prepared: bytes, signature: bytes, *, now: int) -> None:
    """Count a voucher, once.

    Args:
        kid: id of the key.
        prepared: the signed message, 64 bytes.
        signature: 256 bytes.
        now: Unix seconds; only the reporting day is kept.

    Raises:
        VoucherInvalidError: not a voucher of this key.
        VoucherSpentError: it was counted before.
        VouchersClosedError: the campaign is over.
    """
    pool = Pool.objects.filter(kid=kid).first()
    if pool is None or len(prepared) != PREPARED_BYTES:
        raise VoucherInvalidError("this is not a voucher")
    _check_open(pool)
    try:
        verify_voucher(public_numbers(pool).public_key(), prepared, signature)
    except InvalidVoucherError:
        raise VoucherInvalidError("this is not a voucher") from None
    hashed = hashlib.sha256(prepared).hexdigest()
    with transaction.atomic():
        _spend(pool, hashed)
        _count(pool, now=now)


def redeem_slip(code: str, *, now: int) -> None:
    """Count a slip itself, for a browser without script: single use, but not unlinkable.

    Raises:
        SlipInvalidError, SlipUsedError, SlipVoidedError: the code is not good.
    """
    slip = _slip(code)
    if slip.state != SlipState.UNUSED:
        raise _refusal(slip)
    with transaction.atomic():
        _exchange(slip, blinded_hash="")
        _count(slip.pool, now=now)


def _slip(text: str) -> Slip:
    code = normalise(text)
    pool = pool_by_label(label_of(code))
    _check_open(pool)
    slip = Slip.objects.filter(
        unit_path=pool.unit_path, pool=pool, code_hmac=code_hmac(code)
    ).first()
    if slip is None:
        raise SlipInvalidError("no such code")
    slip.pool = pool
    return slip


def _exchange(slip: Slip, *, blinded_hash: str) -> None:
    """Use up a slip; of several at once one gets through, and so does its twin."""
    with transaction.atomic():
        unused = Slip.objects.filter(pk=slip.pk, state=SlipState.UNUSED)
        if unused.update(state=SlipState.EXCHANGED, blinded_hash=blinded_hash) == 1:
            open_pool = Pool.objects.filter(pk=slip.pool_id, closed_at__isnull=True)
            if not open_pool.update(unused=F("unused") - 1, exchanged=F("exchanged") + 1):
                raise _closed()
            return
    _check_open(Pool.objects.get(pk=slip.pool_id))  # its slips are gone, nothing to look at
    slip.refresh_from_db(fields=["state", "blinded_hash"])
    if not blinded_hash or slip.blinded_hash != blinded_hash:
        raise _refusal(slip)


def _check_open(pool: Pool) -> None:
    if pool.closed_at is not None:
        raise _closed()


def _closed() -> VouchersClosedError:
    return VouchersClosedError("the campaign is over")


def _spend(pool: Pool, hashed: str) -> None:
    try:
        with transaction.atomic():
            SpentToken.objects.create(unit_path=pool.unit_path, pool=pool, token_hash=hashed)
    except IntegrityError:
        raise VoucherSpentError("this voucher was counted before") from None


def _refusal(slip: Slip) -> SlipUsedError | SlipVoidedError:
    kind = SlipVoidedError if slip.state == SlipState.VOIDED else SlipUsedError
    return kind("this slip was used or replaced")


def _count(pool: Pool, *, now: int) -> None:
    open_pool = Pool.objects.filter(pk=pool.pk, closed_at__isnull=True)
    if not open_pool.update(redeemed=F("redeemed") + 1):
        raise _closed()
    row, _made = DailyCount.objects.get_or_create(
        unit_path=pool.unit_path, pool=pool, day=reporting_day(now)
    )
    DailyCount.objects.filter(pk=row.pk).update(count=F("count") + 1)
