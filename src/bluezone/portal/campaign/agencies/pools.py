"""Keys and slips of an agency: made, printed, voided, made anew.

How many are alive is bounded by the database, whatever this code does. A slip is shown once,
when it is printed; only its HMAC stays. Voiding goes by number, never by person: nobody, not
even the portal, can say which slip was lost, so slips are drawn by lot among the unused ones.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicNumbers,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from bluezone.portal import keyring
from bluezone.portal.audit.services import record
from bluezone.portal.campaign.agencies.errors import (
    AgencyError,
    TooManyVouchersError,
    VouchersClosedError,
)
from bluezone.portal.campaign.agencies.models import (
    Agency,
    AgencySize,
    Pool,
    Purpose,
    Slip,
    SlipState,
)
from bluezone.portal.campaign.agencies.slip_codes import code_hmac, new_code
from bluezone.portal.errors import UnsafeSecretError
from bluezone.protocol.voucher import MODULUS_BITS, PUBLIC_EXPONENT, key_id, key_label

SHEET_SLIPS: Final = 400
"""Ours: at most so many slips in one print."""
RELATIVES_PER_PERSON: Final = 5
"""Ours: vouchers for relatives are not many more than a household."""
_SEAL: Final = "voucher key"


@dataclass(frozen=True, slots=True)
class Sheet:
    """New slips, to be printed now: the codes are nowhere else."""

    pool: Pool
    codes: tuple[str, ...] = field(repr=False)

    @property
    def address(self) -> str:
        """The address to type, without the scheme."""
        return f"{settings.BLUEZONE_PUBLIC_URL.partition('://')[2]}/voucher"

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Each code with the address in its QR code.

        Code and key id follow `#`: a browser keeps that part for itself, so that no log of
        any server has it.
        """
        start = f"{settings.BLUEZONE_PUBLIC_URL}/voucher/#"
        return tuple((code, f"{start}{code}.{self.pool.kid}") for code in self.codes)


def quota(purpose: str, *, staff: int, smartphones: int) -> int:
    """Return how many vouchers an agency of this size gets."""
    return smartphones if purpose == Purpose.STAFF else RELATIVES_PER_PERSON * staff


def pool_of(agency: Agency, purpose: str) -> Pool | None:
    """Return the vouchers of an agency for a purpose, None before the first print."""
    return Pool.objects.filter(unit_path=agency.unit_id, agency=agency, purpose=purpose).first()


def print_slips(agency: Agency, purpose: str, count: int, actor: str, *, rng: Random) -> Sheet:
    """Make `count` new slips and return them for printing.

    Raises:
        TooManyVouchersError: there would be more than the agency gets; it says how many may be.
        VouchersClosedError: the campaign is over.
    """
    pool = pool_of(agency, purpose) or _new_pool(agency, purpose, rng=rng)
    with transaction.atomic():
        pool = Pool.objects.select_for_update().get(pk=pool.pk)
        _check_room(pool, count)
        codes = [new_code(pool.label, rng) for _number in range(count)]
        # In the order of the HMAC, so that the table does not keep the order of the sheet.
        hashes = sorted(map(code_hmac, codes))
        rows = [Slip(unit_path=pool.unit_path, pool=pool, code_hmac=hashed) for hashed in hashes]
        Slip.objects.bulk_create(rows)
        Pool.objects.filter(pk=pool.pk).update(unused=F("unused") + count)
        facts = {"purpose": purpose, "count": count}
        record(actor, "vouchers.printed", f"agency {agency.pk}", facts)
    return Sheet(pool, tuple(codes))


def void_unused(agency: Agency, purpose: str, count: int, actor: str, *, rng: Random) -> None:
    """Void `count` of the slips that nobody has used, drawn by lot.

    Raises:
        TooManyVouchersError: so many unused slips are not there; a slip that was exchanged for
            a voucher cannot be voided.
    """
    pool = pool_of(agency, purpose)
    with transaction.atomic():
        live = Slip.objects.filter(pool=pool, state=SlipState.UNUSED)
        unused = list(live.values_list("pk", flat=True)) if pool else []
        if pool is None or not 1 <= count <= len(unused):
            # Without the number: it would tell, at any moment, how many have used theirs.
            text = _("So many unused slips are not there. Used slips cannot be voided.")
            raise TooManyVouchersError(text)
        chosen = rng.sample(sorted(unused), count)
        if live.filter(pk__in=chosen).update(state=SlipState.VOIDED) != count:
            raise TooManyVouchersError(_("A slip was used at this moment. Try again."))
        Pool.objects.filter(pk=pool.pk).update(
            unused=F("unused") - count, voided=F("voided") + count
        )
        facts = {"purpose": purpose, "count": count}
        record(actor, "vouchers.voided", f"agency {agency.pk}", facts)


