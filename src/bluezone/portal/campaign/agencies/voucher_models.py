"""Vouchers: the right to one signature (a slip of paper), and what was redeemed.

Between a slip and a redemption there is no link: not a foreign key, not a time, not an order
that we keep. A slip has no number and no time of use; a redeemed token has only its hash; what
is counted is a number a day. Every limit is a constraint of the database.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bluezone.portal.units.paths import PATH_LENGTH


class Purpose(models.TextChoices):
    """Whose installations a voucher counts; each has a key of its own."""

    STAFF = "staff", _("Staff")
    RELATIVES = "relatives", _("Relatives")


class Pool(models.Model):
    """The vouchers of one agency for one purpose: their key and how many there are.

    Attributes:
        label: four characters at the start of every typed code of this pool.
        kid: id of the key, printed on every slip.
        modulus: the public key, 512 hexadecimal digits; the exponent is 65537.
        private_sealed: the private key, sealed with a secret outside the database.
        quota: how many signatures may ever be given out (staff with smartphones).
        unused, exchanged, voided: slips by state; never more than the quota are alive.
        redeemed: vouchers that came back.
        closed_at: when the campaign closed and key, slips and tokens were destroyed.
    """

    unit_path = models.CharField(max_length=PATH_LENGTH)
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="pools")
    purpose = models.CharField(max_length=10, choices=Purpose)
    label = models.CharField(max_length=4, unique=True)
    kid = models.CharField(max_length=16, unique=True)
    modulus = models.CharField(max_length=512)
    private_sealed = models.BinaryField()
    quota = models.PositiveIntegerField()
    unused = models.PositiveIntegerField(default=0)
    exchanged = models.PositiveIntegerField(default=0)
    voided = models.PositiveIntegerField(default=0)
    redeemed = models.PositiveIntegerField(default=0)
    closed_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        """Never more signatures than quota, never more redemptions than signatures."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit_path", "agency", "purpose"], name="one_pool_a_purpose"
            ),
            models.CheckConstraint(
                name="no_more_vouchers_than_quota",
                condition=Q(quota__gte=F("unused") + F("exchanged")),
            ),
            models.CheckConstraint(
                name="no_more_redeemed_than_signed", condition=Q(redeemed__lte=F("exchanged"))
            ),
        ]


class SlipState(models.TextChoices):
    """What became of the right to a signature."""

    UNUSED = "unused", _("Unused")
    EXCHANGED = "exchanged", _("Exchanged for a voucher")
    VOIDED = "voided", _("Voided")


class Slip(models.Model):
    """One slip of paper: the right to one signature.

    `blinded_hash` is SHA-256 of the blinded message that was signed, so that a phone whose
    answer was lost gets the same signature again, and nobody a second one.
    """

    unit_path = models.CharField(max_length=PATH_LENGTH)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="slips")
    code_hmac = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=SlipState, default=SlipState.UNUSED.value)
    blinded_hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        """A code is used once; only an exchanged slip has a blinded message."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit_path", "pool", "code_hmac"], name="slip_code_once"
            ),
            models.CheckConstraint(
                name="only_an_exchanged_slip_is_signed",
                condition=Q(state="exchanged") | Q(blinded_hash=""),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["pool", "state"], name="slip_by_state")]


class SpentToken(models.Model):
    """A token that was redeemed: its SHA-256 and nothing else; it cannot be redeemed again."""

    unit_path = models.CharField(max_length=PATH_LENGTH)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64)

    class Meta:
        """Double use is refused here."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit_path", "pool", "token_hash"], name="token_spent_once"
            )
        ]


class DailyCount(models.Model):
    """How many vouchers of a pool were redeemed on a reporting day (see `reporting_days`)."""

    unit_path = models.CharField(max_length=PATH_LENGTH)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="days")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        """One row a day."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit_path", "pool", "day"], name="one_count_a_day")
        ]
