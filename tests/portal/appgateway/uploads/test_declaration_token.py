"""The token for a health declaration: ours, for one phone and bundle, until it is over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.appgateway.uploads.declaration_token import (
    LIFE_S,
    Declaration,
    DeclarationTokenExpiredError,
    DeclarationTokenInvalidError,
    issue,
    read,
)

NOW = 1_597_472_640
KEY = bytes(range(32))
NUMBERS = st.integers(1, 2**63 - 1)


@given(NUMBERS, NUMBERS, st.integers(0, LIFE_S - 3_600))
def test_a_token_says_which_phone_and_bundle_until_it_is_over(
    phone_id: int, bundle_id: int, later: int
) -> None:
    token = issue(phone_id, bundle_id, NOW, key=KEY)
    found = read(token, NOW + later, key=KEY)
    assert (found.phone_id, found.bundle_id) == (phone_id, bundle_id)
    assert NOW + LIFE_S - 3_600 < found.expires_at <= NOW + LIFE_S
    with pytest.raises(DeclarationTokenExpiredError):
        read(token, NOW + LIFE_S, key=KEY)


def test_the_same_phone_and_bundle_within_an_hour_have_the_same_token() -> None:
    start = NOW - NOW % 3_600
    assert issue(1, 2, start, key=KEY) == issue(1, 2, start + 3_599, key=KEY)
    assert (
        len({issue(1, 2, NOW, key=KEY), issue(1, 3, NOW, key=KEY), issue(2, 2, NOW, key=KEY)}) == 3
    )


@given(st.integers(0, 53), st.characters())
def test_a_token_with_another_letter_is_not_ours(place: int, letter: str) -> None:
    token = issue(1, 2, NOW, key=KEY)
    changed = token[:place] + letter + token[place + 1 :]
    if changed == token:
        assert isinstance(read(changed, NOW, key=KEY), Declaration)
        return
    try:
        found = read(changed, NOW, key=KEY)
    except DeclarationTokenInvalidError:
        return
    assert place == 53  # base64's last letter has bits that mean nothing
    assert found == read(token, NOW, key=KEY)


@given(st.text(max_size=60))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(DeclarationTokenInvalidError):
        read(text, NOW, key=KEY)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(DeclarationTokenInvalidError):
        read(issue(1, 2, NOW, key=KEY), NOW, key=bytes(32))