def fit_quotas(agency: Agency, *, staff: int, smartphones: int) -> None:
    """Give the vouchers of an agency the limits of its new size.

    Raises:
        AgencyError: more vouchers are out than the agency may have then.
    """
    for pool in Pool.objects.select_for_update().filter(unit_path=agency.unit_id, agency=agency):
        allowed = quota(pool.purpose, staff=staff, smartphones=smartphones)
        fits = Pool.objects.annotate(alive=F("unused") + F("exchanged")).filter(
            pk=pool.pk, alive__lte=allowed
        )
        if fits.update(quota=allowed) != 1:
            raise AgencyError(_("More vouchers are out than that. Void unused slips first."))


def lock(agency: Agency) -> None:
    """Keep the agency's size and reports as they are until the caller's transaction ends."""
    Agency.objects.select_for_update().filter(pk=agency.pk).first()


def private_key(pool: Pool) -> RSAPrivateKey:
    """Return the key that signs the vouchers of a pool.

    Raises:
        UnsafeSecretError: the row was changed, or sealed by another portal.
    """
    der = keyring.unseal(bytes(pool.private_sealed), purpose=_SEAL)
    if der is None:
        raise UnsafeSecretError("the key of these vouchers cannot be opened")
    # Sealed bytes are ours and whole: checking the primes again would take a second.
    key = load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise UnsafeSecretError("the key of these vouchers is no RSA key")
    return key


def public_numbers(pool: Pool) -> RSAPublicNumbers:
    """Return the public key of a pool."""
    return RSAPublicNumbers(PUBLIC_EXPONENT, int(pool.modulus, 16))


def room(pool: Pool | None, size: AgencySize, purpose: str) -> int:
    """Return how many slips may still be printed; none once the campaign is over."""
    if pool is not None and pool.closed_at is not None:
        return 0
    if pool is None:
        return quota(purpose, staff=size.staff, smartphones=size.smartphones)
    return pool.quota - pool.unused - pool.exchanged


def _check_room(pool: Pool, count: int) -> None:
    if pool.closed_at is not None:
        raise VouchersClosedError(_("The campaign is over; its vouchers were destroyed."))
    left = pool.quota - pool.unused - pool.exchanged
    if not 1 <= count <= min(left, SHEET_SLIPS):
        text = _("%(left)d slips may still be printed, %(most)d at a time.")
        raise TooManyVouchersError(text % {"left": left, "most": SHEET_SLIPS})


def _new_pool(agency: Agency, purpose: str, *, rng: Random) -> Pool:
    """Make the key of a purpose. The primes come from the operating system, not from `rng`."""
    key = _unlabelled_key()
    public = key.public_key()
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with transaction.atomic():
        lock(agency)  # or its size could change before its quota is there
        size = agency.sizes.order_by("-from_day", "-pk")[0]
        row, _made = Pool.objects.get_or_create(
            unit_path=agency.unit_id,
            agency=agency,
            purpose=purpose,
            defaults={
                "label": key_label(public),
                "kid": key_id(public),
                "modulus": f"{public.public_numbers().n:0{MODULUS_BITS // 4}x}",
                "private_sealed": keyring.seal(der, purpose=_SEAL, rng=rng),
                "quota": quota(purpose, staff=size.staff, smartphones=size.smartphones),
            },
        )
    return row


def _unlabelled_key() -> RSAPrivateKey:
    """Return a new key whose label no other key has."""
    while True:
        key = generate_private_key(PUBLIC_EXPONENT, MODULUS_BITS)
        if not Pool.objects.filter(label=key_label(key.public_key())).exists():
            return key
