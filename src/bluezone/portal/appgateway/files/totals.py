"""How many use the app, for versions 1 and 2: the figure that the public site shows.

Source: spec/bluezone-wire.md 3.2. The published server said a round number of downloads. Ours
says the newest accepted figure of users for the nation; downloads are not people. Where there is
no figure, or it is too small to be public, the answer is "0".
"""

from dataclasses import dataclass
from typing import Final

from bluezone.portal.appgateway.times import local_day
from bluezone.portal.campaign.figures.services import Series, current
from bluezone.portal.site.public_figures import THRESHOLD, public_nation

KEPT_S: Final = 300


@dataclass(frozen=True, slots=True)
class _Kept:
    total: int
    until: int


_kept: Final[list[_Kept]] = []


def known_total(*, now: int) -> int | None:
    """Return what was read in the last five minutes, or None."""
    return _kept[0].total if _kept and now < _kept[0].until else None


def read_total(*, now: int) -> int:
    """Return the number of users that the public may know; asks the database."""
    total = _total(now)
    _kept[:] = [_Kept(total, now + KEPT_S)]
    return total


def forget() -> None:
    """Forget what was read."""
    _kept.clear()


def _total(now: int) -> int:
    day = local_day(now)
    nation = public_nation(day)
    found = current([nation], Series.USERS, day) if nation is not None else {}
    value = max((each.value for each in found.values()), default=0)
    return value if value >= THRESHOLD else 0
