"""The values of the status page, gathered once, for the page and for the command line."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from bluezone.phone.contact_log.limits import KEPT_DAYS
from bluezone.phone.fetch.state import LastRun
from bluezone.phone.share import Receipt
from bluezone.phone.sighting import Scheme
from bluezone.phone.status.monitor import NodeState
from bluezone.phone.status.sources import StatusSources
from bluezone.phone.warning import WarningText, warning_text

_DAY_S: Final = 86_400
_EPOCH: Final = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class DayCount:
    """Sightings of one UTC day, by scheme."""

    day: dt.date
    en: int
    bluezone: int


@dataclass(frozen=True, slots=True)
class StatusView:
    """Everything the page shows.

    Attributes:
        node: what the radio does; None where no node runs in this program.
        days: newest first, days without sightings left out.
        own_keys: own keys that could be shared now, both schemes.
        last_run: the last look for published keys; None if there was none.
        fetches: whether a key server is set up.
        warning: what is known of the owner's risk.
        receipts: newest first.
        unfinished: number of a confirmed attempt whose answer was lost; None if there is none.
        shares: whether servers to share with are set up.
    """

    node: NodeState | None
    days: tuple[DayCount, ...]
    own_keys: int
    last_run: LastRun | None
    fetches: bool
    warning: WarningText | None
    receipts: tuple[Receipt, ...]
    unfinished: int | None
    shares: bool


def status_view(sources: StatusSources, *, now: int, language: str) -> StatusView:
    """Gather what the page shows at `now`, in `vi` or `en`.

    Raises:
        StoreError: the phone's memory cannot be read.
    """
    keys = sources.key_store.keys_to_share(now)
    share = sources.share
    unfinished = None if share is None else share.journal.unfinished()
    return StatusView(
        node=None if sources.node is None else sources.node(),
        days=_days(sources, now),
        own_keys=len(keys.en) + len(keys.bluezone),
        last_run=None if sources.fetched is None else sources.fetched.last_run(),
        fetches=sources.fetched is not None,
        warning=_warning(sources, now=now, language=language),
        receipts=() if share is None else tuple(share.journal.receipts()),
        unfinished=None if unfinished is None else unfinished.number,
        shares=share is not None,
    )


def _days(sources: StatusSources, now: int) -> tuple[DayCount, ...]:
    en = sources.contact_log.counts_by_day(Scheme.EN)
    bluezone = sources.contact_log.counts_by_day(Scheme.BLUEZONE)
    today = now // _DAY_S
    shown = [day for day in {*en, *bluezone} if today - KEPT_DAYS <= day <= today + 1]
    return tuple(
        DayCount(_EPOCH + dt.timedelta(days=day), en.get(day, 0), bluezone.get(day, 0))
        for day in sorted(shown, reverse=True)
    )


def _warning(sources: StatusSources, *, now: int, language: str) -> WarningText | None:
    if sources.watch is None:
        return None
    return warning_text(sources.watch.judge(now), language, hotline=sources.hotline)
