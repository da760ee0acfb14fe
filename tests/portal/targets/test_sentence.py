"""Sentences that officials wrote in 2020, and what they mean."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.portal.campaign.targets.choices import Base, Measure
from bluezone.portal.campaign.targets.errors import SentenceError, TargetError
from bluezone.portal.campaign.targets.rendering import render
from bluezone.portal.campaign.targets.sentence import parse, read, read_any
from bluezone.portal.campaign.targets.terms import Amount, Rank, Target

DAY_20, DAY_30 = dt.date(2020, 8, 20), dt.date(2020, 8, 30)
USERS = Measure.USERS


def share(percent: str, base: Base, measure: Measure = USERS, count: int | None = None) -> Amount:
    return Amount(measure, Decimal(percent), base, count)


PHONES_60 = share("60", Base.SMARTPHONES)
OFFICIALS = share("100", Base.STAFF, Measure.STAFF)
HAI_DUONG = Target((PHONES_60, Rank(USERS, 10, 63)), DAY_20)
NATION = Target((share("60", Base.ADULTS, count=50_000_000),), DAY_20)


@pytest.mark.parametrize(
    ("text", "language", "target"),
    [
        (
            "60 % of smartphone users by 20/8/2020 or rank 10 of 63 by number of installations",
            "en",
            HAI_DUONG,
        ),
        (
            (
                "60 % of smartphone users by 20/8/2020 or at least rank 10 of 63 provinces by "
                "number of smartphone users who installed it"
            ),
            "en",
            HAI_DUONG,
        ),
        (
            (
                "đến ngày 20/8/2020 toàn tỉnh có 60% người dùng điện thoại thông minh cài ứng dụng "
                "Bluezone hoặc tối thiểu xếp thứ 10/63 tỉnh, thành phố về số lượng người dân có "
                "thiết bị điện thoại thông minh đã cài đặt ứng dụng Bluezone"
            ),
            "vi",
            HAI_DUONG,
        ),
        ("60 % of adults, 50 million, by 20/8", "en", NATION),
        (
            (
                "khoảng 60% dân số trưởng thành (50 triệu người) cài đặt ứng dụng Bluezone vào "
                "ngày 20/8/2020"
            ),
            "vi",
            NATION,
        ),
        ("60 % of adults (50 million people) by 20 August 2020", "en", NATION),
        ("60 % of adults, 50 million people, by 20/8", "en", NATION),
        ("60 % of adults and 50 million by 20/8", "en", NATION),
        ("60 % người trưởng thành và 50 triệu người dân, đến 20/8", "vi", NATION),
        ("60％ of smartphone users by 20/8", "en", Target((PHONES_60,), DAY_20)),
        ("100 % of officials with a smartphone", "en", Target((OFFICIALS,), None)),
        (
            (
                "tất cả (100%) cán bộ, công chức, viên chức và người lao động của cơ quan, đơn vị "
                "mình có sử dụng điện thoại thông minh (smartphone) thực hiện cài đặt ứng dụng"
            ),
            "vi",
            Target((OFFICIALS,), None),
        ),
        ("30 % of people by 30/8", "en", Target((share("30", Base.PEOPLE),), DAY_30)),
        ("30% dân số đến hết 30/8", "vi", Target((share("30", Base.PEOPLE),), DAY_30)),
        (
            "50 % of smartphone users by 20/8",
            "en",
            Target((share("50", Base.SMARTPHONES),), DAY_20),
        ),
        ("60% dân số", "vi", Target((share("60", Base.PEOPLE),), None)),
        ("rank 50 of 63 by 30 August 2020", "en", Target((Rank(USERS, 50, 63),), DAY_30)),
        ("hạng 50/63, ngày 30 tháng 8 năm 2020", "vi", Target((Rank(USERS, 50, 63),), DAY_30)),
        (
            "Rank 3 of 12 by share of people",
            "en",
            Target((Rank(USERS, 3, 12, Base.PEOPLE),), None),
        ),
        ("15,77 % so tai khoan", "vi", Target((share("15.77", Base.ACCOUNTS),), None)),
        (
            "1.5 million downloads by August 20, 2020",
            "en",
            Target((Amount(Measure.DOWNLOADS, count=1_500_000),), DAY_20),
        ),
        (
            "310.000 người dùng có số điện thoại",
            "vi",
            Target((Amount(Measure.USERS_WITH_PHONE, count=310_000),), None),
        ),
        (
            "every smartphone user by 20.8.2020",
            "en",
            Target((share("100", Base.SMARTPHONES),), DAY_20),
        ),
    ],
    ids=[
        "Hải Dương",
        "Hải Dương, longer",
        "Hải Dương, as ordered",
        "nation",
        "nation, as ordered",
        "nation, people in brackets",
        "nation, people",
        "nation, and",
        "nation in Vietnamese, and",
        "full-width sign",
        "officials",
        "officials, as ordered",
        "Hậu Giang",
        "Hậu Giang in Vietnamese",
        "Khánh Hòa",
        "Duy Xuyên",
        "rank 50",
        "rank 50 in Vietnamese",
        "rank among districts by share",
        "without diacritics",
        "downloads",
        "users with a phone number",
        "every",
    ],
)
def test_a_sentence_of_an_official_is_understood(text: str, language: str, target: Target) -> None:
    assert parse(text, language, 2020) == target


@pytest.mark.parametrize(
    ("text", "language", "targets", "rest"),
    [
        (
            "at least 60 % of smartphone users by 20/8 and 100 % of officials",
            "en",
            (Target((PHONES_60,), DAY_20), Target((OFFICIALS,), DAY_20)),
            (),
        ),
        (
            "ít nhất 60% số người dùng smartphone đến 20/8 và 100% cán bộ",
            "vi",
            (Target((PHONES_60,), DAY_20), Target((OFFICIALS,), DAY_20)),
            (),
        ),
        (
            "30 % of people by 30/8, and every official with family",
            "en",
            (Target((share("30", Base.PEOPLE),), DAY_30), Target((OFFICIALS,), DAY_30)),
            ("with family",),
        ),
    ],
    ids=["Tuyên Quang", "Tuyên Quang in Vietnamese", "Hậu Giang"],
)
def test_an_order_with_two_targets_gives_both_and_says_what_is_not_judged(
    text: str, language: str, targets: tuple[Target, ...], rest: tuple[str, ...]
) -> None:
    found = read(text, language, 2020)
    assert (found.targets, found.not_judged) == (targets, rest)
    with pytest.raises(SentenceError):
        parse(text, language, 2020)


@pytest.mark.parametrize(
    ("text", "language", "named"),
    [
        ("60 % of smartphone users by next Tuesday", "en", "next"),
        ("60% số con bò", "vi", "con"),
        ("60 % of smartphone users by 31/9", "en", "31/9"),
        ("60%", "vi", ""),
        ("", "vi", ""),
        ("120 % of people", "en", ""),
        ("0 % of people", "en", ""),
        ("60 % of downloads", "en", ""),
        ("60 % of people 50 % of adults", "en", ""),
        ("60 % of people by 20/8 or 10 % by 30/8", "en", ""),
        ("rank 64 of 63", "en", ""),
        ("rank 10 of 63 by number of adults", "en", ""),
        ("60 % of people or 100 % of officials", "en", ""),
        ("60 % of people " * 60, "en", ""),
        ("or", "en", ""),
    ],
)
def test_what_is_wrong_with_a_sentence_is_said(text: str, language: str, named: str) -> None:
    with pytest.raises(TargetError) as caught:
        parse(text, language, 2020)
    assert named in str(caught.value)


def test_a_sentence_in_the_other_language_is_understood_too() -> None:
    assert read_any("60% dân số đến 20/8", "en", 2020) == read_any(
        "60 % of people by 20/8", "vi", 2020
    )
    with pytest.raises(SentenceError, match="zzz"):
        read_any("zzz 60 %", "en", 2020)


@st.composite
def amounts(draw: st.DrawFn) -> Amount:
    measure = draw(st.sampled_from([m for m in Measure if m != Measure.STAFF]))
    count = draw(st.none() | st.integers(1, 10**10))
    if measure == Measure.DOWNLOADS:
        return Amount(measure, count=count or 1)
    percent = None
    if count is None or draw(st.booleans()):
        percent = Decimal(draw(st.integers(1, 10_000))) / 100
    base = draw(st.sampled_from([b for b in Base if b != Base.STAFF])) if percent else None
    return Amount(measure, percent, base, count)


@st.composite
def ranks(draw: st.DrawFn) -> Rank:
    of = draw(st.integers(2, 1000))
    measure = draw(st.sampled_from([m for m in Measure if m != Measure.STAFF]))
    bases = st.none() | st.sampled_from([b for b in Base if b != Base.STAFF])
    base = None if measure == Measure.DOWNLOADS else draw(bases)
    return Rank(measure, draw(st.integers(1, of)), of, base)


days = st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
targets = st.builds(
    lambda clauses, day: Target(tuple(clauses), day),
    st.lists(amounts() | ranks(), min_size=1, max_size=4, unique=True),
    days,
) | st.builds(
    lambda percent, day: Target((share(str(percent), Base.STAFF, Measure.STAFF),), day),
    st.integers(1, 100),
    days,
)


@given(targets, st.sampled_from(["vi", "en"]))
@settings(max_examples=120, deadline=None)
def test_a_target_shown_as_a_sentence_reads_back_as_the_same_target(
    target: Target, language: str
) -> None:
    assert parse(render(target, language), language, 1999) == target


@given(
    st.text(max_size=120)
    | st.lists(
        st.sampled_from(
            [
                "60",
                "%",
                "of",
                "people",
                "or",
                "rank",
                "10",
                "/",
                "63",
                "hoặc",
                "triệu",
                "20/8",
                "5.",
                ",",
            ]
        )
    ).map(" ".join),
    st.sampled_from(["vi", "en"]),
)
@settings(max_examples=120, deadline=None)
def test_any_text_is_a_target_or_our_error(text: str, language: str) -> None:
    with suppress(TargetError):
        assert read(text, language, 2020).targets


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("30 % of people by 30/8, every official with family", "en"),
        ("30 % số dân đến 30/8, mỗi cán bộ cùng gia đình", "vi"),
        ("30 % dân số đến 30/8; tất cả (100%) cán bộ, công chức có smartphone", "vi"),
    ],
)
def test_every_official_after_an_amount_is_a_target_of_its_own(text: str, language: str) -> None:
    """Hậu Giang wrote both in one breath."""
    people = Target((share("30", Base.PEOPLE),), DAY_30)
    assert read(text, language, 2020).targets == (people, Target((OFFICIALS,), DAY_30))


@pytest.mark.parametrize(
    "text",
    [
        "-5 % of people", "60 % of people by 20/8 or −3 users", "at most 60 % of people",
        "less than 60 % of people", "30 % of 50 million people",
    ],
)  # fmt: skip
def test_what_would_be_judged_otherwise_than_written_is_refused(text: str) -> None:
    with pytest.raises(TargetError):
        parse(text, "en", 2020)


def test_the_sentence_says_how_it_will_be_judged() -> None:
    assert render(HAI_DUONG, "en") == (
        "Users: at least (≥) 60% of smartphones, or rank 10 of 63 or better by number of users, "
        "by the end of 20/08/2020."
    )
    assert render(NATION, "vi") == (
        "Số người dùng đạt ít nhất (≥) 60 % người trưởng thành và ít nhất (≥) 50.000.000, "
        "đến hết ngày 20/08/2020."
    )
