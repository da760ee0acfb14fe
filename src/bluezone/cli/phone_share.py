"""`bluezone phone share` and `status`: sharing by hand and a look at the device.

The surprising decision: `--yes` skips only the question. The preview is printed all the
same, and the confirmation is still the value of that very preview.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import click
import httpx2

from bluezone.cli.home import home_folder
from bluezone.cli.output import print_json, stderr
from bluezone.look.format import date, instant
from bluezone.look.i18n import translator
from bluezone.phone.errors import PhoneError
from bluezone.phone.node.wiring import Stores, open_stores
from bluezone.phone.share import Preview, Receipt, Share, ShareError, ShareJournal, ShareSettings
from bluezone.phone.share.errors import explain
from bluezone.phone.share.preview import NOT_SENT
from bluezone.phone.share.receipt import day_text, receipt_lines
from bluezone.phone.status import StatusSources, status_view
from bluezone.phone.status.texts import fetch_text

JOURNAL: Final = "share.sqlite3"
RECEIPTS: Final = "receipts"
_HTTP_LIMIT_S: Final = 30.0


class MissingApiKeyError(PhoneError):
    """The portal wants a device key and none is set."""

    code = "missing_api_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Where to send, as the options say.

    Attributes:
        portal: address of the portal.
        keyserver: address of the key server.
        authority: name under which the key server knows the portal.
        api_key: device key of the portal, empty if none is set.
    """

    portal: str
    keyserver: str
    authority: str
    api_key: str


@contextmanager
def open_share(stores: Stores, folder: Path, servers: Servers, *, language: str) -> Iterator[Share]:
    """Open what sharing needs; `stores` stay open meanwhile.

    Raises:
        MissingApiKeyError: no device key is set.
        StoreError: the journal cannot be opened.
    """
    if not servers.api_key:
        raise MissingApiKeyError(
            "no device key for the portal: set BLUEZONE_PHONE_API_KEY; the people who run the "
            "portal give one out"
        )
    settings = ShareSettings(servers.portal, servers.api_key, servers.keyserver, servers.authority)
    with (
        closing(ShareJournal.open(folder / JOURNAL)) as journal,
        httpx2.Client(timeout=_HTTP_LIMIT_S) as client,
    ):
        yield Share(
            settings=settings,
            client=client,
            key_store=stores.key_store,
            journal=journal,
            receipts=folder / RECEIPTS,
            rng=secrets.token_bytes,
            language=language,
        )


def run_share(
    code: str, folder: Path, servers: Servers, *, language: str, yes: bool, as_json: bool
) -> None:
    """Preview, ask, upload, print the receipt.

    Raises:
        ShareError: a step failed; the words are those of `language`.
    """
    with (
        open_stores(folder, rng=secrets.token_bytes) as stores,
        open_share(stores, folder, servers, language=language) as share,
    ):
        try:
            preview = _preview(share, code)
            _print_preview(preview, language)
            agreed = yes or click.confirm(_agree(language), err=True)
            confirmation = preview.confirm(preview.confirmation if agreed else "")
            receipt = share.upload(confirmation, int(time.time()))
        except ShareError as error:
            raise click.ClickException(explain(error.code, language)) from error
    _print_receipt(receipt, language, as_json=as_json)


def run_status(folder: Path, *, language: str, as_json: bool) -> None:
    """Print what this device knows of itself, without asking any server."""
    now = int(time.time())
    with open_stores(folder, rng=secrets.token_bytes) as stores:
        sources = StatusSources(
            stores.contact_log, stores.key_store, stores.exposures, stores.fetched
        )
        view = status_view(sources, now=now, language=language)
        told = stores.exposures.told()
    row = {
        "days": [{**asdict(day), "day": day.day.isoformat()} for day in view.days],
        "own_keys": view.own_keys,
        "last_fetch": None if view.last_run is None else asdict(view.last_run),
        "told": [
            {"day": day.isoformat(), "level": level, "time_s": time_s}
            for day, level, time_s in told
        ],
    }
    if as_json:
        print_json(row)
        return
    _ = translator("bluezone.phone", language)
    click.echo(f"{_('Published keys looked for')}: {fetch_text(view.last_run, language)}")
    click.echo(_("Own keys that were not shared yet: {count}.").format(count=view.own_keys))
    for day in view.days:
        click.echo(f"{date(day.day)}  en {day.en}  bluezone {day.bluezone}")
    for told_day, level, time_s in told:
        click.echo(f"{date(told_day)}  {level}  ({instant(time_s)})")


def phone_folder(data: Path | None) -> Path:
    """Return the folder of this phone's memory."""
    return data or home_folder() / "phone"


def _preview(share: Share, code: str) -> Preview:
    """Return the preview of a new code, or of the attempt whose answer was lost."""
    now = int(time.time())
    unfinished = share.journal.unfinished()
    if unfinished is not None:
        stderr().print("continuing the sharing that you confirmed before")
        return share.show_again(unfinished.number, now)
    return share.preview(code, now)


def _print_preview(preview: Preview, language: str) -> None:
    _ = translator("bluezone.phone", language)
    for line in _preview_lines(preview, _):
        click.echo(line, err=True)


def _preview_lines(preview: Preview, _: Callable[[str], str]) -> Iterator[str]:
    yield _("What would be sent")
    yield f"  {_('Days')}: {', '.join(map(day_text, preview.days))}"
    yield f"  {_('Exposure Notification keys')}: {preview.en_count}"
    yield f"  {_('Bluezone day keys')}: {preview.bluezone_count}"
    yield _("What is not sent")
    yield from (f"  - {_(thing)}" for thing in NOT_SENT)


def _agree(language: str) -> str:
    return translator("bluezone.phone", language)("I agree: send these keys")


def _print_receipt(receipt: Receipt, language: str, *, as_json: bool) -> None:
    if as_json:
        row: Mapping[str, object] = asdict(receipt)
        print_json(row)
        return
    for line in receipt_lines(receipt, language):
        click.echo(line)
