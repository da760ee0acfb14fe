"""What a person keeps after sharing: what was sent, to whom, when; never the keys."""

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import msgspec

from bluezone.look.format import date, instant, number
from bluezone.look.i18n import translator
from bluezone.phone.errors import StoreError
from bluezone.phone.share.preview import NOT_SENT

_EPOCH: Final = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One completed sharing.

    Attributes:
        attempt: its number in the journal.
        time_s: when it was completed, Unix seconds.
        test_type: kind of result.
        symptom_date: ISO day of onset, empty if unknown.
        days: UTC day numbers whose keys were sent.
        en_sent: Exposure Notification keys sent.
        en_saved: of these, saved by the key server as it says.
        bluezone_sent: Bluezone day keys sent.
        bluezone_saved: of these, saved by the key server as it says.
        portal_url: where the code and the HMAC of the keys went.
        keyserver_url: where the keys went.
    """

    attempt: int
    time_s: int
    test_type: str
    symptom_date: str
    days: tuple[int, ...]
    en_sent: int
    en_saved: int
    bluezone_sent: int
    bluezone_saved: int
    portal_url: str
    keyserver_url: str


def day_text(day: int) -> str:
    """Return a UTC day number as people write it."""
    return date(_EPOCH + dt.timedelta(days=day))


def receipt_lines(receipt: Receipt, language: str) -> list[str]:
    """Return the receipt in words, one line each."""
    _ = translator("bluezone.phone", language)
    return [
        _("Receipt {number}: you shared your keys on {time}.").format(
            number=receipt.attempt, time=instant(receipt.time_s)
        ),
        _("Days: {days}.").format(days=", ".join(map(day_text, receipt.days))),
        _counts(receipt, language, _),
        _("The keys went to {address}.").format(address=receipt.keyserver_url),
        _("The code and a checksum of the keys went to {address}.").format(
            address=receipt.portal_url
        ),
        _("Not sent: {things}.").format(things="; ".join(map(_, NOT_SENT))),
    ]


def _counts(receipt: Receipt, language: str, _: Callable[[str], str]) -> str:
    return _("Sent: {sent} keys; the server says that it saved {saved}.").format(
        sent=number(receipt.en_sent + receipt.bluezone_sent, language),
        saved=number(receipt.en_saved + receipt.bluezone_saved, language),
    )


def write_receipt(folder: Path, receipt: Receipt, language: str) -> tuple[Path, Path]:
    """Write the receipt as JSON and as text, readable by the owner alone; return both paths.

    Raises:
        StoreError: the folder cannot be written.
    """
    stem = f"{receipt.time_s}-{receipt.attempt}"
    paths = folder / f"{stem}.json", folder / f"{stem}.txt"
    contents = (
        msgspec.json.format(msgspec.json.encode(asdict(receipt)), indent=2) + b"\n",
        ("\n".join(receipt_lines(receipt, language)) + "\n").encode(),
    )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, content in zip(paths, contents, strict=True):
            _write_private(path, content)
    except OSError as error:
        raise StoreError(f"the receipt cannot be written: {error.strerror}") from error
    return paths


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
