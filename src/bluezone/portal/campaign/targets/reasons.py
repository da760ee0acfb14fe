"""Why a target has its verdict, in one or two plain sentences, Vietnamese and English.

First what is there, on which base and day, then what is needed, then the chance as "3 of 10".
"""

from fractions import Fraction
from typing import Final

from bluezone.look import format as look_format
from bluezone.portal.campaign.targets.choices import State
from bluezone.portal.campaign.targets.evidence import Known
from bluezone.portal.campaign.targets.judging import ON_COURSE_FROM, ClauseVerdict, Verdict, Why
from bluezone.portal.campaign.targets.rendering import BASES, MEASURES
from bluezone.portal.campaign.targets.terms import Rank

_MOST_DECIMALS: Final = 7
_OR = {"vi": " Hoặc: ", "en": " Or: "}


def reason(verdict: Verdict, language: str) -> str:
    """Return why: the clause that met it, else every clause."""
    if verdict.state == State.MET:
        return clause_reason(verdict.best, verdict, language)
    ordered = sorted(verdict.clauses, key=lambda one: one is not verdict.best)
    return _OR[language].join(clause_reason(one, verdict, language) for one in ordered)


def clause_reason(one: ClauseVerdict, verdict: Verdict, language: str) -> str:
    """Return why one clause has its verdict."""
    if one.why in _UNKNOWN:
        return _unknown(one, verdict, language)
    if isinstance(one.clause, Rank):
        there = _standing(one, one.clause, language)
    else:
        there = _there(one, language)
    return f"{there} {_outlook(one, verdict, language)}".strip()


def chance_text(chance: float, language: str) -> str:
    """Return a probability as "3 of 10"; beyond the ends "less than 1 of 10" and "more than 9".

    Rounded, but never up to the chance from which a target is on course: at risk with "7 of 10"
    would contradict itself.
    """
    tenths = round(10 * chance)
    if chance < ON_COURSE_FROM <= tenths / 10:
        tenths -= 1
    of = "trên" if language == "vi" else "of"
    if tenths < 1:
        return f"chưa đến 1 {of} 10" if language == "vi" else f"less than 1 {of} 10"
    if tenths > 9:
        return f"hơn 9 {of} 10" if language == "vi" else f"more than 9 {of} 10"
    return f"{tenths} {of} 10"


def _there(one: ClauseVerdict, language: str) -> str:
    """Return how many there are, what share that is, and how many are needed."""
    known, need = one.known, one.need or 0
    if known is None:
        return ""
    vi = language == "vi"
    measure = MEASURES[one.clause.measure][language]
    count, needed = (look_format.number(value, language) for value in (known.value, need))
    day = look_format.date(known.day)
    share = ""
    if one.base is not None:
        percent = _percent(known.value, one, language)
        base, whole = BASES[one.base.base][language], look_format.number(one.base.value, language)
        share = f", bằng {percent} {base} ({whole})" if vi else f", {percent} of {base} ({whole})"
    parts = _parts(known, language)
    if vi:
        return f"Ngày {day}: {measure} là {count}{share}{parts}; cần {needed}."
    return f"On {day}: {count} {measure}{share}{parts}; {needed} are needed."


def _percent(value: int, one: ClauseVerdict, language: str) -> str:
    """Return the share with one decimal, or with as many as it takes not to read as reached.

    Nobody understands "60.0 % of 60 %: missed".
    """
    whole = 0 if one.base is None else one.base.value
    share = value / whole if whole else 0.0
    asked = None if isinstance(one.clause, Rank) else one.clause.percent
    short = asked is not None and Fraction(value) < Fraction(asked) * whole / 100
    decimals = 1
    while short and asked is not None and decimals < _MOST_DECIMALS:
        if round(100 * share, decimals) < asked:
            break
        decimals += 1
    return look_format.percent(share, language, decimals=decimals)


def _parts(known: Known, language: str) -> str:
    """Return how many parts a sum is of, where some are missing."""
    if known.is_complete:
        return ""
    if language == "vi":
        return f", mới có {known.counted}/{known.parts} đơn vị báo số"
    return f", from {known.counted} of {known.parts} units"


