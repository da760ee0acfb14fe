"""Uploads of published phones, day by day, to the key server, so that new phones warn, too.

Source: docs/validation-rules.md; DESIGN "Two halves" (the certificate is the one place where
they touch, and the portal is who issues it). One day key for each infectious day that is over,
walked along the published chain; later days follow when they are over. The keys of a request
are sealed in its row until the answer is there: if it is lost, the same request is sent again,
which the key server answers alike. The surprising part: an upload has no case, so the day of
onset is not known; it is taken as two days after the first day (`consent.windows`).
"""

import base64
import logging
from random import Random
from typing import Final

from django.conf import settings
from django.db import transaction

from bluezone.portal import keyring
from bluezone.portal.appgateway.bridge import leasing
from bluezone.portal.appgateway.bridge.day_keys import KEPT_S, days_of, digest
from bluezone.portal.appgateway.bridge.errors import KeyServerUnreachableError, LostLeaseError
from bluezone.portal.appgateway.bridge.key_server import KeyServer, Posted
from bluezone.portal.appgateway.bridge.models import KnownKey, Publication
from bluezone.portal.appgateway.bridge.sealing import (
    seal_keys,
    seal_token,
    unseal_keys,
    unseal_token,
)
from bluezone.portal.appgateway.consent.models import Upload
from bluezone.portal.appgateway.consent.windows import BEFORE_DAYS
from bluezone.portal.appgateway.errors import GatewayError
from bluezone.portal.verification.claiming import CERTIFICATE_TTL_S
from bluezone.protocol.bluezone.slot import DAY_S
from bluezone.protocol.certificate import (
    CertificateClaims,
    daykeymac,
    issue_certificate,
    tekmac,
)
from bluezone.protocol.diagnosis_key import DayKeyEntry
from bluezone.protocol.en.tek import INTERVAL_S

PUBLISH: Final = "/bluezone/v1/publish"
ROW_KEPT_S: Final = KEPT_S
AT_ONCE: Final = 50
"""Uploads of one run of the worker."""
_SECRET_BYTES: Final = 32
_ADOPTED: Final = 500
_NUMBER_BITS: Final = 62
_LOG: Final = logging.getLogger("bluezone.portal.appgateway.bridge")


def publish_day_keys(server: KeyServer, *, now: int, rng: Random) -> int:
    """Publish what is due of every upload; return how many day keys the key server took."""
    _adopt(now=now, rng=rng)
    taken = 0
    for pk in leasing.due(now=now, limit=AT_ONCE, withdrawn=False):
        row = leasing.take(pk, now=now, rng=rng)
        if row is None:
            continue
        try:
            taken += _publish(server, row, now=now, rng=rng)
        except LostLeaseError:
            continue
        except GatewayError as error:
            _LOG.warning("the key server was not told of an upload (%s)", error.code)
            leasing.put_off(row, now=now, fault=error.code)
            if isinstance(error, KeyServerUnreachableError):
                break  # the others would wait for it in vain, and the worker has more to do
        finally:
            leasing.hurry_if_withdrawn(pk, now=now)
    return taken


def post_keys(
    server: KeyServer,
    row: Publication,
    keys: list[DayKeyEntry],
    *,
    onset: int | None,
    now: int,
    rng: Random,
) -> Posted:
    """Send day keys with a certificate of our own; the same keys twice are the same publish.

    Args:
        server: where to.
        row: the publication; its earlier revision token goes along.
        keys: at least one.
        onset: interval number of the first day of symptoms, None if nobody knows.
        now: Unix seconds.
        rng: secret and padding.

    Raises:
        KeyServerUnreachableError: no answer; the keys may be published all the same.
        KeyServerAnswerError: likewise.
    """
    secret = rng.randbytes(_SECRET_BYTES)
    body = {
        "dayKeys": [
            {
                "key": base64.b64encode(key.key).decode(),
                "timeStart": key.time_start,
                "slots": key.slots,
            }
            for key in keys
        ],
        "healthAuthorityID": settings.BLUEZONE_GATEWAY_HEALTH_AUTHORITY,
        "verificationPayload": _certificate(keys, secret, now=now),
        "hmacKey": base64.b64encode(secret).decode(),
        "symptomOnsetInterval": onset,
        "revisionToken": unseal_token(row.sealed_token) or None,
        "padding": base64.b64encode(rng.randbytes(768 + rng.randrange(768))).decode(),
    }
    return server.post(PUBLISH, body)


