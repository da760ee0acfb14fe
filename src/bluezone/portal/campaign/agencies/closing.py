"""When the campaign closes: keys that sign vouchers, slips and spent tokens are destroyed.

What stays is numbers: how many slips there were, how many vouchers came back on which day. The
surprising consequence: a voucher that is still on a phone counts no more, because without the
spent tokens it could not be told from one that was counted.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet

from bluezone.portal.audit.services import record
from bluezone.portal.campaign.agencies.models import Pool, Slip, SpentToken
from bluezone.portal.units.models import Unit


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What closing destroys: signing keys, slips (used or not), hashes of spent vouchers."""

    keys: int
    slips: int
    tokens: int

    def __bool__(self) -> bool:
        """Return whether there is anything."""
        return bool(self.keys or self.slips or self.tokens)


def what_goes(unit: Unit) -> Destroyed:
    """Return what closing would destroy in a unit and below, for whoever asks first."""
    pools = _open(unit)
    return Destroyed(
        pools.count(),
        Slip.objects.filter(pool__in=pools).count(),
        SpentToken.objects.filter(pool__in=pools).count(),
    )


@transaction.atomic
def destroy_vouchers(unit: Unit, actor: str, *, now: int) -> Destroyed:
    """Destroy the vouchers of all agencies of a unit and below; a second time does nothing.

    Args:
        unit: where the campaign closes.
        actor: user name, for the audit.
        now: Unix seconds.

    Returns:
        How much was destroyed.
    """
    chosen = [pool.pk for pool in _open(unit).select_for_update()]
    slips = Slip.objects.filter(pool__in=chosen).delete()[0]
    tokens = SpentToken.objects.filter(pool__in=chosen).delete()[0]
    keys = Pool.objects.filter(pk__in=chosen).update(
        private_sealed=b"", closed_at=now, voided=F("voided") + F("unused"), unused=0
    )
    gone = Destroyed(keys, slips, tokens)
    if gone:
        facts = {"keys": keys, "slips": slips, "tokens": tokens}
        record(actor, "vouchers.destroyed", f"unit {unit.path}", facts)
    return gone


def _open(unit: Unit) -> QuerySet[Pool]:
    """Return the pools of a unit and below whose keys still exist."""
    return Pool.objects.filter(agency__unit__path__under=unit.path, closed_at__isnull=True)
