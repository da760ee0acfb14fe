"""The words of targets in Vietnamese and English, as patterns on folded text.

Folded: lower case, without diacritics, letter by letter, so that a place in the folded text is
the same place in the original. Patterns of a language are tried from the top at each place; the
first one that fits takes the words.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a stretch of words is."""

    RANK = "rank"
    DAY = "day"
    PERCENT = "percent"
    EVERY = "every"
    BY_SHARE = "by_share"
    BY_COUNT = "by_count"
    BASE = "base"
    MEASURE = "measure"
    FAMILY = "family"
    OR = "or"
    AND = "and"
    COUNT = "count"
    FILLER = "filler"


Pattern = tuple[Kind, str, re.Pattern[str]]
"""Kind, value (a base, a measure or empty), pattern."""

_DAY: Final = r"(?P<day>\d{1,2})\s*[/-]\s*(?P<month>\d{1,2})(?:\s*[/-]\s*(?P<year>\d{4}))?(?!\d)"
_DOTTED: Final = r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d)"
_COUNT: Final = (
    r"(?P<scaled>\d+(?:[.,]\d+)*)\s*(?P<scale>{scales})\b|"
    r"(?P<grouped>\d{{1,3}}(?:[., \u00a0]\d{{3}})+)(?!\d)|(?P<plain>\d+)(?![\d%/])"
)
_MONTHS: Final = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
)
MONTHS: Final = {name: number + 1 for number, name in enumerate(_MONTHS.split("|"))}
SCALES: Final = {
    "nghin": 10**3,
    "ngan": 10**3,
    "thousand": 10**3,
    "trieu": 10**6,
    "million": 10**6,
    "ty": 10**9,
    "billion": 10**9,
}
_STAFF_VI: Final = (
    r"(?:can bo|cong chuc|vien chuc|nguoi lao dong)"
    r"(?:\s*(?:,|va|;)?\s*(?:can bo|cong chuc|vien chuc|nguoi lao dong))*"
)
_STAFF_EN: Final = r"(?:officials?|civil servants?|public employees?|staff|workers?)"
_GAP_VI: Final = r"(?:(?!\bva\b|\bhoac\b)[^%\d.])"
_PHONE_VI: Final = r"(?:thiet bi )?(?:dien thoai thong minh|dien thoai smartphone|smartphone)s?"
_OWN_VI: Final = r"(?:co su dung|su dung|dang dung|dung|co)"
_PHONE_EN: Final = r"(?:smartphones?|smart phones?)"

_FILLERS_VI: Final = (
    r"(?:ung dung|bluezone|cai dat|cai|da|dang|se|dat|phan dau|den het|den|truoc|vao|het"
    r"|cuoi|ngay|it nhat|toi thieu|khoang|la|tuc|dong thoi|toan tinh|toan huyen|toan xa"
    r"|toan quoc|ca nuoc|tinh|thanh pho|huyen|xa|phuong|quan|don vi|tren|cua|trong|co"
    r"|so|ty le|ti le|tro len|nguoi(?! dung)|muc tieu|chi tieu|yeu cau|phai|cho|duoc"
    r"|nuoc|may|su dung|thuc hien|khong co han cuoi)(?![a-z])"
)
_FILLERS_EN: Final = (
    r"(?:the|a|an|of|or better|or more|or above|at least|about|around|by the end of"
    r"|before the end of|by|until|on|before|end|app|application|bluezone|installations?"
    r"|installed?|installs?|with|in|is|are|have|has|it|who|that|them|phones?|i\.e\.|to"
    r"|reach|reaching|target|goal|units|provinces|districts|communes|cities|persons?"
    r"|being|number|among|without a last day)(?![a-z])"
)


def _vi() -> list[tuple[Kind, str, str]]:
    rank = r"(?:xep )?(?:thu hang|hang|thu|vi tri|xep)(?: thu| hang)*\s*(?P<rank>\d{1,4})"
    owning = rf"{_OWN_VI} {_PHONE_VI}"
    owner = rf"(?:nguoi(?: dan)? )?{owning}(?:\s*\((?:smartphone)\))?"
    return [
        (Kind.RANK, "", rank + r"\s*(?:/|tren|trong(?: so| tong so)?)\s*(?P<of>\d{1,4})(?!\d)"),
        (
            Kind.DAY,
            "",
            r"(?:ngay )?(?P<day>\d{1,2}) thang (?P<month>\d{1,2})(?: nam (?P<year>\d{4}))?(?!\d)",
        ),
        (Kind.DAY, "", r"(?:ngay )?" + _DAY),
        (Kind.DAY, "", r"(?:ngay )?" + _DOTTED),
        (Kind.PERCENT, "", r"(?P<percent>\d+(?:[.,]\d+)?)\s*(?:%|phan tram)"),
        (Kind.BY_SHARE, "", r"(?:theo|ve|xet theo) (?:ty le|ti le|ty trong)"),
        (Kind.BY_COUNT, "", r"(?:theo|ve|xet theo) (?:so luong|so|tong so)"),
        (
            Kind.BASE,
            "staff_with_smartphones",
            rf"(?:so )?{_STAFF_VI}(?:{_GAP_VI}{{0,60}}? {owning}(?:\s*\(smartphone\))?)?",
        ),
        (Kind.BASE, "smartphones", rf"(?:tong )?(?:so )?(?:{owner}|nguoi dung {_PHONE_VI})"),
        (Kind.BASE, "smartphones", rf"(?:tong )?(?:so )?{_PHONE_VI}"),
        (
            Kind.BASE,
            "adults",
            r"(?:so )?(?:dan so truong thanh|nguoi truong thanh|nguoi lon)",
        ),
        (Kind.BASE, "accounts", r"(?:so )?tai khoan"),
        (
            Kind.MEASURE,
            "users_with_phone",
            r"(?:so )?nguoi dung co (?:dang ky )?so dien thoai",
        ),
        (Kind.MEASURE, "users", r"(?:so )?nguoi dung"),
        (Kind.MEASURE, "downloads", r"(?:so )?(?:luot tai(?: ve| xuong)?|luot cai dat)"),
        (
            Kind.MEASURE,
            "active_phones",
            r"(?:so )?(?:may|dien thoai)(?: dang| con)? hoat dong",
        ),
        (Kind.FAMILY, "", r"(?:va |cung |ca )?(?:nguoi than|gia dinh)(?: trong gia dinh)?"),
        (
            Kind.BASE,
            "people",
            r"(?:tong )?(?:dan so|so dan|(?:so )?nguoi dan)(?! (?:co|su dung|dung))",
        ),
        (Kind.EVERY, "", r"(?:tat ca(?: cac)?|moi|toan bo|toan the)"),
        (Kind.OR, "", r"(?:hoac(?: la)?)"),
        (Kind.AND, "", r"(?:va|cung voi)(?![a-z])|;"),
        (Kind.COUNT, "", _COUNT.format(scales="nghin|ngan|trieu|ty")),
        (Kind.FILLER, "", _FILLERS_VI),
    ]


