"""Targets as officials write them: from a sentence to its terms.

Source: spec/campaign.md, "What was ordered" and "How others phrased theirs". Every word must be
understood: a word that is neither part of a target nor on a short list of fillers is named in the
error. The surprising decision: words that are understood but not judged ("with their families":
relatives are counted apart) are given back, so that the page can say so.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from bluezone.portal.campaign.targets.choices import Base, Measure
from bluezone.portal.campaign.targets.errors import SentenceError
from bluezone.portal.campaign.targets.terms import Amount, Clause, Rank, Target
from bluezone.portal.campaign.targets.vocabulary import (
    MONTHS,
    PATTERNS,
    SCALES,
    Kind,
    fold_letters,
)
from bluezone.portal.campaign.targets.wording import said

LANGUAGES: Final = ("vi", "en")
MOST_CHARACTERS: Final = 600
_SIGNS: Final = re.compile(r"[\s,.:()“”\"≥–-]+")
_BELOW_ZERO: Final = re.compile(r"(?:^|\s)[−-]\d")
"""A number with a sign is refused: a dash that only stands between words is none."""
_WORD: Final = re.compile(r"[^\s,.;:()]+")
_CONTENT: Final = frozenset({Kind.PERCENT, Kind.COUNT, Kind.RANK, Kind.EVERY})


@dataclass(frozen=True, slots=True)
class Token:
    """Words of one kind; `words` as they were written."""

    kind: Kind
    value: str
    match: re.Match[str]
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence says: its targets, and the words that are not judged."""

    targets: tuple[Target, ...]
    not_judged: tuple[str, ...]

    @property
    def only(self) -> Target:
        """The one target; raises SentenceError where there are several."""
        if len(self.targets) > 1:
            raise SentenceError(said("two_targets"))
        return self.targets[0]


def parse(text: str, language: str, default_year: int) -> Target:
    """Return the one target that a sentence says.

    Args:
        text: such as "60 % of smartphone users by 20/8 or rank 10 of 63 by number of
            installations"; diacritics and case do not matter.
        language: `vi` or `en`.
        default_year: of a day that is written without one.

    Raises:
        SentenceError: some words were not understood, or there are several targets.
        TargetError: it is understood and makes no target.
    """
    return read(text, language, default_year).only


def read(text: str, language: str, default_year: int) -> Reading:
    """Return all targets of a sentence ("… and 100 % of officials"), see `parse`."""
    tokens = list(_tokens(text, language))
    if not tokens:
        raise SentenceError(said("empty"))
    groups = list(_groups(tokens))
    days = [_deadline(group, default_year) for group in groups]
    shared = {day for day in days if day is not None}
    common = shared.pop() if len(shared) == 1 else None
    targets = tuple(
        Target(tuple(_clauses(group, language)), day or common)
        for group, day in zip(groups, days, strict=True)
    )
    family = tuple(token.words for token in tokens if token.kind is Kind.FAMILY)
    return Reading(targets, family)


def read_any(text: str, first: str, default_year: int) -> Reading:
    """Return what a sentence says in the language `first` or in the other one.

    Raises:
        TargetError: as `read` in `first`.
    """
    try:
        return read(text, first, default_year)
    except SentenceError:
        other = LANGUAGES[first == LANGUAGES[0]]
        try:
            return read(text, other, default_year)
        except SentenceError:
            pass
        raise


def _tokens(text: str, language: str) -> Iterator[Token]:
    """Yield the words by kind, without fillers."""
    original = unicodedata.normalize("NFC", text)
    if len(original) > MOST_CHARACTERS:
        raise SentenceError(said("too_long", most=MOST_CHARACTERS))
    folded = fold_letters(original)
    place = 0
    while place < len(folded):
        signs = _SIGNS.match(folded, place)
        if signs is not None:
            place = signs.end()
            continue
        below_zero = _BELOW_ZERO.match(folded, max(place - 2, 0))
        if below_zero is not None and below_zero.end() == place + 1:
            raise SentenceError(said("not_understood", words=below_zero.group().strip()))
        token = _token(folded, place, language, original)
        if token.kind is not Kind.FILLER:
            yield token
        place = token.match.end()


def _token(folded: str, place: int, language: str, original: str) -> Token:
    for kind, value, pattern in PATTERNS[language]:
        match = pattern.match(folded, place)
        if match is not None and match.end() > place:
            return Token(kind, value, match, original[place : match.end()])
    word = _WORD.match(original, place)
    unknown = word.group() if word is not None else original[place]
    raise SentenceError(said("not_understood", words=unknown[:60]))


