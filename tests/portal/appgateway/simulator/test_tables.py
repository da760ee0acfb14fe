"""The search through all tables finds what is there, in whichever form."""

import base64

import pytest
from tests.portal.appgateway.simulator.tables import forms_of, found, grown, row_counts

from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway.consent.models import Tries
from bluezone.portal.appgateway.phones.models import Phone
from bluezone.portal.appgateway.phones.tokens import hash_of

pytestmark = pytest.mark.django_db

SECRET = bytes(range(100, 132))


@pytest.mark.parametrize(
    "form",
    [SECRET.hex(), SECRET.hex().upper(), base64.b64encode(SECRET).decode(), "xyz " + SECRET.hex()],
)
def test_a_text_column_gives_a_secret_away(form: str) -> None:
    Phone.objects.create(token=form, token_hash=hash_of(form), registered_at=1, seen_at=1)
    forms = dict.fromkeys(forms_of(SECRET), "it")
    assert found(forms) == {"it": "gateway_phones_phone.token"}


def test_a_binary_column_does_too(lan: User) -> None:
    Tries.objects.create(key_hmac="x", ends_at=1)
    assert found({b"BS Lan": "a name"}) == {"a name": "accounts_user.display_name"}
    assert found(dict.fromkeys(forms_of(SECRET), "it")) == {}


def test_a_row_more_is_seen() -> None:
    before = row_counts()
    assert grown(before) == {}
    Tries.objects.create(key_hmac="x", ends_at=1)
    assert grown(before) == {"gateway_consent_tries": 1}
