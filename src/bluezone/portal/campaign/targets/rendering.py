"""Targets as sentences, in Vietnamese and English, exactly as they are judged.

`render` gives the sentence that `sentence.parse` reads back to the same target: what is counted,
at least how much, of whom, by the end of which local day. `explain` adds what the sentence means
for one unit: the denominator with its day and source, and the number that is needed.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from bluezone.look import format as look_format
from bluezone.portal.campaign.targets.choices import Base, Measure
from bluezone.portal.campaign.targets.evidence import AGENCIES, KnownBase
from bluezone.portal.campaign.targets.terms import Amount, Clause, Rank, Target

MEASURES: Final = {
    Measure.USERS: {"vi": "số người dùng", "en": "users"},
    Measure.USERS_WITH_PHONE: {
        "vi": "số người dùng có số điện thoại",
        "en": "users with a phone number",
    },
    Measure.ACTIVE_PHONES: {"vi": "số máy đang hoạt động", "en": "active phones"},
    Measure.DOWNLOADS: {"vi": "số lượt tải", "en": "downloads"},
    Measure.STAFF: {"vi": "số cán bộ", "en": "officials"},
}
BASES: Final = {
    Base.PEOPLE: {"vi": "dân số", "en": "people"},
    Base.ADULTS: {"vi": "người trưởng thành", "en": "adults"},
    Base.SMARTPHONES: {"vi": "số điện thoại thông minh", "en": "smartphones"},
    Base.ACCOUNTS: {"vi": "số tài khoản", "en": "accounts"},
    Base.STAFF: {
        "vi": "cán bộ có điện thoại thông minh",
        "en": "officials with a smartphone",
    },
}
_AGENCIES: Final = {"vi": "các cơ quan báo", "en": "what agencies say"}
_LEAST: Final = {"vi": "ít nhất (≥) ", "en": "at least (≥) "}
_OR: Final = {"vi": ", hoặc ", "en": ", or "}
_BOTH: Final = {"vi": " và ", "en": " and "}
"""A percentage with a number asks for both; an "and" says so, a comma would not."""
_BY: Final = {"vi": ", đến hết ngày {day}", "en": ", by the end of {day}"}
_OPEN: Final = {"vi": ", không có hạn cuối", "en": ", without a last day"}


def render(target: Target, language: str) -> str:
    """Return the target as one sentence in `vi` or `en`."""
    clauses = _OR[language].join(render_clause(clause, language) for clause in target.clauses)
    if target.deadline is None:
        end = _OPEN[language]
    else:
        end = _BY[language].format(day=look_format.date(target.deadline))
    text = clauses + end
    return text[0].upper() + text[1:] + "."


def render_clause(clause: Clause, language: str) -> str:
    """Return one clause, without a full stop and without a capital."""
    return _rank(clause, language) if isinstance(clause, Rank) else _amount(clause, language)


def _amount(clause: Amount, language: str) -> str:
    least = _LEAST[language]
    parts = []
    if clause.percent is not None and clause.base is not None:
        of = "" if language == "vi" else "of "
        share = percent_text(clause.percent, language)
        parts.append(f"{least}{share} {of}{BASES[clause.base][language]}")
    if clause.count is not None:
        parts.append(least + look_format.number(clause.count, language))
    both = _BOTH[language].join(parts)
    if clause.measure == Measure.STAFF:
        return both
    verb = " đạt " if language == "vi" else ": "
    return MEASURES[clause.measure][language] + verb + both


def _rank(clause: Rank, language: str) -> str:
    measure = MEASURES[clause.measure][language]
    if language == "vi":
        start = f"hạng {clause.rank}/{clause.of} trở lên theo "
        if clause.base is None:
            return start + measure
        return f"{start}tỷ lệ {measure} trên {BASES[clause.base]['vi']}"
    start = f"rank {clause.rank} of {clause.of} or better by "
    if clause.base is None:
        return f"{start}number of {measure}"
    return f"{start}share of {measure} among {BASES[clause.base]['en']}"


def percent_text(percent: Decimal, language: str) -> str:
    """Return 15.77 as "15,77 %" or "15.77%", without zeros at the end."""
    decimals = max(0, -int(percent.normalize().as_tuple().exponent))
    return look_format.percent(float(percent) / 100, language, decimals=decimals)


def explain(
    target: Target, known: Sequence[KnownBase | None], language: str, *, field_name: str = ""
) -> list[str]:
    """Return what the sentence means for a unit, a line for each clause and one for the day.

    Args:
        target: as it applies to the unit.
        known: the base of each clause, None where the clause has none or nobody knows it.
        language: `vi` or `en`.
        field_name: whom a rank is among, in that language; empty where there is no rank.
    """
    lines = [
        _explained(clause, base, language, field_name)
        for clause, base in zip(target.clauses, known, strict=True)
    ]
    if target.deadline is not None:
        text = {
            "vi": "Tính theo số liệu đến 24:00 (giờ Việt Nam) ngày {day}; đủ một vế là đạt.",
            "en": "Figures up to 24:00 (Vietnam) on {day} count; one clause reached is enough.",
        }
        lines.append(text[language].format(day=look_format.date(target.deadline)))
    return lines


def base_text(known: KnownBase, language: str) -> str:
    """Return a denominator with its value, day and source."""
    value = look_format.number(known.value, language)
    day = look_format.date(known.day)
    source = _AGENCIES[language] if known.source == AGENCIES else known.source
    if language == "vi":
        mark = "ước tính, " if known.estimated else ""
        return f"{BASES[known.base]['vi']}: {value} ({mark}{day}, nguồn: {source})"
    mark = "estimated, " if known.estimated else ""
    return f"{BASES[known.base]['en']}: {value} ({mark}{day}, source: {source})"


def _explained(clause: Clause, known: KnownBase | None, language: str, field_name: str) -> str:
    vi = language == "vi"
    if isinstance(clause, Rank):
        among = field_name or (f"{clause.of} đơn vị" if vi else f"{clause.of} units")
        return f"Xếp hạng trong {among}." if vi else f"Ranked among {among}."
    if clause.base is not None and known is None:
        base = BASES[clause.base][language]
        if vi:
            return f"Chưa có mẫu số ({base}): chưa biết cần bao nhiêu."
        return f"No denominator ({base}) is known, so the number that is needed is not known."
    need = clause.need(known.value if known is not None else None) or 0
    needed = look_format.number(need, language)
    measure = MEASURES[clause.measure][language]
    start = "" if known is None else ("Mẫu số, " if vi else "Denominator, ")
    start += "" if known is None else f"{base_text(known, language)}. "
    return f"{start}Cần {measure} ≥ {needed}." if vi else f"{start}Needed: {measure} ≥ {needed}."
