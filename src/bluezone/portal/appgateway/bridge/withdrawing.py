"""Taking an upload back from the key server, however long that takes.

`withdraw` is one row inside the caller's transaction; the worker asks the key server until it
has answered. If a publish was under way and its answer was lost, the same publish is sent once
more: it changes nothing, and its answer holds the revision token that the withdrawal needs.
What stays is the HMAC of each key (`KnownKey`), so that keys in files that cannot be called back
are not taken for a stranger's and pushed again.
"""

import logging
from random import Random
from typing import Final

from django.db import transaction

from bluezone.portal.appgateway.bridge import leasing
from bluezone.portal.appgateway.bridge.errors import KeyServerUnreachableError, LostLeaseError
from bluezone.portal.appgateway.bridge.key_server import KeyServer
from bluezone.portal.appgateway.bridge.models import Publication
from bluezone.portal.appgateway.bridge.publishing import AT_ONCE, ROW_KEPT_S, post_keys
from bluezone.portal.appgateway.bridge.sealing import seal_token, unseal_keys, unseal_token
from bluezone.portal.appgateway.errors import GatewayError

WITHDRAW: Final = "/bluezone/v1/withdraw"
_LOG: Final = logging.getLogger("bluezone.portal.appgateway.bridge")


@transaction.atomic
def withdraw(upload_id: int, now: int, *, keys_stay: bool = False) -> None:
    """Have the key server forget an upload, in the caller's transaction. May be called twice.

    Args:
        upload_id: number of an upload whose row the caller has locked or deleted.
        now: Unix seconds.
        keys_stay: another upload stands for the same keys: only this one is forgotten.
    """
    if keys_stay:
        Publication.objects.filter(upload_id=upload_id).delete()
        return
    row = Publication(upload_id=upload_id, withdrawn_at=now, expires_at=now + ROW_KEPT_S)
    Publication.objects.bulk_create([row], ignore_conflicts=True)
    there = Publication.objects.filter(upload_id=upload_id)
    there.filter(withdrawn_at=None).update(withdrawn_at=now)
    there.filter(lease=0).update(free_at=now)  # not while a worker is asking the key server


def withdraw_due(server: KeyServer, *, now: int, rng: Random) -> int:
    """Ask the key server for what is due; return how many uploads it has forgotten."""
    done = 0
    for pk in leasing.due(now=now, limit=AT_ONCE, withdrawn=True):
        row = leasing.take(pk, now=now, rng=rng)
        if row is None:
            continue
        try:
            _withdraw(server, row, now=now, rng=rng)
            done += 1
        except LostLeaseError:
            continue
        except GatewayError as error:
            _LOG.warning("the key server was not asked to forget an upload (%s)", error.code)
            leasing.put_off(row, now=now, fault=error.code)
            if isinstance(error, KeyServerUnreachableError):
                break
    return done


def _withdraw(server: KeyServer, row: Publication, *, now: int, rng: Random) -> None:
    """Withdraw one upload and forget its row.

    Raises:
        GatewayError: not yet.
    """
    keys = unseal_keys(row.sealed_attempt)
    if keys:
        posted = post_keys(server, row, keys, onset=None, now=now, rng=rng)
        if posted.status not in {200, 400}:
            raise GatewayError(f"status {posted.status}")
        token = posted.text("revisionToken") or unseal_token(row.sealed_token)
        leasing.keep(row, sealed_attempt=b"", sealed_token=seal_token(token, rng=rng))
    token = unseal_token(row.sealed_token)
    if token:
        padding = rng.randbytes(512 + rng.randrange(512)).hex()
        answer = server.post(WITHDRAW, {"revisionToken": token, "padding": padding})
        if answer.status not in {200, 400}:
            raise GatewayError(f"status {answer.status}")
        if answer.status == 400:  # another key server, or its sealing key is gone: it never can
            _LOG.warning("the key server cannot take an upload back (%s)", answer.text("code")[:60])
    Publication.objects.filter(pk=row.pk, lease=row.lease).delete()
