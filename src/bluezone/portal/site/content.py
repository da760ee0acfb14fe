"""The texts of the public site and of the materials: one folder of TOML files a language.

Whoever brings another language adds a folder and changes no program: materials are offered in
every language that has `materials.toml`, the site in every language that has all three files
and is among Django's. Texts are plain: no markup of HTML or Typst means anything in them.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from bluezone.portal.site.choices import SHEETS, Kind, Sheet
from bluezone.portal.site.errors import ContentError, UnknownLanguageError

FOLDER: Final = Path(__file__).parent / "content"
DEFAULT: Final = "vi"
T = TypeVar("T", bound=msgspec.Struct)


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A short title with what it means."""

    title: str
    text: str


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A promise about the system and the test that keeps it: `file::test`."""

    title: str
    text: str
    test: str


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A heading, its paragraphs and its list."""

    title: str
    text: list[str] = []
    points: list[Point] = []


class Home(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first page."""

    title: str
    lead: str
    what: Section
    steps: Section
    not_this: Section


class Protection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the app protects, what it promises, what it cannot do."""

    title: str
    lead: str
    how: Section
    claims: list[Claim]
    limits: Section


class Install(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to install."""

    title: str
    lead: str
    android: Section
    ios: Section
    after: Section
    trouble: Section


class Copycats(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to tell the real app."""

    title: str
    lead: str
    signs: Section
    wrong: Section
    done: Section


class Pages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`pages.toml`."""

    home: Home
    protection: Protection
    install: Install
    copycats: Copycats


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question as people ask it, and its answer in paragraphs."""

    id: str
    question: str
    answer: list[str]
    words: str = ""
    """Other words that people look for it by."""


class Questions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`questions.toml`."""

    questions: list[Question]


class PosterText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a poster says."""

    title: str
    lead: str
    steps: list[Point]
    promise: str


class LeafletText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a leaflet says on its two sides."""

    title: str
    lead: str
    promises: list[Point]
    back_title: str
    steps: list[Point]
    questions: list[Point]
    copycats: str


class SheetText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sheet of texts to paste or to read aloud."""

    title: str
    lead: str
    parts: list[Point]


class PrintWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The small print; `{…}` is filled in."""

    scan: str
    no_camera: str
    version: str
    expires: str
    smallest: str
    source: str
    alt_qr: str
    alt_picture: str


class Materials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`materials.toml`."""

    name: str
    """The language's own name."""
    version: int
    """Counts up with each change of the texts."""
    words: PrintWords
    wall: PosterText
    poster: PosterText
    leaflet: LeafletText
    share: SheetText
    radio: SheetText


def languages() -> tuple[str, ...]:
    """Return the languages that materials exist in, the default first."""
    found = sorted(path.parent.name for path in FOLDER.glob("*/materials.toml"))
    return tuple(sorted(found, key=lambda language: language != DEFAULT))


@cache
def pages(language: str) -> Pages:
    """Return the texts of the pages."""
    return _read(language, "pages.toml", Pages)


@cache
def questions(language: str) -> tuple[Question, ...]:
    """Return questions and answers in the order of the file."""
    return tuple(_read(language, "questions.toml", Questions).questions)


@cache
def materials(language: str) -> Materials:
    """Return the texts of everything that is printed."""
    return _read(language, "materials.toml", Materials)


def language_names() -> list[tuple[str, str]]:
    """Return (language, its own name) of each language of the materials."""
    return [(language, materials(language).name) for language in languages()]


def _read(language: str, name: str, kind: type[T]) -> T:
    if language not in languages():
        raise UnknownLanguageError("there are no texts in this language")
    path = FOLDER / language / name
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), kind)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ContentError(f"{language}/{name}: {error}") from error


class LibraryEntry(msgspec.Struct, frozen=True):
    """One kind of material on the page of the library."""

    kind: Kind
    sheet: Sheet
    title: str
    lead: str


def library(language: str) -> list[LibraryEntry]:
    """Return what the library offers, with titles in the language of the page."""
    texts, found = materials(language), []
    for kind in Kind:
        said: PosterText | LeafletText | SheetText = getattr(texts, kind.value)
        title = said.title.replace("\n", " ")
        found.append(LibraryEntry(kind, SHEETS[kind], title, said.lead))
    return found


def site_language(wanted: str) -> str:
    """Return `wanted` if the pages exist in it, else the default."""
    short = wanted.split("-", maxsplit=1)[0]
    return short if (FOLDER / short / "pages.toml").is_file() else DEFAULT