def _standing(one: ClauseVerdict, clause: Rank, language: str) -> str:
    """Return where the unit stands and what is asked for."""
    if one.rank is None or one.known is None:
        return ""
    vi, rank = language == "vi", one.rank
    measure, day = MEASURES[clause.measure][language], look_format.date(one.known.day)
    if clause.base is None:
        by = measure if vi else f"number of {measure}"
    else:
        base = BASES[clause.base][language]
        by = f"tỷ lệ {measure} trên {base}" if vi else f"share of {measure} among {base}"
    known = clause.of - rank.missing
    if vi:
        place = f"hạng {rank.rank}/{known} đơn vị có số"
        missing = f" ({rank.missing} đơn vị chưa có số)" if rank.missing else ""
        return f"Ngày {day}: {place}{missing} theo {by}; cần hạng {clause.rank}/{clause.of}."
    missing = f" with a figure ({rank.missing} have none)" if rank.missing else ""
    start = f"On {day}: rank {rank.rank} of {known}{missing} by {by}"
    return f"{start}; rank {clause.rank} of {clause.of} is needed."


_OUTLOOK: Final = {
    "keeps": {"vi": "", "en": ""},
    "may_fall": {"vi": "Hạng có thể mất lại trước {end}.", "en": "A rank can be lost until {end}."},
    "over": {"vi": "Đã hết hạn {end}.", "en": "The last day, {end}, is over."},
    "old": {"vi": "Không có số liệu từ {since}.", "en": "No figures since {since}."},
    "no_forecast": {"vi": "Không dự báo được.", "en": "This cannot be forecast."},
    "by": {
        "vi": "Khả năng đạt đến hết {end}: {chance}.",
        "en": "The chance to get there by {end} is {chance}.",
    },
    "some_day": {
        "vi": "Khả năng đạt trong 30 ngày tới: {chance}.",
        "en": "The chance to get there within 30 days is {chance}.",
    },
}


def _outlook(one: ClauseVerdict, verdict: Verdict, language: str) -> str:
    """Return what is to be expected, or that it is decided."""
    deadline = verdict.effective.target.deadline
    since = "" if one.known is None else f"{one.known.day.day}/{one.known.day.month}"
    return _OUTLOOK[_which(one, verdict)][language].format(
        end="" if deadline is None else look_format.date(deadline),
        since=since,
        chance="" if one.chance is None else chance_text(one.chance, language),
    )


def _which(one: ClauseVerdict, verdict: Verdict) -> str:
    deadline = verdict.effective.target.deadline
    if one.why is Why.REACHED:
        can_fall = isinstance(one.clause, Rank) and deadline is not None and verdict.day < deadline
        return "may_fall" if can_fall else "keeps"
    decided = {Why.NOT_REACHED: "over", Why.OLD_FIGURES: "old"}
    if one.why in decided:
        return decided[one.why]
    if one.chance is None:
        return "no_forecast"
    return "some_day" if deadline is None else "by"


_UNKNOWN: Final = {
    Why.NOTHING_ASKED: {
        "vi": "Không có {base} nào, nên không phải làm gì.",
        "en": "There are no {base}, so nothing is asked.",
    },
    Why.NO_BASE: {
        "vi": "Chưa có mẫu số ({base}): không biết {count} {measure} là bao nhiêu phần trăm.",
        "en": "No denominator ({base}) is known: nobody can say what share {count} {measure} is.",
    },
    Why.NEVER_KNOWN: {
        "vi": "Không có số liệu nào về {measure} đến {end}.",
        "en": "There are no figures of {measure} up to {end}.",
    },
    Why.NO_FIGURES: {
        "vi": "Chưa có số liệu về {measure} đến {day}.",
        "en": "No figures of {measure} up to {day}.",
    },
}


def _unknown(one: ClauseVerdict, verdict: Verdict, language: str) -> str:
    """Return what is not known."""
    return _UNKNOWN[one.why][language].format(
        measure=MEASURES[one.clause.measure][language],
        base="" if one.clause.base is None else BASES[one.clause.base][language],
        count="" if one.known is None else look_format.number(one.known.value, language),
        end=look_format.date(verdict.effective.target.deadline or verdict.day),
        day=look_format.date(verdict.day),
    )
