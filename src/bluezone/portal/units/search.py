"""Search by name: which units fit a text, and which of them fits best.

Every word typed must begin a word of the unit's full name ("tan vi" finds "Xã Tân Việt"); if
several are typed, some may begin words of the two units above instead. Order: the name itself,
the code, the name without its spaces ("hanoi"), names that begin with the text, initials, then the
rest; higher levels first among equals.
"""

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Final, TypeVar

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import Replace

from bluezone.portal.units.naming import composed, fold, spelled_out, without_official_word

if TYPE_CHECKING:
    from bluezone.portal.units.querysets import UnitQuerySet

T = TypeVar("T", bound="UnitQuerySet")

_LONGEST_TEXT: Final = 100
_LONGEST_CODE: Final = 16
_SHORTEST_GLUED: Final = 4
_MOST_WORDS: Final = 8
_LEVELS: Final = ("nation", "province", "district", "commune", "village")


def search_units(units: T, text: str) -> T:
    """Return the rows of `units` that fit `text`, the best first; none for an empty text."""
    folded = fold(text[:_LONGEST_TEXT])
    if not folded:
        return units.none()
    segments = [fold(part) for part in text[:_LONGEST_TEXT].split(",") if fold(part)]
    full = " ".join(map(spelled_out, segments))
    bare = " ".join(map(without_official_word, segments))
    code = Q(code=text.strip()[:_LONGEST_CODE])
    fits = _fits(full) | _fits(bare) | _initials(bare) | code | _glued(bare)
    rank = _rank(composed(text), (folded, full, bare), code)
    joined = Replace("search_name", Value(" "), Value(""))
    ranked = units.annotate(joined_name=joined).filter(fits)
    ranked = ranked.annotate(search_rank=rank, level_rank=_level_rank())
    return ranked.order_by("search_rank", "level_rank", "search_name", "path")


def _fits(folded: str) -> Q:
    words = folded.split()[:_MOST_WORDS]
    own = [_begins("search_full", word) for word in words]
    if len(words) == 1:
        return own[0]
    above = [
        _begins("parent__search_full", word) | _begins("parent__parent__search_full", word)
        for word in words
    ]
    family = [mine | theirs for mine, theirs in zip(own, above, strict=True)]
    named = [_begins("search_name", word) for word in words]
    # A text that the units above fit by themselves means them, and not all that is below.
    return reduce(and_, own) | (reduce(and_, family) & reduce(or_, named) & ~reduce(and_, above))


def _begins(column: str, word: str) -> Q:
    """Return the condition that a word of `column` begins with `word`."""
    return Q(**{f"{column}__startswith": word}) | Q(**{f"{column}__contains": f" {word}"})


def _initials(bare: str) -> Q:
    """Return the condition that a text is the initials of a name: "hd", "tphcm"."""
    glued = bare.replace(" ", "")
    return Q(initials__in={glued, glued.removeprefix("tp")} - {""})


def _glued(bare: str) -> Q:
    """Return the condition that a text is a name written without its spaces: "hanoi"."""
    if " " in bare or len(bare) < _SHORTEST_GLUED:
        return Q(pk__in=[])
    return Q(joined_name=bare)


def _rank(typed: str, texts: tuple[str, str, str], code: Q) -> Case:
    """Return the order of fits, 0 the best: with diacritics as typed, then without.

    Args:
        typed: the text as it came, in form NFC.
        texts: folded, with its abbreviation written out, without its official word.
        code: the condition that the text is the unit's official code.
    """
    folded, full, bare = texts
    steps = [
        Q(name=typed) | Q(full_name=typed),
        Q(search_name=folded),
        Q(search_full=full),
        Q(search_name=bare),
        code,
        _glued(bare),
        Q(search_name__startswith=f"{folded} "),
        Q(search_name__startswith=folded),
        Q(search_full__startswith=full),
        Q(search_name__startswith=bare),
        _initials(bare),
        reduce(and_, [_begins("search_name", word) for word in bare.split()[:_MOST_WORDS]]),
        reduce(and_, [_begins("search_full", word) for word in bare.split()[:_MOST_WORDS]]),
    ]
    cases = [When(step, then=Value(place)) for place, step in enumerate(steps)]
    return Case(*cases, default=Value(len(steps)), output_field=IntegerField())


def _level_rank() -> Case:
    cases = [When(level=level, then=Value(place)) for place, level in enumerate(_LEVELS)]
    return Case(*cases, default=Value(len(_LEVELS)), output_field=IntegerField())
