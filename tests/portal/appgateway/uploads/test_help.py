"""A confirmed person types a code: what is taken in is what the person chose, and no more."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from tests.portal.appgateway.conftest import Phone, envelope
from tests.portal.appgateway.uploads.conftest import NOW, TOKEN
from tests.portal.appgateway.uploads.layouts import LAYOUTS, ROW, Layout
from tests.portal.conftest import Hands

from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway.consent import services
from bluezone.portal.appgateway.consent.issuing import issue_help_code
from bluezone.portal.appgateway.consent.models import Mode, SharedHistory, Upload
from bluezone.portal.appgateway.phones.models import Phone as PhoneRow
from bluezone.portal.appgateway.uploads import history as holding
from bluezone.portal.appgateway.uploads.held import HeldBytes
from bluezone.portal.cases.models import Case
from bluezone.protocol.bluezone.day_key import BluezoneId, DayKey, own_id_at
from bluezone.protocol.bluezone.history import ContactRow, write_history
from bluezone.protocol.bluezone.infof import encode_infof, infof_at

DECLARE = "/api/AppHistoryContact/ReportHistory_ConfirmDeclare"
ANDROID, NOFILE = LAYOUTS[0], LAYOUTS[2]
BASE = DayKey(bytes(range(100, 132)))
MIDNIGHT = NOW - NOW % 86_400 - 86_400
INFOF = encode_infof(infof_at(BASE, 1000 * MIDNIGHT, now_ms=1000 * NOW, days=14))
HEARD = BluezoneId(bytes(range(12)))
HISTORY = write_history(
    [
        ContactRow(own_id_at(BASE, MIDNIGHT + at_s), HEARD, -60, 1000 * (MIDNIGHT + at_s))
        for at_s in range(0, 80_000, 4_000)
    ]
).encode()


@dataclass(frozen=True)
class Helper:
    """A phone whose owner was given a code."""

    phone: Phone
    code: str

    def send(self, layout: Layout = ANDROID, history: bytes = HISTORY, **others: str) -> Any:
        """Send an upload in pieces; return the envelope."""
        own = {"TokenFirebase": TOKEN, "InfoF": INFOF, "PhoneNumber": "", "OTP": self.code}
        body = layout.body({**own, **others}, history)
        chunks = [body[at : at + 700] for at in range(0, len(body), 700)]
        path = DECLARE if layout.with_file else DECLARE + "_NoFile"
        return envelope(self.phone.send("POST", path, chunks, headers=layout.headers))


@pytest.fixture(params=[Mode.WHOLE])
def helper(
    request: pytest.FixtureRequest, phone: Phone, case: Case, lan: User, rng: Random
) -> Helper:
    issued = issue_help_code(case, lan, request.param, now=NOW, rng=rng)
    return Helper(phone, issued.digits)


keys_only = pytest.mark.parametrize("helper", [Mode.KEYS], indirect=True)


@pytest.fixture
def holds(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[HeldBytes]]:
    """Every buffer that a history was held in."""
    made: list[HeldBytes] = []

    class Watched(HeldBytes):
        def __init__(self, *, limit: int) -> None:
            super().__init__(limit=limit)
            made.append(self)

        def wipe(self) -> None:
            blocks = list(self._blocks)
            super().wipe()
            assert not any(any(block) for block in blocks)

    monkeypatch.setattr(holding, "HeldBytes", Watched)
    yield made
    assert all(len(held) == 0 for held in made)
    assert holding.PLACES.free == holding.AT_ONCE


def most_held(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return what will have every size that a held history had."""
    sizes: list[int] = []
    write = holding.HeldHistory.write

    def watched(held: holding.HeldHistory, piece: memoryview) -> None:
        write(held, piece)
        sizes.append(len(held._held))

    monkeypatch.setattr(holding.HeldHistory, "write", watched)
    return sizes


def test_a_whole_history_is_taken_in_if_the_person_agreed(
    helper: Helper, layout: Layout, holds: list[HeldBytes]
) -> None:
    answer = helper.send(layout)
    assert answer == {"isOk": True, "Status": 0, "Object": {}, "isError": False}
    assert Upload.objects.count() == 1
    assert SharedHistory.objects.get().rows == (20 if layout.with_file else 0)


@pytest.mark.parametrize("order", [[ANDROID, NOFILE], [NOFILE, ANDROID]], ids=["file", "twin"])
def test_twins_in_any_order_and_repeats_are_one_help(
    helper: Helper, order: list[Layout], holds: list[HeldBytes]
) -> None:
    for layout in order * 5:
        assert helper.send(layout)["Status"] == 0
    assert Upload.objects.count() == 1
    assert SharedHistory.objects.get().rows == 20


