"""A person's code, preview, consent and receipt on a phone of the street, and its look later.

Everything is `bluezone.phone.share`; this module only carries it to the board and lights
the stations of the keys' path when the servers' answers arrive.
"""

import datetime as dt
from typing import Final

import httpx2

from bluezone.demo.board import Outgoing, Phase, Screen, Step
from bluezone.demo.cast import PersonId
from bluezone.demo.halves import Halves
from bluezone.demo.phones import Phone
from bluezone.demo.stage import Stage
from bluezone.look.format import date
from bluezone.phone.node.check import ExposureCheck
from bluezone.phone.node.wiring import build_check
from bluezone.phone.risk import Assessment, RiskConfig
from bluezone.phone.share import Preview, Receipt, Share, ShareError, ShareJournal, ShareSettings

_LIMIT_S: Final = 30.0
LOOK_S: Final = 1.2
"""Real seconds in which a station lights up before the next."""
_EPOCH: Final = dt.date(1970, 1, 1)


class Sharing:
    """The share of one street; used by the story's thread."""

    def __init__(self, stage: Stage, halves: Halves) -> None:
        """Prepare, send nothing.

        Args:
            stage: whose street, and what the page shows of it.
            halves: where the two servers are.
        """
        self._stage = stage
        self._street = stage.street
        self._board = stage.board
        self._halves = halves
        self._previews: dict[PersonId, Preview] = {}
        self._journals: dict[PersonId, ShareJournal] = {}
        hooks = {"response": [self._on_answer]}
        self._client = httpx2.Client(timeout=_LIMIT_S, event_hooks=hooks)
        self.sharer: PersonId | None = None
        self.accepted = 0

    def close(self) -> None:
        """Close connections and journals."""
        self._client.close()
        for journal in self._journals.values():
            journal.close()

    def enter_code(self, person: PersonId, code: str) -> None:
        """Type a code into a phone: on success its screen shows the preview."""
        if self._board.picture.phase is not Phase.ILL or self.sharer is not None:
            return
        view = self._board.picture.phones[person]
        try:
            preview = self._share(person).preview(code, int(self._street.now))
        except ShareError as error:
            view.error = error.code
            return
        self._previews[person] = preview
        view.error, view.screen = "", Screen.PREVIEW
        view.outgoing = _outgoing(preview)

    def shown(self, person: PersonId) -> int:
        """Return how many keys the preview on a phone shows; 0 without one."""
        preview = self._previews.get(person)
        return 0 if preview is None else preview.en_count + preview.bluezone_count

    def confirm(self, person: PersonId, *, agreed: bool) -> None:
        """Agree to what the preview shows, or not; only then anything leaves the phone."""
        preview = self._previews.pop(person, None)
        if preview is None:
            return
        view = self._board.picture.phones[person]
        if not agreed:
            view.screen, view.outgoing = Screen.HOME, None
            return
        now = int(self._street.now)
        self._board.picture.sharer = person
        self._board.step(Step.PHONE, "active", now, count=self._count(preview))
        self._stage.look(LOOK_S)
        confirmation = preview.confirm(preview.confirmation)
        try:
            receipt = self._share(person).upload(confirmation, now)
        except ShareError as error:
            self._board.picture.sharer = None
            view.error, view.screen = error.code, Screen.HOME
            return
        self._done(person, receipt)

    def check_of(self, phone: Phone) -> ExposureCheck:
        """Return a phone's look at the key server; what it judges is kept for the page."""
        judged = self._stage.observer.judged

        def keep(assessment: Assessment) -> None:
            judged[phone.person] = assessment

        return build_check(
            phone.stores,
            keyserver_url=self._halves.keyserver_url,
            public_keys=self._halves.public_keys,
            client=self._client,
            config=RiskConfig(),
            on_warning=keep,
        )

    def _share(self, person: PersonId) -> Share:
        phone = self._street.phones[person]
        settings = ShareSettings(
            portal_url=self._halves.portal_url,
            api_key=self._halves.device_key,
            keyserver_url=self._halves.keyserver_url,
        )
        return Share(
            settings=settings,
            client=self._client,
            key_store=phone.stores.key_store,
            journal=self._journal(phone),
            receipts=phone.folder / "receipts",
            rng=self._street.chance,
        )

    def _journal(self, phone: Phone) -> ShareJournal:
        if phone.person not in self._journals:
            self._journals[phone.person] = ShareJournal.open(phone.folder / "shares.sqlite3")
        return self._journals[phone.person]

    def _on_answer(self, answer: httpx2.Response) -> None:
        """Light a station when a server has done its part of a share."""
        if self._board.picture.sharer is None or answer.status_code != httpx2.codes.OK:
            return
        now = int(self._street.now)
        path = answer.request.url.path
        if path.endswith("/api/certificate"):
            self._board.step(Step.PHONE, "done", now)
            self._board.step(Step.CERTIFICATE, "done", now)
            self._stage.look(LOOK_S)
        elif path == "/v1/publish":
            self._board.step(Step.KEY_SERVER, "active", now, count=0)
            self._stage.look(LOOK_S)

    def _done(self, person: PersonId, receipt: Receipt) -> None:
        view = self._board.picture.phones[person]
        self.sharer = person
        self.accepted = receipt.en_saved + receipt.bluezone_saved
        self._board.step(Step.KEY_SERVER, "active", receipt.time_s, count=self.accepted)
        view.screen = Screen.RECEIPT
        if view.outgoing is not None:
            view.outgoing.accepted = self.accepted
            view.outgoing.sent_at_s = receipt.time_s
        self._stage.look(2 * LOOK_S)

    @staticmethod
    def _count(preview: Preview) -> int:
        return preview.en_count + preview.bluezone_count


def _outgoing(preview: Preview) -> Outgoing:
    return Outgoing(
        days=[date(_EPOCH + dt.timedelta(days=day)) for day in preview.days],
        en=preview.en_count,
        bluezone=preview.bluezone_count,
        onset=date(dt.date.fromisoformat(preview.symptom_date)) if preview.symptom_date else "",
    )
