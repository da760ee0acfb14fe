"""GET /bzentries/{id}: a published announcement of the public site, as HTML of ours.

Source: spec/bluezone-wire.md 3.2 and W26. The app reads `BzEntry[id].data.content` without
looking, so every id, known or not, gets that shape back under its own name. Who published the
announcement and when stands below it; the whole of it is made from plain text (`html`).
"""

import re
from dataclasses import dataclass
from typing import Final

import msgspec
from django.conf import settings

from bluezone.look import format as look_format
from bluezone.portal.appgateway.files.html import heading, link, to_html
from bluezone.portal.site.announcements import published
from bluezone.portal.site.models import AnnouncementVersion

PREFIX: Final = "/bzentries/"
KEPT_S: Final = 60
"""So long a withdrawn announcement may still be read."""
_ENTRIES: Final = 512
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_GONE: Final = (
    "Tin này không có, hoặc đã được rút lại.\n\n"
    "This announcement does not exist, or it was withdrawn."
)
_READ_MORE: Final = {"vi": "Xem trên trang Bluezone", "en": "Read on the Bluezone site"}


@dataclass(frozen=True, slots=True)
class _Kept:
    content: str
    until: int


_kept: Final[dict[int, _Kept]] = {}


def entry_id(path: str) -> str:
    """Return the id in a path, as the phone wrote it."""
    return path.removeprefix(PREFIX).encode("utf-8", "replace").decode()


def number_of(entry: str) -> int | None:
    """Return the number of the announcement that an id stands for, None if it can be none."""
    return int(entry) if _NUMBER.fullmatch(entry) else None


def known_content(number: int, *, now: int) -> str | None:
    """Return what was read a moment ago, or None."""
    found = _kept.get(number)
    return found.content if found is not None and now < found.until else None


def read_content(number: int, *, now: int) -> str:
    """Return the HTML of an announcement; asks the database, and remembers for a minute."""
    version = published().filter(announcement_id=number).first()
    if version is None:
        return gone()
    content = _content(version)
    if len(_kept) >= _ENTRIES:
        _kept.clear()
    _kept[number] = _Kept(content, now + KEPT_S)
    return content


def body(entry: str, content: str) -> bytes:
    """Return the answer's bytes: the shape that the app reads without looking."""
    return msgspec.json.encode({"BzEntry": {entry: {"data": {"content": content}}}})


def gone() -> str:
    """Return what stands in the place of an announcement that is not there."""
    return to_html(_GONE, public_url=settings.BLUEZONE_PUBLIC_URL)


def forget() -> None:
    """Forget what was read."""
    _kept.clear()


def _content(version: AnnouncementVersion) -> str:
    own = settings.BLUEZONE_PUBLIC_URL
    day = look_format.date(look_format.local(version.announcement.published_at or 0).date())
    said = to_html(f"{version.body}\n\n{version.source} · {day}", public_url=own)
    address = f"{own}/news/{version.announcement_id}/"
    return heading(version.title) + said + link(address, _READ_MORE.get(version.language, address))
