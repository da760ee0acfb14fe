"""One publish from the decoded request to the answer, the same steps for both schemes.

Steps: (1) count and decode the keys, (2) find the authority, (3) verify its certificate,
(4) check that it binds these keys, (5) apply the rules, (6) store, (7) seal a revision token.
Nothing is stored unless every step before has passed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bluezone.keyserver.certificate.authority import AuthorityRegistry
from bluezone.keyserver.errors import (
    BadRequestError,
    CertificateRefusedError,
    InvalidRevisionTokenError,
)
from bluezone.keyserver.publish.binding import check_binding
from bluezone.keyserver.publish.onset import onset_interval
from bluezone.keyserver.publish.reply import Entropy, PublishReply
from bluezone.keyserver.publish.request import (
    AnyRequest,
    DayKeyPublishRequest,
    PublishRequest,
    decode_base64,
)
from bluezone.keyserver.publish.revision_token import Listed, TokenSealer
from bluezone.keyserver.publish.rules import (
    REPORT_TYPES,
    Checked,
    Diagnosis,
    check_count,
    check_day_keys,
    check_teks,
)
from bluezone.keyserver.publish.store import NewPublish, Stored
from bluezone.keyserver.settings import Authority, PublishLimits
from bluezone.keyserver.store.writer import BatchingWriter
from bluezone.protocol.certificate import CertificateClaims
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.scheme import Scheme

PublishWriter = BatchingWriter[NewPublish, Stored]
_PARTIAL = "partial_failure"


@dataclass(frozen=True, slots=True)
class PublishService:
    """What a publish needs beside the request."""

    limits: PublishLimits
    authorities: AuthorityRegistry
    sealer: TokenSealer
    writer: PublishWriter
    clock: Callable[[], int]
    entropy: Entropy

    async def publish(self, request: AnyRequest) -> PublishReply:
        """Check and store one publish; return when it is durable.

        Raises:
            KeyServerError: one of the steps refused; nothing is stored.
        """
        now = self.clock()
        keys = _keys_of(request, self.limits)
        authority = self.authorities.find(request.authority)
        token = request.verification_payload or ""
        leeway_s = self.limits.clock_leeway_s
        claims = await self.authorities.verify(authority, token, now=now, leeway_s=leeway_s)
        check_binding(keys, claims, request.hmac_key)
        checked = self._check(keys, _diagnosis(request, claims, self.limits, now), now)
        return await self._store(request, authority, checked)

    def _check(
        self, keys: list[DiagnosisKey] | list[DayKeyEntry], diagnosis: Diagnosis, now: int
    ) -> Checked:
        teks = [key for key in keys if isinstance(key, DiagnosisKey)]
        if teks:
            return check_teks(teks, diagnosis, limits=self.limits, now=now)
        days = [key for key in keys if isinstance(key, DayKeyEntry)]
        return check_day_keys(days, diagnosis, limits=self.limits, now=now)

    async def _store(
        self, request: AnyRequest, authority: Authority, checked: Checked
    ) -> PublishReply:
        scheme = Scheme.EN if isinstance(request, PublishRequest) else Scheme.BLUEZONE
        listed = self._listed(request.revision_token, scheme)
        publish = NewPublish(
            scheme,
            region=authority.region,
            traveler=bool(request.traveler),
            health_authority_id=authority.health_authority_id,
            keys=checked.kept,
            listed=listed,
        )
        stored = await self.writer.submit(publish)
        warnings = checked.warnings + stored.warnings
        return PublishReply(
            revision_token=self.sealer.seal(
                stored.keys, listed or {}, scheme=scheme, entropy=self.entropy
            ),
            inserted_exposures=len(stored.keys),
            error=f"{len(warnings)} keys were not saved" if warnings else "",
            code=_PARTIAL if warnings else "",
            warnings=warnings,
        )

    def _listed(self, token: str | None, scheme: Scheme) -> Listed | None:
        """Return what the request's token lists; one that is not ours lists nothing."""
        if not token:
            return None
        try:
            return self.sealer.unseal(token, scheme=scheme)
        except InvalidRevisionTokenError:
            return {}


def _keys_of(request: AnyRequest, limits: PublishLimits) -> list[DiagnosisKey] | list[DayKeyEntry]:
    if isinstance(request, DayKeyPublishRequest):
        check_count(request.day_keys, limits)
        return [
            DayKeyEntry(_key_bytes(number, key.key), key.time_start, key.slots)
            for number, key in enumerate(request.day_keys)
        ]
    check_count(request.temporary_exposure_keys, limits)
    return [
        DiagnosisKey(
            _key_bytes(number, key.key),
            key.rolling_start_number,
            key.rolling_period,
            transmission_risk=key.transmission_risk or 0,
        )
        for number, key in enumerate(request.temporary_exposure_keys)
    ]


def _key_bytes(number: int, text: str) -> bytes:
    try:
        return decode_base64(text)
    except BadRequestError:
        raise BadRequestError(f"key {number} is not base64") from None


def _diagnosis(
    request: AnyRequest, claims: CertificateClaims, limits: PublishLimits, now: int
) -> Diagnosis:
    report_type = REPORT_TYPES.get(claims.report_type)
    if report_type is None:
        raise CertificateRefusedError("the certificate's report type is not one of the four")
    onset = onset_interval(
        request.symptom_onset_interval, claims.symptom_onset_interval, limits=limits, now=now
    )
    return Diagnosis(report_type, onset)
