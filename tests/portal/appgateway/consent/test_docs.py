"""The page about help says the numbers of the code."""

from pathlib import Path

import pytest

from bluezone.portal.appgateway.consent import accepting, guessing, histories, issuing, windows

ROOT = Path(__file__).parents[4]
PER_HOUR = guessing.NEW_PHONES.count + guessing.KNOWN_PHONES.count


@pytest.mark.parametrize(
    "said",
    [
        f"| one phone | {guessing.PHONE.count}, then it waits | 15 min |",
        f"| one address | {guessing.ADDRESS.count} | 1 h |",
        f"| all phones that registered today | {guessing.NEW_PHONES.count} | 1 h |",
        f"| all phones known before today | {guessing.KNOWN_PHONES.count} | 1 h |",
        f"at most {PER_HOUR} guesses an hour, so *L*/{1_000_000 // PER_HOUR:,} hits an hour",
        f"At most {issuing.MAX_LIVE:,} codes are open at once.",
        f"the {histories.MAX_KNOWN:,} newest of them",
        f"everything over {histories.MAX_ROWS:,}",
        f"cut to the last {windows.LOOK_BACK_DAYS} days",
    ],
)
def test_a_number_stands_in_the_page(said: str) -> None:
    page = (ROOT / "docs" / "app-gateway-consent.md").read_text(encoding="utf-8")
    assert said in page


def test_the_words_for_times_are_those_of_the_code() -> None:
    minutes = (issuing.LIVES_S // 60, accepting.AGAIN_S // 60)
    days = (windows.BEFORE_DAYS, windows.LAST_DAY)
    assert (minutes, days) == ((15, 10), (2, 9))
    assert {budget.window_s for budget in (guessing.ADDRESS, guessing.NEW_PHONES)} == {3600}
    assert guessing.PHONE.window_s == 900