def _groups(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each target.

    An "and" parts them where a new amount follows, except a bare number after a percentage
    ("60 % of adults and 50 million"), which belongs to it. "Every official" after an amount
    is a target of its own, "and" or not.
    """
    group: list[Token] = []
    for place, token in enumerate(tokens):
        rest = tokens[place + 1 :]
        parts = token.kind is Kind.AND and _has_content(rest) and not _is_number_of(group, rest)
        if (parts or _begins_officials(token, rest)) and _has_content(group):
            yield group
            group = []
        if token.kind is not Kind.AND:
            group.append(token)
    yield group


def _is_number_of(group: Sequence[Token], rest: Sequence[Token]) -> bool:
    """Return whether `rest` begins with a number that the percentage of `group` comes with."""
    starts = [place + 1 for place, token in enumerate(group) if token.kind is Kind.OR]
    before = {token.kind for token in group[starts[-1] if starts else 0 :]}
    after = [token.kind for token in rest]
    stop = next((n for n, kind in enumerate(after) if kind in {Kind.AND, Kind.OR}), len(after))
    own = [token for n, token in enumerate(rest[:stop]) if not _is_counted(rest, n)]
    kinds = {token.kind for token in own} - {Kind.DAY, Kind.FAMILY}
    return Kind.PERCENT in before and Kind.COUNT not in before and kinds == {Kind.COUNT}


def _begins_officials(token: Token, rest: Sequence[Token]) -> bool:
    following = next((one for one in rest if one.kind is not Kind.PERCENT), None)
    is_staff = following is not None and following.value == Base.STAFF
    return token.kind is Kind.EVERY and is_staff


def _is_counted(tokens: Sequence[Token], place: int) -> bool:
    """Return whether a token only says whom the number before it counts: "50 million people"."""
    token = tokens[place]
    people = token.kind is Kind.BASE and token.value == Base.PEOPLE
    return people and place > 0 and tokens[place - 1].kind is Kind.COUNT


def _has_content(tokens: Sequence[Token]) -> bool:
    return any(token.kind in _CONTENT for token in tokens)


def _deadline(group: Sequence[Token], default_year: int) -> dt.date | None:
    days = {_day(token, default_year) for token in group if token.kind is Kind.DAY}
    if len(days) > 1:
        raise SentenceError(said("two_days"))
    return days.pop() if days else None


def _day(token: Token, default_year: int) -> dt.date:
    parts = token.match.groupdict()
    month = MONTHS[parts["name"]] if parts.get("name") else int(parts["month"])
    try:
        return dt.date(int(parts["year"] or default_year), month, int(parts["day"]))
    except ValueError:
        raise SentenceError(said("bad_day", words=token.words)) from None


@dataclass(slots=True)
class _Draft:
    """A clause while its words are read."""

    rank: tuple[int, int] | None = None
    percents: list[Decimal] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    bases: list[Base] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    by_share: bool = False
    every: bool = False


def _clauses(group: Sequence[Token], language: str) -> Iterator[Clause]:
    """Yield the clauses of one target; each has its own measure, users where none is said."""
    part: list[Token] = []
    for token in group:
        if token.kind is Kind.OR:
            yield _clause(part, language)
            part = []
        else:
            part.append(token)
    yield _clause(part, language)


def _clause(tokens: Sequence[Token], language: str) -> Clause:
    draft = _Draft()
    for place, token in enumerate(tokens):
        if not _is_counted(tokens, place):
            _take(draft, token, language)
    bases, measures = list(dict.fromkeys(draft.bases)), list(dict.fromkeys(draft.measures))
    crowded = max(len(draft.percents), len(draft.counts), len(measures), len(bases)) > 1
    if crowded and not (draft.rank is not None and not draft.by_share):
        raise SentenceError(said("two_percentages"))
    if draft.rank is not None:
        return _rank(draft, bases, measures)
    base = bases[0] if bases else None
    if draft.every and base is not None and not draft.percents and not draft.counts:
        draft.percents = [Decimal(100)]
    measure = measures[0] if measures else Measure.USERS
    if base == Base.STAFF:
        measure = Measure.STAFF
    percent = draft.percents[0] if draft.percents else None
    if percent is None and base == Base.PEOPLE:
        base = None  # "people: 50 million" names whom a number counts, not a base
    count = draft.counts[0] if draft.counts else None
    return Amount(measure, percent, base, count)


def _rank(draft: _Draft, bases: Sequence[Base], measures: Sequence[Measure]) -> Rank:
    """Return a rank; "by number of smartphone users who installed" counts users."""
    if draft.percents or draft.counts or len(measures) > 1:
        raise SentenceError(said("two_percentages"))
    rank, of = draft.rank or (0, 0)
    measure = measures[0] if measures else Measure.USERS
    if draft.by_share:
        if not bases:
            raise SentenceError(said("percent_without_base"))
        return Rank(measure, rank, of, bases[0])
    if set(bases) - {Base.SMARTPHONES, Base.PEOPLE}:
        raise SentenceError(said("rank_base"))
    return Rank(measure, rank, of)


def _take(draft: _Draft, token: Token, language: str) -> None:
    parts = token.match.groupdict()
    if token.kind is Kind.RANK:
        if draft.rank is not None:
            raise SentenceError(said("two_percentages"))
        draft.rank = int(parts["rank"]), int(parts["of"])
    elif token.kind is Kind.PERCENT:
        draft.percents.append(Decimal(parts["percent"].replace(",", ".")))
    elif token.kind is Kind.COUNT:
        draft.counts.append(_count(token, language))
    elif token.kind is Kind.BASE:
        draft.bases.append(Base(token.value))
    elif token.kind is Kind.MEASURE:
        draft.measures.append(Measure(token.value))
    elif token.kind is Kind.BY_SHARE:
        draft.by_share = True
    elif token.kind is Kind.EVERY:
        draft.every = True


def _count(token: Token, language: str) -> int:
    parts = token.match.groupdict()
    if parts["scaled"]:
        value = _decimal(parts["scaled"], language) * SCALES[parts["scale"]]
        if value != value.to_integral_value():
            raise SentenceError(said("not_understood", words=token.words))
        return int(value)
    if parts["grouped"]:
        return int(re.sub(r"\D", "", parts["grouped"]))
    return int(parts["plain"][:20])


def _decimal(text: str, language: str) -> Decimal:
    """Return "1,5" or "1.5", and "1.500" by the separators of the language."""
    group, point = (".", ",") if language == "vi" else (",", ".")
    if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+(?:\{point}\d+)?", text):
        text = text.replace(group, "")
    text = text.replace(",", ".")
    if text.count(".") > 1:
        raise SentenceError(said("not_understood", words=text[:60]))
    return Decimal(text)
