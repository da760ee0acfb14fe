"""What a material says for a unit: texts of a language, name, address, code, small print."""

import datetime as dt
from dataclasses import dataclass

import msgspec

from bluezone.look import format as look_format
from bluezone.portal.site import content
from bluezone.portal.site.choices import SHEETS, Kind
from bluezone.portal.site.qr import svg, with_quiet_zone

_TEMPLATES = {
    Kind.WALL: "poster",
    Kind.POSTER: "poster",
    Kind.LEAFLET: "leaflet",
    Kind.SHARE: "sheet",
    Kind.RADIO: "sheet",
}


@dataclass(frozen=True, slots=True)
class Imprint:
    """What one printing carries beside the text.

    Attributes:
        unit: name of the unit.
        address: where the QR code leads.
        version: number of the printing.
        expires_on: the last day on which it may hang.
    """

    unit: str
    address: str
    version: str
    expires_on: dt.date


def template_of(kind: str) -> str:
    """Return the name of the Typst template of a kind."""
    return _TEMPLATES[Kind(kind)]


def short_address(address: str) -> str:
    """Return an address as people type it: without `https://`."""
    return address.removeprefix("https://").removeprefix("http://")


def sheet_data(kind: str, language: str, imprint: Imprint) -> dict[str, object]:
    """Return everything that a template shows, ready for JSON.

    Raises:
        UnknownLanguageError: there are no texts in this language.
    """
    texts, sheet = content.materials(language), SHEETS[Kind(kind)]
    said = msgspec.to_builtins(getattr(texts, Kind(kind).value))
    address = short_address(imprint.address)
    for part in said.get("parts", ()):
        part["text"] = part["text"].replace("{address}", address)
    return {
        **said,
        "language": language,
        "unit": imprint.unit,
        "address": address,
        "qr": svg(imprint.address),
        "qr_mm": with_quiet_zone(imprint.address, sheet.qr_mm),
        "width_mm": sheet.width_mm,
        "height_mm": sheet.height_mm,
        "words": _words(texts.words, imprint, sheet.smallest),
    }


def _words(words: content.PrintWords, imprint: Imprint, smallest: str) -> dict[str, str]:
    filled = msgspec.structs.replace(
        words,
        source=words.source.replace("{unit}", imprint.unit),
        version=words.version.replace("{version}", imprint.version),
        expires=words.expires.replace("{date}", look_format.date(imprint.expires_on)),
        smallest=words.smallest.replace("{paper}", smallest),
    )
    return {name: str(text) for name, text in msgspec.structs.asdict(filled).items()}
