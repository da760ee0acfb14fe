"""dataFAQ.json: questions and answers about the published app.

Source: spec/bluezone-wire.md 3.2, 5.1 (`TurnContact`), W23 and W33. The public site's questions
are taken where they are true of published phones, too; `_SAME` names them, and every other answer
is this package's own, because a published phone does what ours never would (4.3). The surprising
part is the order: the app was built with the question about contacts at place 16 with number 38
in Vietnamese, 15 with 39 in English, and may look for it there before it has read any setting.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from bluezone.portal.appgateway.files.checking import Table
from bluezone.portal.appgateway.files.errors import AppFilesError
from bluezone.portal.appgateway.files.html import to_html
from bluezone.portal.appgateway.files.sources import LANGUAGES, Contents
from bluezone.portal.site import content as site

_SAME: Final = ("battery", "bluetooth", "location", "no-smartphone", "qr")
CONTACTS: Final = "contacts"
"""The question that the app's screen of contacts leads to."""
_PLACES: Final = {"vi": 16, "en": 15}
_FIRST_NUMBERS: Final = {"vi": 6, "en": 9}
_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,40}")
_CHARACTERS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the paragraphs of its answer."""

    id: str
    question: str
    answer: tuple[str, ...]


def faq_file(contents: Contents, *, public_url: str) -> dict[str, object]:
    """Return the file's members; the version follows from what they say.

    Raises:
        AppFilesError: a question of another shape.
    """
    listed, entries = {}, {}
    for language in LANGUAGES:
        found = _numbered(language, contents)
        listed[language] = {"itemIds": list(found)}
        entries.update({number: _entry(number, q, public_url) for number, q in found.items()})
    said: dict[str, object] = {"HasFAQ": listed, "FAQ": entries}
    return {"version": _version(said), **said}


def turn_contact(contents: Contents) -> dict[str, object]:
    """Return where the question about contacts stands, for configApp.json."""
    found: dict[str, object] = {}
    for language in LANGUAGES:
        numbers = _numbered(language, contents)
        places = enumerate(numbers.items())
        index, number = next((i, n) for i, (n, q) in places if q.id == CONTACTS)
        found[language] = {"id": number, "index": index}
    return found


def _numbered(language: str, contents: Contents) -> dict[str, Asked]:
    first = _FIRST_NUMBERS[language]
    asked = _ordered(language, contents.faq[language])
    return {str(first + 2 * place): question for place, question in enumerate(asked)}


def _ordered(language: str, own: Sequence[Table]) -> list[Asked]:
    by_id = {q.id: q for q in (_checked(language, each) for each in own)}
    for same in _of_site(language):
        by_id.setdefault(same.id, Asked(same.id, same.question, tuple(same.answer)))
    contacts = by_id.pop(CONTACTS)
    asked = list(by_id.values())
    return [*asked[: _PLACES[language]], contacts, *asked[_PLACES[language] :]]


def _of_site(language: str) -> list[site.Question]:
    return [question for question in site.questions(language) if question.id in _SAME]


def _checked(language: str, said: Table) -> Asked:
    name, question, answer = said.get("id"), said.get("question"), said.get("answer")
    place = f"faq.{language}"
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise AppFilesError(f"{place}: id must be small letters, digits and hyphens")
    if said.keys() != {"id", "question", "answer"}:
        raise AppFilesError(f"{place}.{name} must have id, question and answer, nothing else")
    if not _is_text(question):
        raise AppFilesError(f"{place}.{name}.question must be text")
    if not isinstance(answer, list) or not answer or not all(map(_is_text, answer)):
        raise AppFilesError(f"{place}.{name}.answer must be a list of paragraphs")
    return Asked(name, str(question), tuple(map(str, answer)))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= _CHARACTERS


def _entry(number: str, asked: Asked, public_url: str) -> Mapping[str, str]:
    answer = to_html("\n\n".join(asked.answer), public_url=public_url)
    return {"id": number, "question": asked.question, "answer": answer}


def _version(said: Mapping[str, object]) -> str:
    """Return digits and dots that change with the content; the app compares them only."""
    digest = sha256(msgspec.json.encode(said)).digest()
    return f"4.{int.from_bytes(digest[:2])}.{int.from_bytes(digest[2:4])}"
