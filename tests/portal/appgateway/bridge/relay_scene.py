"""Two people who shared their contacts, as rows of the tables."""

from collections.abc import Callable
from random import Random

from tests.protocol.bluezone.two_phones import Phone, hear_all, meet

from bluezone.portal import keyring
from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway.consent.models import (
    HelpCode,
    HelpState,
    Mode,
    SharedHistory,
    Upload,
)
from bluezone.portal.cases.models import Case
from bluezone.portal.cases.services import CaseRequest, open_case
from bluezone.portal.clock import aware
from bluezone.protocol.bluezone.day_key import BluezoneId
from bluezone.protocol.bluezone.history import write_history

DAY = 86_400


def two_phones(
    now: int, staged: Callable[[Phone, Phone, int, Random], None]
) -> tuple[Phone, Phone]:
    """Return two phones after a scene yesterday at noon."""
    rng, yesterday = Random(4), now - now % DAY - DAY
    a, b = Phone(rng, yesterday), Phone(rng, yesterday)
    staged(a, b, yesterday + DAY // 2, rng)
    for phone in (a, b):
        phone.hear(BluezoneId(rng.randbytes(12)), yesterday + 3600)  # somebody else
    return a, b


def real_meeting(a: Phone, b: Phone, noon: int, rng: Random) -> None:
    meet(a, b, noon, 900, rng=rng)


def relay_one_way(a: Phone, b: Phone, noon: int, rng: Random) -> None:
    hear_all(a, b, noon, 900, rng=rng, delay_s=1)


def replay(a: Phone, b: Phone, noon: int, rng: Random) -> None:
    meet(a, b, noon - 7200, 900, rng=rng)
    hear_all(a, b, noon, 900, rng=rng, delay_s=3600)


def share(
    phone: Phone, user: User, now: int, *, mode: Mode = Mode.WHOLE, keys: bool = True
) -> tuple[Case, SharedHistory]:
    """Store what is kept when the person of a new case sends everything."""
    day = aware(now - 3 * DAY).date()
    case = open_case(CaseRequest("confirmed", day, None), user, now=now)
    code = HelpCode.objects.create(
        case=case,
        mode=mode,
        state=HelpState.USED,
        first_day=day,
        last_day=aware(now).date(),
        issued_at=now,
        expires_at=now + 900,
        issued_by=user,
    )
    history = SharedHistory.objects.create(
        code=code,
        case=case,
        received=True,
        rows=len(phone.rows),
        receipt_hmac=f"{case.pk:064x}",
        expires_at=now + 14 * DAY,
    )
    sealed = keyring.seal(
        write_history(phone.rows).encode(),
        purpose=f"shared history {history.pk}",
        rng=Random(case.pk),
    )
    SharedHistory.objects.filter(pk=history.pk).update(sealed=sealed)
    if keys:
        last = phone.keys.time_end + 1 - DAY
        Upload.objects.create(
            id=Random(case.pk).getrandbits(62),
            daily_key=phone.keys.daily_key,
            first_midnight=phone.keys.time_start,
            last_midnight=min(last, now - now % DAY),
            slots=96,
            receipt_hmac=f"{case.pk:064x}",
            expires_at=now + 15 * DAY,
        )
    return case, history