def _adopt(*, now: int, rng: Random) -> None:
    """Make a row for each upload that has none; its number tells nothing of its turn."""
    known = Publication.objects.values("upload_id")
    new = Upload.objects.filter(expires_at__gt=now).exclude(pk__in=known)[:_ADOPTED]
    rows = [
        Publication(
            id=rng.getrandbits(_NUMBER_BITS),
            upload_id=upload.pk,
            expires_at=upload.expires_at + ROW_KEPT_S,
        )
        for upload in new
    ]
    Publication.objects.bulk_create(rows, ignore_conflicts=True)


def _publish(server: KeyServer, row: Publication, *, now: int, rng: Random) -> int:
    upload = Upload.objects.filter(pk=row.upload_id).first()
    if upload is None and not row.sealed_attempt:
        # Expired; one that was withdrawn is marked so, and not ours to drop.
        leasing.give_back(row, free_at=row.expires_at)
        return 0
    keys = unseal_keys(row.sealed_attempt)
    if not keys and upload is not None:
        keys = list(days_of(upload, since=row.until, now=now))
    if not keys:
        leasing.give_back(row, free_at=_next_day(row, upload, now=now))
        return 0
    _remember(row, keys, rng=rng)
    onset = None if upload is None else _onset(upload, now=now)
    posted = post_keys(server, row, keys, onset=onset, now=now, rng=rng)
    return _conclude(row, upload, keys, posted, now, rng)


def _onset(upload: Upload, *, now: int) -> int:
    """Return the interval number taken for the onset; it must lie before the current one."""
    guessed = (upload.first_midnight + BEFORE_DAYS * DAY_S) // INTERVAL_S
    return min(guessed, now // INTERVAL_S - 1)


@transaction.atomic
def _remember(row: Publication, keys: list[DayKeyEntry], *, rng: Random) -> None:
    """Note the keys before they leave: as an attempt, and so that they are known as ours.

    Raises:
        LostLeaseError: the row is not ours any more, or the person took the upload back.
    """
    mine = Publication.objects.filter(pk=row.pk, lease=row.lease, withdrawn_at=None)
    if mine.update(sealed_attempt=seal_keys(keys, rng=rng)) != 1:
        raise LostLeaseError("the upload was taken back")
    known = [
        KnownKey(
            digest=digest(key),
            time_start=key.time_start,
            slots=key.slots,
            expires_at=key.time_start + DAY_S + KEPT_S,
        )
        for key in keys
    ]
    KnownKey.objects.bulk_create(known, ignore_conflicts=True)


def _conclude(
    row: Publication,
    upload: Upload | None,
    keys: list[DayKeyEntry],
    posted: Posted,
    now: int,
    rng: Random,
) -> int:
    """Keep the answer; return how many keys were taken."""
    until = max(key.time_start for key in keys) + DAY_S
    if posted.status == 200:
        row.until = until
        leasing.give_back(
            row,
            free_at=_next_day(row, upload, now=now),
            until=until,
            sealed_attempt=b"",
            sealed_token=seal_token(posted.text("revisionToken"), rng=rng),
        )
        return len(keys)
    fault = posted.text("code")[:60] or f"status_{posted.status}"
    _LOG.warning("the key server refused day keys (%s)", fault)
    if posted.status == 400:  # asking again would not change it; nothing is stored
        row.until = until
        free_at = _next_day(row, upload, now=now)
        leasing.give_back(row, free_at=free_at, fault=fault, until=until, sealed_attempt=b"")
    else:
        leasing.put_off(row, now=now, fault=fault)
    return 0


def _next_day(row: Publication, upload: Upload | None, *, now: int) -> int:
    """Return when the next day of an upload is over; the row's end if there is none."""
    if upload is None or row.until > upload.last_midnight:
        return row.expires_at
    return max(now + 1, max(row.until, upload.first_midnight) + DAY_S)


def _certificate(keys: list[DayKeyEntry], secret: bytes, *, now: int) -> str:
    """Return a certificate for exactly these keys; it names no case."""
    signer = keyring.certificate_signing_key()
    claims = CertificateClaims(
        report_type="confirmed",
        symptom_onset_interval=None,
        tekmac=tekmac([], secret),
        daykeymac=daykeymac(keys, secret),
    )
    return issue_certificate(
        claims,
        key=signer.key,
        kid=signer.kid,
        iss=settings.BLUEZONE_CERTIFICATE_ISSUER,
        aud=settings.BLUEZONE_CERTIFICATE_AUDIENCE,
        now=now,
        ttl_s=CERTIFICATE_TTL_S,
    )
