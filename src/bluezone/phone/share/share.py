"""The way of a person's own keys to the key server: typed code, preview, confirm, receipt.

Sources: DESIGN "How a warning flows" step 3; `spec/server-rules.md` 1.1, 1.5, 2.1;
weaknesses W1, W2, W4, W5 of the published app. Nothing starts here by itself: `preview`
needs a code that a person typed, `upload` a `Confirmation` that only a preview gives.

The surprising decisions. At the confirmation, before anything is sent, the keys are taken
out of use (`KeyStore.release`); whatever becomes of the sending, they are not broadcast on.
And `upload` may be called again with the same confirmation after a lost answer: every step
that a server answered is skipped, and a publish that arrives twice changes nothing.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import httpx2

from bluezone.phone.key_store import KeyStore, OwnKeys, RandomBytes
from bluezone.phone.share import wire
from bluezone.phone.share.errors import ShareError
from bluezone.phone.share.journal import Attempt, Open, ShareJournal, State
from bluezone.phone.share.preview import Confirmation, Preview, same_scope
from bluezone.phone.share.receipt import Receipt, write_receipt
from bluezone.phone.share.settings import ShareSettings
from bluezone.phone.share.steps import Steps, keys_of, open_part

PREVIEW_TTL_S: Final = 3_600
"""A preview older than this is shown again before it can be confirmed (ours)."""
MAX_KEYS: Final = 30
"""Keys of one publish (`spec/server-rules.md` 1.3); the newest are taken."""
ACCEPTED: Final = ("confirmed", "likely", "user-report")
_SECRET_BYTES: Final = 32
_CODE: Final = re.compile(r"[0-9]{6,10}|[a-z0-9]{12,16}")
_OVER: Final = frozenset(
    {
        "token_invalid",
        "token_expired",
        "health_authority_verification_certificate_invalid",
    }
)


@dataclass(frozen=True, slots=True)
class Share:
    """Everything that sharing needs; every method is called because a person did something.

    Attributes:
        settings: the two servers.
        client: gives time-outs and proxies.
        key_store: own keys.
        journal: attempts and receipts.
        receipts: folder for the written receipts.
        rng: gives random bytes.
        language: of the written receipt, `vi` or `en`.
    """

    settings: ShareSettings
    client: httpx2.Client
    key_store: KeyStore
    journal: ShareJournal
    receipts: Path
    rng: RandomBytes
    language: str = "vi"

    @property
    def steps(self) -> Steps:
        """The requests of an upload."""
        return Steps(self.settings, self.client, self.journal, self.rng)

    def preview(self, code: str, now: int) -> Preview:
        """Exchange a typed code for a permission and show what would be sent.

        Args:
            code: as typed; spaces and hyphens do not matter.
            now: Unix seconds.

        Raises:
            ShareError: `nothing_to_share` or `code_malformed` before anything is sent, or
                the portal's refusal.
        """
        typed = _typed(code)
        keys = _newest(self.key_store.keys_to_share(now))
        if not keys:
            raise ShareError("nothing_to_share")
        answer = wire.post(
            self.client,
            f"{self.settings.portal_url.rstrip('/')}/api/verify",
            {"code": typed, "accept": ACCEPTED},
            wire.VerifyAnswer,
            rng=self.rng,
            headers=self.steps.portal_headers,
        )
        content = Open(
            token=answer.token,
            test_type=answer.testtype if answer.testtype in ACCEPTED else "confirmed",
            symptom_date=_iso_day(answer.symptom_date),
            confirmation=self.rng(16).hex(),
            shown=keys,
        )
        self.journal.drop_unconfirmed(now - PREVIEW_TTL_S)
        return _preview(self.journal.begin(content, now), content)

    def show_again(self, number: int, now: int) -> Preview:
        """Return the preview of an attempt under way.

        Raises:
            ShareError: `preview_expired`: it is over, or too old.
        """
        attempt = self.journal.read(number)
        too_old = attempt.state is State.PREVIEWED and now - attempt.began_s > PREVIEW_TTL_S
        if attempt.open is None or too_old:
            raise ShareError("preview_expired")
        return _preview(number, attempt.open)

    def upload(self, confirmation: Confirmation, now: int) -> Receipt:
        """Send what the person confirmed and return the receipt; safe to call again.

        Raises:
            ShareError: a server refused or did not answer. Unless the code of the error
                says that a new code is needed, call again with the same confirmation.
        """
        attempt = self.journal.read(confirmation.attempt)
        if attempt.receipt is not None:
            return attempt.receipt
        attempt = self._fix_keys(attempt, now)
        try:
            for step in (self.steps.certify, self.steps.publish_en, self.steps.publish_bluezone):
                attempt = step(attempt)
        except ShareError as error:
            if error.code in _OVER:
                self._mark_shared(self.journal.read(attempt.number))
                self.journal.fail(attempt)
            raise
        return self._finish(attempt, now)

    def _fix_keys(self, attempt: Attempt, now: int) -> Attempt:
        content = open_part(attempt)
        if attempt.state is State.CONFIRMED:
            return attempt
        shown = self.show_again(attempt.number, now)
        if not same_scope(shown, _newest(self.key_store.keys_to_share(now))):
            raise ShareError("preview_expired")
        keys = _newest(self.key_store.release(now))
        secret = self.rng(_SECRET_BYTES)
        return self.journal.confirm(attempt, replace(content, keys=keys, secret=secret))

    def _finish(self, attempt: Attempt, now: int) -> Receipt:
        content = open_part(attempt)
        keys = keys_of(content)
        receipt = Receipt(
            attempt=attempt.number,
            time_s=now,
            test_type=content.test_type,
            symptom_date=content.symptom_date,
            days=keys.days,
            en_sent=len(keys.en),
            en_saved=content.en_saved or 0,
            bluezone_sent=len(keys.bluezone),
            bluezone_saved=content.bluezone_saved or 0,
            portal_url=self.settings.portal_url,
            keyserver_url=self.settings.keyserver_url,
        )
        self._mark_shared(attempt)
        write_receipt(self.receipts, receipt, self.language)
        self.journal.finish(attempt, receipt)
        return receipt

    def _mark_shared(self, attempt: Attempt) -> None:
        """Note which keys a key server has taken."""
        content = open_part(attempt)
        keys = keys_of(content)
        en = keys.en if content.en_saved is not None else ()
        bluezone = keys.bluezone if content.bluezone_saved is not None else ()
        self.key_store.mark_shared(OwnKeys(en, bluezone))


def _typed(code: str) -> str:
    typed = re.sub(r"[\s-]", "", code[:64]).lower()
    if not (typed.isascii() and _CODE.fullmatch(typed)):
        raise ShareError("code_malformed")
    return typed


def _iso_day(text: str) -> str:
    """Return a day that a portal gave, or nothing if it is none."""
    try:
        return dt.date.fromisoformat(text[:10]).isoformat() if text else ""
    except ValueError:
        return ""


def _newest(keys: OwnKeys) -> OwnKeys:
    return OwnKeys(keys.en[-MAX_KEYS:], keys.bluezone[-MAX_KEYS:])


def _preview(number: int, content: Open) -> Preview:
    keys = content.shown
    return Preview(
        attempt=number,
        test_type=content.test_type,
        symptom_date=content.symptom_date,
        days=keys.days,
        en_count=len(keys.en),
        bluezone_count=len(keys.bluezone),
        confirmation=content.confirmation,
    )
