import datetime as dt

import pytest

from bluezone.look import format as fmt


@pytest.mark.parametrize(
    ("value", "language", "decimals", "text"),
    [
        (310_000, "vi", 0, "310.000"),
        (310_000, "en", 0, "310,000"),
        (1_234.5, "vi", 1, "1.234,5"),
        (-0.25, "en", 2, "-0.25"),
    ],
)
def test_numbers_have_the_separators_of_their_language(value, language, decimals, text) -> None:
    assert fmt.number(value, language, decimals=decimals) == text


def test_percentages_are_written_as_each_language_does() -> None:
    assert fmt.percent(0.234, "vi") == "23,4 %"
    assert fmt.percent(0.234, "en") == "23.4%"


def test_an_instant_is_shown_in_local_time() -> None:
    assert fmt.instant(1_597_472_640) == "15/08/2020 13:24"
    assert fmt.clock(1_597_472_640) == "13:24"
    assert fmt.date(dt.date(2020, 8, 5)) == "05/08/2020"
