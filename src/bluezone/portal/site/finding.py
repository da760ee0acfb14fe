"""Finding a unit from an address and questions from words, without diacritics."""

import re
from collections.abc import Sequence

from bluezone.portal.site.content import Question
from bluezone.portal.units.models import Unit
from bluezone.portal.units.naming import fold
from bluezone.portal.units.paths import PATH_LENGTH, PATH_PATTERN


def unit_or_none(path: str) -> Unit | None:
    """Return the unit of a path that came from outside, None if there is none."""
    if len(path) > PATH_LENGTH or not re.fullmatch(PATH_PATTERN, path):
        return None
    unit: Unit | None = Unit.objects.select_related("edition").filter(path=path).first()
    return unit


def matching_questions(questions: Sequence[Question], wanted: str) -> list[Question]:
    """Return the questions in which each word of `wanted` occurs, all if it is empty."""
    words = fold(wanted).split()
    return [one for one in questions if all(word in _searched(one) for word in words)]


def _searched(question: Question) -> str:
    return fold(" ".join([question.question, question.words, *question.answer]))
