"""What is found of reports in the tables, as of an evening, and said in two languages."""

import datetime as dt
from collections.abc import Iterable

import numpy as np
import pytest
from django.utils.translation import override
from tests.portal.inspection.cast import (
    CHEATS,
    COMMUNES,
    DISTRICT,
    NOW,
    PROVINCE,
    TODAY,
    cheated,
    first_day,
    gift_day,
    honest,
    report,
    say,
)

from bluezone.portal.campaign.inspection import words
from bluezone.portal.campaign.inspection.gifts import add_gift, standing, withdraw_gift
from bluezone.portal.campaign.inspection.keeping import Looked, forget, look
from bluezone.portal.campaign.inspection.models import Pattern
from bluezone.portal.campaign.inspection.searching import Seen, from_json
from bluezone.portal.campaign.stats.suspicion import Kind
from bluezone.portal.units.models import Unit

FACTS = {
    Pattern.JUMP: {"value": 4780.0, "rise": 3466.0, "expected": 166.0},
    Pattern.ROUND: {"rounded": 17.0, "figures": 17.0, "step": 10.0, "expected": 1.7},
    Pattern.COPY: {"repeats": 7.0, "value": 1764.0, "expected": 75.9},
    Pattern.SAME_RISE: {"rise": 25.0, "repeats": 6.0},
    Pattern.TWIN: {"repeats": 4.0, "value": 1312.0},
    Pattern.SAME_SERIES: {"repeats": 8.0, "value": 900.0, "share": 0.8},
    Pattern.ABOVE_PHONES: {"value": 15249.0, "phones": 10956.0},
    Pattern.GIFT: {"rise": 407.0, "kept": 347.0, "expected": 635.0},
    Pattern.GIFT_FALL: {"rise": 407.0, "fall": 380.0},
}
KINDS = {Pattern.SAME_RISE: Kind.COPY, Pattern.TWIN: Kind.COPY, Pattern.SAME_SERIES: Kind.COPY}


def sample(pattern: Pattern, *, strength: float = 5.0, phones: float | None = 5000.0) -> Seen:
    kind = KINDS.get(pattern) or Kind(str(pattern).removesuffix("_fall"))
    days = (TODAY - dt.timedelta(days=2), TODAY)
    value = int(FACTS[pattern].get("value", 0))
    return Seen(
        COMMUNES[0], pattern, kind, days, strength, FACTS[pattern], value, phones, COMMUNES[1]
    )


def named(found: Looked) -> set[tuple[str, Kind]]:
    return {(one.unit_path, one.kind) for one in found.seen}


def wanted(kinds: Iterable[Kind]) -> set[tuple[str, Kind]]:
    return {(COMMUNES[CHEATS[kind]], kind) for kind in kinds}


@pytest.fixture
def gift(country: dict[str, Unit]) -> None:
    day = gift_day(honest())
    add_gift(PROVINCE, day, what="5 GB", source="a letter", actor="clerk", now=NOW)


def test_all_five_kinds_are_found_among_twenty_four_communes_the_strongest_first(
    country: dict[str, Unit], gift: None
) -> None:
    report(cheated())
    found = look(country[PROVINCE], TODAY)
    assert named(found) == wanted(Kind)
    strengths = [one.strength for one in found.seen]
    assert strengths == sorted(strengths, reverse=True)
    assert named(look(country[DISTRICT], TODAY)) == wanted(Kind)
    commune = COMMUNES[CHEATS[Kind.JUMP]]
    assert named(look(country[commune], TODAY)) == {(commune, Kind.JUMP)}


def test_an_honest_campaign_is_asked_nothing(country: dict[str, Unit], gift: None) -> None:
    report(honest())
    assert look(country[PROVINCE], TODAY).seen == ()


def test_without_the_day_of_the_gift_nobody_is_asked_about_it(country: dict[str, Unit]) -> None:
    report(cheated([Kind.GIFT]))
    assert Kind.GIFT not in {one.kind for one in look(country[PROVINCE], TODAY).seen}
    other = f"{PROVINCE}.291"
    row = add_gift(
        other, gift_day(honest()), what="5 GB", source="a letter", actor="clerk", now=NOW
    )
    assert Kind.GIFT not in {one.kind for one in look(country[PROVINCE], TODAY).seen}
    withdraw_gift(row, actor="clerk", now=NOW)
    assert not standing(other).exists()
    add_gift(DISTRICT, row.day, what="5 GB", source="a letter", actor="clerk", now=NOW)
    assert (COMMUNES[9], Kind.GIFT) in named(look(country[PROVINCE], TODAY))


