"""A published phone that talks about its owner, and the messages that come back."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bluezone.portal.appgateway import limits
from bluezone.portal.appgateway.phones import services
from bluezone.portal.verification.models import SmsMessage
from bluezone.portal.verification.sms.outbox import body_of

TOKEN = "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE"
OTHER = "fcmTokenExample0009:APA91b_SOMEBODY_ELSES_TOKEN_EXAMPLE"
NUMBER = "0912345678"
E164 = "+84912345678"


@pytest.fixture(autouse=True)
def _full_budgets() -> Iterator[None]:
    limits.forget()
    yield
    limits.forget()


def messages() -> list[str]:
    """Return the texts that were sent, the newest last."""
    return [body_of(row) for row in SmsMessage.objects.order_by("pk")]


def newest_code() -> str:
    found = re.search(r"\b[0-9]{6}\b", messages()[-1])
    assert found is not None
    return found[0]


@dataclass
class Owner:
    """What a published app sends for its owner; `phone` posts it."""

    phone: Any
    token: object = TOKEN
    number: object = NUMBER

    def ask(self, **other: object) -> dict[str, Any]:
        body = {"PhoneNumber": self.number, "TokenFirebase": self.token, "TypeOS": "android"}
        return self.phone.post("/api/App/CreateAndSendOTPCode", body | other)  # type: ignore[no-any-return]

    def confirm(self, code: object, **other: object) -> dict[str, Any]:
        body = {
            "TokenFirebase": self.token,
            "PhoneNumber": self.number,
            "OTPCode": code,
            "TypeOS": "android",
        }
        return self.phone.post("/api/App/ConfirmOTPCode", body | other)  # type: ignore[no-any-return]

    def declare(self, **other: object) -> dict[str, Any]:
        """Send name and address as v3.0.3 does: token and number swapped."""
        body = {
            "PhoneNumber": self.token,
            "TokenFirebase": self.number,
            "Fullname": "Nguyen Van A",
            "Address": "1 Trang Thi, Ha Noi",
        }
        return self.phone.post("/api/App/DeclareInformation", body | other)  # type: ignore[no-any-return]

    def confirmed(self) -> "Owner":
        assert self.ask()["isOk"]
        assert self.confirm(newest_code())["isOk"]
        return self

    @property
    def phone_id(self) -> int | None:
        return services.phone_id_of(str(self.token))


@pytest.fixture
def owner(phone: Any) -> Owner:
    return Owner(phone)


@pytest.fixture
def other(phone: Any) -> Owner:
    return Owner(phone, OTHER)


@pytest.fixture
def last_code() -> Callable[[], str]:
    return newest_code