def _en() -> list[tuple[Kind, str, str]]:
    rank = r"(?:(?:at least )?rank(?:ed|s)?(?: at least)?|top|place)\s*(?P<rank>\d{1,4})"
    rank += r"(?:st|nd|rd|th)?"
    nth, year = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?:,? (?P<year>\d{4}))?(?!\d)"
    staff = rf"{_STAFF_EN}(?:\s*(?:,|and|,\s*and)\s*{_STAFF_EN})*"
    staff += rf"(?: (?:with|who have|who own|having|owning) (?:a )?{_PHONE_EN})?"
    people = r"(?:people|population|inhabitants|residents|citizens)"
    people += r"(?! (?:with|who have) (?:a )?smart)"
    owner = rf"(?:{_PHONE_EN}[- ](?:users?|owners?)|(?:users?|owners?) of (?:a )?{_PHONE_EN}"
    owner += rf"|people (?:with|who have|having|owning) (?:a )?{_PHONE_EN}|{_PHONE_EN})"
    return [
        (Kind.RANK, "", rank + r"\s*(?:/|of|out of|among)\s*(?P<of>\d{1,4})(?!\d)"),
        (
            Kind.DAY,
            "",
            rf"{nth} (?:of )?(?P<name>{_MONTHS}){year}",
        ),
        (
            Kind.DAY,
            "",
            rf"(?P<name>{_MONTHS}) {nth}{year}",
        ),
        (Kind.DAY, "", _DAY),
        (Kind.DAY, "", _DOTTED),
        (Kind.PERCENT, "", r"(?P<percent>\d+(?:[.,]\d+)?)\s*(?:%|percent|per cent)"),
        (Kind.BY_SHARE, "", r"(?:by|in|on) (?:the )?(?:share|percentage|rate|proportion)"),
        (Kind.BY_COUNT, "", r"(?:by|in) (?:the )?(?:total )?(?:number|count)"),
        (
            Kind.BASE,
            "staff_with_smartphones",
            staff,
        ),
        (Kind.BASE, "smartphones", owner),
        (Kind.BASE, "adults", r"(?:adults?(?: population)?|grown-ups)"),
        (Kind.BASE, "accounts", r"accounts?"),
        (
            Kind.MEASURE,
            "users_with_phone",
            r"users? (?:with|who gave) (?:a )?phone numbers?",
        ),
        (Kind.MEASURE, "users", r"users?"),
        (Kind.MEASURE, "downloads", r"downloads?"),
        (Kind.MEASURE, "active_phones", r"active phones?"),
        (
            Kind.FAMILY,
            "",
            r"(?:(?:and|with) )?(?:their |the |his |her )?(?:famil(?:y|ies)|relatives)",
        ),
        (
            Kind.BASE,
            "people",
            people,
        ),
        (Kind.EVERY, "", r"(?:every|all|each)(?: the)?"),
        (Kind.OR, "", r"or(?! better| more| above)"),
        (Kind.AND, "", r"(?:and|as well as)(?![a-z])|;"),
        (Kind.COUNT, "", _COUNT.format(scales="thousand|million|billion")),
        (Kind.FILLER, "", _FILLERS_EN),
    ]


def _compiled(rows: list[tuple[Kind, str, str]]) -> tuple[Pattern, ...]:
    words = r"(?![a-z])"
    made = []
    for kind, value, text in rows:
        open_end = kind in {Kind.RANK, Kind.DAY, Kind.PERCENT, Kind.COUNT}
        semicolon = kind is Kind.AND
        end = "" if open_end or semicolon else words
        made.append((kind, value, re.compile(f"(?:{text}){end}")))
    return tuple(made)


PATTERNS: Final[dict[str, tuple[Pattern, ...]]] = {"vi": _compiled(_vi()), "en": _compiled(_en())}


def fold_letters(text: str) -> str:
    """Return `text` in lower case without diacritics, of the same length."""
    return "".join(map(_bare, text))


def _bare(letter: str) -> str:
    if letter.isspace():
        return " "
    lower = letter.lower()[:1]
    if lower == "đ":
        return "d"
    # Also full-width signs: ％ is %.
    return unicodedata.normalize("NFKD", lower)[:1] if lower.isalpha() or lower == "％" else lower
