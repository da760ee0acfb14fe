"""The words of a warning, in their order, in both languages."""

import datetime as dt

import pytest

from bluezone.phone.risk import Assessment, RiskFlag, RiskLevel
from bluezone.phone.warning import warning_text


def assessment(level, flags=frozenset()):
    day = dt.date(2020, 8, 8) if level is not RiskLevel.NONE else None
    return Assessment(
        level=level,
        days=(),
        windows=(),
        most_recent_day=day,
        minutes=1250,
        flags=flags,
        model="ours",
        policy_version=0,
    )


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_warning_says_what_happened_what_it_means_what_to_do_whom_to_call_and_the_doubts(
    language,
):
    text = warning_text(assessment(RiskLevel.HIGH), language, hotline="1900 0000")
    order = [text.title, text.happened, text.means, *text.do_now, text.call, *text.unknown]
    plain = text.plain
    assert all(order)
    assert [plain.index(part) for part in order] == sorted(plain.index(part) for part in order)
    assert "08/08/2020" in text.happened
    assert "1900 0000" in text.call
    assert len(text.do_now) >= 3


def test_numbers_have_the_separators_of_the_language():
    high = assessment(RiskLevel.HIGH)
    assert "1.250" in warning_text(high, "vi").happened
    assert "1,250" in warning_text(high, "en").happened


def test_vietnamese_is_not_english():
    for level in RiskLevel:
        vi, en = (warning_text(assessment(level), language) for language in ("vi", "en"))
        assert vi.title != en.title
        assert not set(vi.unknown) & set(en.unknown)


def test_a_low_risk_asks_nobody_to_stay_at_home():
    text = warning_text(assessment(RiskLevel.LOW), "en")
    assert text.level == "low"
    assert "need not stay at home" in text.means


def test_no_risk_asks_for_nothing():
    text = warning_text(assessment(RiskLevel.NONE), "en")
    assert (text.do_now, text.call) == ((), "")
    assert text.unknown


def test_what_weakens_the_judgement_is_said():
    plain = warning_text(assessment(RiskLevel.HIGH), "en")
    doubtful = warning_text(assessment(RiskLevel.HIGH, frozenset(RiskFlag)), "en")
    assert len(doubtful.unknown) == len(plain.unknown) + 2
