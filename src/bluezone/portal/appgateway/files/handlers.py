"""The files for published phones, news, and what versions 1 and 2 still ask.

Source: spec/bluezone-wire.md 3.2. The development build asks for the same files under names
with `Test`. All three published hosts lead here, so no answer depends on the name of the host.
The files are made when this module is loaded: a wrong file of the operator stops the start.
"""

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Final

from bluezone.portal.appgateway.database import in_database
from bluezone.portal.appgateway.envelope import ok
from bluezone.portal.appgateway.files import documents, news, totals
from bluezone.portal.appgateway.files.sending import kept_answer
from bluezone.portal.appgateway.http import Answer, Handler, Request

_FOLDER: Final = "/api/App/"


async def send_file(name: str, request: Request) -> Answer:
    """Send one of the four files."""
    document = documents.current()[name]
    return kept_answer(request, document.body, document.etag)


async def send_news(request: Request) -> Answer:
    """Send an announcement as HTML; an id that is none gets a valid answer, too."""
    entry = news.entry_id(request.path)
    number, now = news.number_of(entry), request.now
    content = news.gone() if number is None else news.known_content(number, now=now)
    if content is None:
        content = await in_database(news.read_content, number or 0, now=now)
    body = news.body(entry, content)
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    return kept_answer(request, body, etag, kept_s=news.KEPT_S)


async def check_version(_request: Request) -> Answer:
    """Answer what versions 1 and 2 ask at their start."""
    members = documents.current()[documents.VERSION].members
    return ok({name: str(members[name]) for name in ("VersionAndroid", "VersionIOS")})


async def total_users(request: Request) -> Answer:
    """Say how many use the app, as text: so the old versions want it."""
    total = totals.known_total(now=request.now)
    if total is None:
        total = await in_database(totals.read_total, now=request.now)
    return ok(str(total))


def forget() -> None:
    """Forget what was read from the database a moment ago."""
    news.forget()
    totals.forget()


documents.current()

HANDLERS: Final[Mapping[tuple[str, str], Handler]] = {
    **{
        ("GET", f"{_FOLDER}{name}{build}.json"): partial(send_file, name)
        for name in documents.NAMES
        for build in ("", "Test")
    },
    ("GET", f"{_FOLDER}CheckVersion"): check_version,
    ("GET", f"{_FOLDER}GetTotalUserInstallApp"): total_users,
}
PREFIX_HANDLERS: Final[Mapping[tuple[str, str], Handler]] = {("GET", news.PREFIX): send_news}
