"""The requests of an upload, each done once and each able to be continued.

Sources: `spec/server-rules.md` 1.1, 1.5, 2.1. One certificate binds the keys of both
schemes: its `tekmac` the `en` keys, its `daykeymac` the day keys. The surprising decision:
no transmission risk is sent, so that the servers' own table decides by the kind of result.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import httpx2

from bluezone.phone.key_store import OwnKeys, RandomBytes
from bluezone.phone.share import wire
from bluezone.phone.share.errors import ShareError
from bluezone.phone.share.journal import Attempt, Open, ShareJournal
from bluezone.phone.share.settings import ShareSettings
from bluezone.protocol.certificate.tekmac import daykeymac, tekmac

_EPOCH: Final = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Steps:
    """What sends; each step takes an attempt that a person confirmed and returns it further on.

    Attributes:
        settings: the two servers.
        client: gives time-outs and proxies.
        journal: keeps what was answered.
        rng: gives random bytes for the padding.
    """

    settings: ShareSettings
    client: httpx2.Client
    journal: ShareJournal
    rng: RandomBytes

    @property
    def portal_headers(self) -> dict[str, str]:
        """The device key, for the portal alone."""
        return {"X-API-Key": self.settings.api_key}

    def certify(self, attempt: Attempt) -> Attempt:
        """Exchange the token for a certificate over the keys, unless that was done."""
        content = open_part(attempt)
        if content.certificate:
            return attempt
        keys = keys_of(content)
        body = {
            "token": content.token,
            "ekeyhmac": wire.text(tekmac(keys.en, content.secret)),
        }
        if keys.bluezone:
            body["daykeyhmac"] = wire.text(daykeymac(keys.bluezone, content.secret))
        url = f"{self.settings.portal_url.rstrip('/')}/api/certificate"
        headers = self.portal_headers
        answer = wire.post(
            self.client, url, body, wire.CertificateAnswer, rng=self.rng, headers=headers
        )
        return self.journal.advance(attempt, replace(content, certificate=answer.certificate))

    def publish_en(self, attempt: Attempt) -> Attempt:
        """Publish the `en` keys, unless that was done."""
        content = open_part(attempt)
        keys = keys_of(content).en
        if content.en_saved is not None or not keys:
            return attempt
        listed = [
            {
                "key": wire.text(key.key),
                "rollingStartNumber": key.start,
                "rollingPeriod": key.period,
            }
            for key in keys
        ]
        answer = self._publish("/v1/publish", content, {"temporaryExposureKeys": listed})
        saved = answer.inserted_exposures
        return self.journal.advance(attempt, replace(content, en_saved=saved))

    def publish_bluezone(self, attempt: Attempt) -> Attempt:
        """Publish the Bluezone day keys, unless that was done."""
        content = open_part(attempt)
        keys = keys_of(content).bluezone
        if content.bluezone_saved is not None or not keys:
            return attempt
        listed = [
            {"key": wire.text(key.key), "timeStart": key.time_start, "slots": key.slots}
            for key in keys
        ]
        answer = self._publish("/bluezone/v1/publish", content, {"dayKeys": listed})
        saved = answer.inserted_exposures
        return self.journal.advance(attempt, replace(content, bluezone_saved=saved))

    def _publish(self, path: str, content: Open, keys: Mapping[str, object]) -> wire.PublishAnswer:
        body: dict[str, object] = {
            **keys,
            "healthAuthorityID": self.settings.health_authority_id,
            "verificationPayload": content.certificate,
            "hmacKey": wire.text(content.secret),
        }
        if content.symptom_date:
            day = dt.date.fromisoformat(content.symptom_date)
            body["symptomOnsetInterval"] = (day - _EPOCH).days * 144
        url = self.settings.keyserver_url.rstrip("/") + path
        return wire.post(self.client, url, body, wire.PublishAnswer, rng=self.rng)


def open_part(attempt: Attempt) -> Open:
    """Return the secrets of an attempt under way.

    Raises:
        ShareError: `preview_expired`: it is over.
    """
    if attempt.open is None:
        raise ShareError("preview_expired")
    return attempt.open


def keys_of(content: Open) -> OwnKeys:
    """Return the keys that a person confirmed.

    Raises:
        ShareError: `not_confirmed`: nobody did.
    """
    if content.keys is None:
        raise ShareError("not_confirmed")
    return content.keys