@keys_only
def test_of_somebody_who_agreed_to_keys_only_no_byte_of_the_history_is_held(
    helper: Helper, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = most_held(monkeypatch)
    assert helper.send(layout)["Status"] == 0
    assert Upload.objects.count() == 1
    assert SharedHistory.objects.count() == 0
    assert sizes == []


def test_a_history_with_a_wrong_code_is_held_wiped_and_never_handed_over(
    helper: Helper, holds: list[HeldBytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, offered = most_held(monkeypatch), []
    accept = services.accept

    def watched(upload: services.HelpUpload, **more: Any) -> object:
        offered.append(upload.history)
        return accept(upload, **more)

    monkeypatch.setattr(services, "accept", watched)
    wrong = f"{(int(helper.code) + 1) % 1_000_000:06d}"
    assert helper.send(OTP=wrong)["Status"] == 51
    assert max(sizes) == len(HISTORY)
    assert offered == [None]
    assert Upload.objects.count() == 0


def test_the_copy_that_is_handed_over_is_overwritten_afterwards(
    helper: Helper, holds: list[HeldBytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[Any] = []
    accept = services.accept

    def watched(upload: services.HelpUpload, **more: Any) -> object:
        outcome = accept(upload, **more)
        offered.append((upload.history, upload.history and bytes(upload.history)))
        return outcome

    monkeypatch.setattr(services, "accept", watched)
    assert helper.send()["Status"] == 0
    (_, at_first), (copied, read) = offered
    assert at_first is None
    assert read == HISTORY
    assert not any(copied)


def test_a_history_over_the_limit_is_dropped_and_the_keys_are_taken(
    helper: Helper, settings: Any, holds: list[HeldBytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BLUEZONE_GATEWAY_HISTORY_BYTES = len(HISTORY) - 1
    sizes = most_held(monkeypatch)
    assert helper.send()["Status"] == 0
    assert Upload.objects.count() == 1
    assert SharedHistory.objects.get().received is False
    assert max(sizes) < len(HISTORY)
    assert sizes[-1] == 0


def test_one_history_too_many_at_a_time_is_dropped_and_the_keys_are_taken(
    helper: Helper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding.PLACES, "free", 0)
    assert helper.send()["Status"] == 0
    assert Upload.objects.count() == 1
    assert SharedHistory.objects.get().received is False


def test_a_second_history_in_one_body_has_no_second_place(
    helper: Helper, holds: list[HeldBytes]
) -> None:
    head = b'--%b\r\nContent-Disposition: form-data; name="history"\r\n\r\nx\r\n'
    own = {"TokenFirebase": TOKEN, "InfoF": INFOF, "OTP": helper.code}
    body = head % ANDROID.boundary.encode() * 3 + ANDROID.body(own, HISTORY)
    answer = helper.phone.send("POST", DECLARE, [body], headers=ANDROID.headers)
    assert envelope(answer)["Status"] == 0


@pytest.mark.parametrize(
    ("part", "value", "status"),
    [
        ("TokenFirebase", "", 11),
        ("OTP", "", 51),
        ("OTP", "48291", 51),
        ("OTP", "' OR 1=1 --", 51),
        ("OTP", "<script>alert(1)</script>", 51),
        ("OTP", "٤٨٢٩١٣", 51),
        ("InfoF", "", 2),
        ("InfoF", "{", 2),
        ("InfoF", "x" * 5_000, 2),
        ("InfoF", INFOF.replace("daily_key", "daily_kex"), 2),
    ],
)
def test_a_part_that_is_wrong_has_its_status_and_stores_nothing(
    helper: Helper, holds: list[HeldBytes], part: str, value: str, status: int
) -> None:
    assert helper.send(**{part: value})["Status"] == status
    assert Upload.objects.count() == 0
    assert SharedHistory.objects.count() == 0


def test_a_code_whose_time_is_over_is_52(helper: Helper, hands: Hands) -> None:
    hands.advance(15 * 60)
    assert helper.send()["Status"] == 52
    assert Upload.objects.count() == 0


def test_another_phone_with_the_code_of_somebody_hears_51(helper: Helper) -> None:
    assert helper.send()["Status"] == 0
    assert helper.send(TokenFirebase="the-token-of-another-phone")["Status"] == 51
    assert Upload.objects.count() == 1


def test_a_body_that_breaks_off_leaves_nothing_held(helper: Helper, holds: list[HeldBytes]) -> None:
    own = {"TokenFirebase": TOKEN, "InfoF": INFOF, "OTP": helper.code}
    body = ANDROID.body(own, HISTORY)
    for end in (200, len(HISTORY), len(body) - 5):
        answer = helper.phone.send("POST", DECLARE, [body[:end]], headers=ANDROID.headers)
        assert envelope(answer)["Status"] == 2
    assert Upload.objects.count() == 0
    assert helper.send()["Status"] == 0


def test_codes_register_no_more_phones_than_an_address_may(helper: Helper, settings: Any) -> None:
    settings.BLUEZONE_GATEWAY_NEW_PHONES_PER_HOUR = 1
    answers = [helper.send(NOFILE, TokenFirebase=f"unknown-{n}", OTP="000000") for n in range(3)]
    assert [answer["Status"] for answer in answers[1:]] == [1, 1]
    assert PhoneRow.objects.count() == 1


def test_rows_that_are_not_the_phones_own_are_not_kept(helper: Helper) -> None:
    assert helper.send(history=ROW * 30 + HISTORY)["Status"] == 0
    assert SharedHistory.objects.get().rows == 20
