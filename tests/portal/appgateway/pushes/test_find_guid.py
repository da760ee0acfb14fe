"""The number of a bundle is good for one phone (W8), and says when it is over (61, 62)."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.appgateway.pushes import find_guid, services
from bluezone.portal.appgateway.pushes.errors import FindGuidInvalidError
from bluezone.portal.appgateway.pushes.find_guid import find_guid_for, read_find_guid
from bluezone.portal.appgateway.pushes.models import Bundle
from bluezone.portal.appgateway.pushes.services import BundleState, bundle_state

from .conftest import NOW, entry

KEY = bytes(range(32))
NUMBERS = st.integers(1, 2**63 - 1)


@given(NUMBERS, NUMBERS)
def test_the_phone_that_got_it_can_answer_with_it(bundle: int, phone: int) -> None:
    text = find_guid_for(bundle, phone, key=KEY)
    assert len(text) == 36
    assert find_guid.PATTERN.fullmatch(text)
    assert read_find_guid(text, phone, key=KEY) == bundle


@given(NUMBERS, NUMBERS, NUMBERS)
def test_another_phone_cannot(bundle: int, phone: int, other: int) -> None:
    text = find_guid_for(bundle, phone, key=KEY)
    if other != phone:
        with pytest.raises(FindGuidInvalidError):
            read_find_guid(text, other, key=KEY)


@given(NUMBERS, NUMBERS, st.integers(0, 35), st.characters(codec="ascii"))
def test_no_character_can_be_changed(bundle: int, phone: int, at: int, letter: str) -> None:
    text = find_guid_for(bundle, phone, key=KEY)
    changed = text[:at] + letter + text[at + 1 :]
    if changed != text:
        with pytest.raises(FindGuidInvalidError):
            read_find_guid(changed, phone, key=KEY)


@given(st.one_of(st.text(), st.text("AB-_09", min_size=36, max_size=36)))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(FindGuidInvalidError):
        read_find_guid(text, 7, key=KEY)


def test_another_key_makes_other_numbers() -> None:
    text = find_guid_for(5, 7, key=KEY)
    with pytest.raises(FindGuidInvalidError):
        read_find_guid(text, 7, key=bytes(32))


@pytest.fixture
def guid(db: None) -> Callable[[int], str]:
    """Return what makes a phone's number of the only bundle."""
    services.open_round([entry()], now=NOW)
    bundle_id = Bundle.objects.get().pk
    return lambda phone_id: find_guid_for(bundle_id, phone_id, key=find_guid.find_guid_key())


def test_a_bundle_is_open_until_its_end(guid: Callable[[int], str]) -> None:
    bundle = Bundle.objects.get()
    end = bundle.expires_at
    assert bundle_state(guid(7), 7, NOW) == BundleState(bundle.round_id, expired=False)
    assert bundle_state(guid(7), 7, end - 1) == BundleState(bundle.round_id, expired=False)
    assert bundle_state(guid(7), 7, end) == BundleState(bundle.round_id, expired=True)


def test_the_number_of_another_phone_is_refused(guid: Callable[[int], str]) -> None:
    with pytest.raises(FindGuidInvalidError):
        bundle_state(guid(8), 7, NOW)


def test_a_bundle_that_is_forgotten_is_refused(guid: Callable[[int], str]) -> None:
    text = guid(7)
    Bundle.objects.all().delete()
    with pytest.raises(FindGuidInvalidError):
        bundle_state(text, 7, NOW)


def test_a_withdrawn_bundle_is_over(guid: Callable[[int], str]) -> None:
    services.withdraw_round(Bundle.objects.get().round_id, now=NOW)
    assert bundle_state(guid(7), 7, NOW).expired
