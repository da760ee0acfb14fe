"""A person with a published phone, as far as an upload shows one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from bluezone.portal import clock
from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.appgateway.consent import services
from bluezone.portal.appgateway.consent.issuing import issue_help_code
from bluezone.portal.appgateway.consent.models import Mode
from bluezone.portal.appgateway.consent.services import HelpUpload, Receipt, Refusal
from bluezone.portal.cases.models import Case
from bluezone.portal.cases.services import CaseRequest, open_case
from bluezone.protocol.bluezone.day_key import BluezoneId, DayKey, own_id_at, walk_day_key
from bluezone.protocol.bluezone.history import ContactRow, write_history
from bluezone.protocol.bluezone.infof import encode_infof, infof_at
from bluezone.protocol.bluezone.slot import DAY_S, utc_midnight_s

PASSWORD = "mot hai ba bon nam"
PHONE_ID = 41
_seeds = count(1)
ADDRESS = "203.0.113.7"


@dataclass
class Person:
    """Somebody whose published app was installed `age_days` before `now`."""

    now: int
    age_days: int = 30
    seed: int = 5
    phone_id: int = PHONE_ID
    base: DayKey = field(init=False)

    def __post_init__(self) -> None:
        self.base = DayKey(Random(self.seed).randbytes(32))

    @property
    def base_midnight(self) -> int:
        return utc_midnight_s(self.now) - self.age_days * DAY_S

    def infof(self, *, now: int = 0) -> str:
        """Return what the phone says about itself."""
        info = infof_at(
            self.base, self.base_midnight * 1000, now_ms=(now or self.now) * 1000, days=14
        )
        return encode_infof(info)

    def key_of(self, midnight: int) -> DayKey:
        return walk_day_key(self.base, (midnight - self.base_midnight) // DAY_S)

    def id_at(self, time_s: int) -> BluezoneId:
        return own_id_at(self.key_of(utc_midnight_s(time_s)), time_s)

    def row(self, time_s: int, contact: bytes, *, milliseconds: bool = True) -> ContactRow:
        stored = time_s * 1000 if milliseconds else time_s
        return ContactRow(self.id_at(time_s), BluezoneId(contact), -70, stored)

    def upload(
        self, code: str, rows: Sequence[ContactRow] | None = None, **changes: object
    ) -> HelpUpload:
        history = None if rows is None else write_history(rows).encode()
        fields: dict[str, object] = {
            "code": code,
            "phone_id": self.phone_id,
            "infof_text": self.infof(),
            "history": history,
            "address": ADDRESS,
        }
        return HelpUpload(**(fields | changes))  # type: ignore[arg-type]

    def help(
        self, code: str, rows: Sequence[ContactRow] | None = None, *, now: int = 0
    ) -> Receipt | Refusal:
        """Send an upload; return what became of it."""
        rng = Random(next(_seeds))
        return services.accept(self.upload(code, rows), now=now or self.now, rng=rng)


def some_case(now: int, *, onset: int | None = -1, tested: int | None = None) -> Case:
    """Return a case of a new health worker; the onset was five days ago unless given.

    Args:
        now: Unix seconds.
        onset: UTC midnight of the day; None without symptoms.
        tested: UTC midnight of the day of the test.
    """
    onset = now - 5 * DAY_S if onset == -1 else onset
    days = (None if at is None else clock.aware(at).date() for at in (onset, tested))
    name = f"worker-{User.objects.count()}"
    return open_case(CaseRequest("confirmed", *days), create_staff(name, PASSWORD), now=now)


def issue(case: Case, now: int, mode: Mode = Mode.KEYS, seed: int = 3) -> str:
    """Issue a code for a case by who opened it; return its digits."""
    return issue_help_code(case, case.opened_by, mode, now=now, rng=Random(seed)).digits


def changed(infof: str, **members: object) -> str:
    """Return an InfoF with other members."""
    return json.dumps(json.loads(infof) | members)