def test_nothing_later_than_the_evening_is_looked_at(country: dict[str, Unit], gift: None) -> None:
    made = cheated([Kind.JUMP])
    report(made)
    jump = next(one for one in look(country[PROVINCE], TODAY).seen if one.kind is Kind.JUMP)
    assert look(country[PROVINCE], jump.day - dt.timedelta(days=1)).seen == ()
    assert named(look(country[PROVINCE], jump.day)) == wanted([Kind.JUMP])


def test_a_correction_takes_the_finding_away(country: dict[str, Unit]) -> None:
    made = honest()
    made.reported[4, -1] = made.phones[4] * 1.6
    report(made)
    assert {one.unit_path for one in look(country[PROVINCE], TODAY).seen} == {COMMUNES[4]}
    say(COMMUNES[4], TODAY, int(made.reported[4, -2]) + 5, source="carrier")
    assert look(country[PROVINCE], TODAY).seen == ()


def test_figures_of_the_press_and_of_doors_are_not_searched(country: dict[str, Unit]) -> None:
    report(honest())
    for at in range(10):
        value = 1000 * (at + 1)
        say("vn2020.31", first_day() + dt.timedelta(days=at), value, source="press")
    assert look(country["vn2020"], TODAY).seen == ()


def test_copies_of_another_unit_name_both_and_copies_of_another_series_the_series(
    country: dict[str, Unit],
) -> None:
    made = honest()
    made.reported[2, 5:] = made.reported[14, 5:]
    made.active[6] = made.reported[6]
    report(made)
    found = {(one.unit_path, one.pattern): one for one in look(country[PROVINCE], TODAY).seen}
    assert found[COMMUNES[2], Pattern.TWIN].other_path == COMMUNES[14]
    assert found[COMMUNES[14], Pattern.TWIN].other_path == COMMUNES[2]
    assert (COMMUNES[6], Pattern.SAME_SERIES) in found


def test_a_kept_finding_reads_as_it_was_written() -> None:
    for pattern in Pattern:
        one = sample(pattern)
        assert from_json(one.as_json()) == one


def test_the_same_figures_are_searched_once(country: dict[str, Unit], gift: None) -> None:
    report(cheated())
    first = look(country[PROVINCE], TODAY)
    assert look(country[PROVINCE], TODAY).seen == first.seen
    forget()
    assert look(country[PROVINCE], TODAY).seen == first.seen


@pytest.mark.parametrize("pattern", Pattern)
def test_each_pattern_is_said_in_both_languages(pattern: Pattern) -> None:
    one = sample(pattern)
    said: dict[str, list[str]] = {}
    for language in ("vi", "en"):
        with override(language):
            said[language] = [
                words.heading(one, "Xã Một", "Xã Hai"),
                words.why(one),
                words.how_often(one),
                words.reliability(one),
                *words.look_at(one),
            ]
    assert not set(said["vi"]) & set(said["en"])
    for texts in said.values():
        assert texts[0].startswith("Xã Một")
        assert not any("%(" in text or "nan" in text for text in texts)
    assert ("Xã Hai" in said["vi"][0]) == (pattern == Pattern.TWIN)


def test_rarity_is_said_in_round_numbers_and_never_beyond_one_in_a_million() -> None:
    with override("en"):
        assert "once in 400 times" in words.how_often(sample(Pattern.JUMP, strength=np.log10(389)))
        assert "once in 100,000 times" in words.how_often(sample(Pattern.JUMP, strength=5.0))
        assert "less than once in a million" in words.how_often(sample(Pattern.JUMP, strength=12))
        assert "not calculated" in words.how_often(sample(Pattern.GIFT_FALL, strength=6.0))


def test_small_places_are_judged_by_what_was_measured_for_small_places() -> None:
    with override("en"):
        large = words.reliability(sample(Pattern.JUMP))
        small = words.reliability(sample(Pattern.JUMP, phones=60.0))
    assert "79%" in large.replace("\u00a0", "")
    assert "98%" in large.replace("\u00a0", "")
    assert "21%" in small.replace("\u00a0", "")
    assert "counted in tens" in small
