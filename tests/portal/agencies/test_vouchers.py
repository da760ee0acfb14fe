"""Slips and vouchers: single use, never too many, nothing that links the two."""

import base64
import datetime as dt
from random import Random
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluezone.portal.audit.models import Entry
from bluezone.portal.campaign.agencies.errors import AgencyError, TooManyVouchersError, VoucherError
from bluezone.portal.campaign.agencies.models import (
    Agency,
    DailyCount,
    Pool,
    Slip,
    SpentToken,
)
from bluezone.portal.campaign.agencies.pools import print_slips, void_unused
from bluezone.portal.campaign.agencies.redeeming import redeem, sign_blinded
from bluezone.portal.campaign.agencies.reporting_days import last_closed, reporting_day
from bluezone.portal.campaign.agencies.services import AgencyRequest, change_agency, figures_of
from bluezone.portal.campaign.agencies.slip_codes import normalise
from bluezone.protocol import voucher

DAY = dt.date(2020, 8, 15)


def figure(agency: Agency, day: dt.date = DAY) -> tuple[int | None, int | None]:
    found = figures_of([agency], day)[0]
    return found.installed, found.relatives


def test_a_person_takes_a_voucher_and_is_counted(agency: Agency, slips: Any, phone: Any) -> None:
    codes = slips(40)
    assert phone.take(codes[0]) == 200
    assert figure(agency) == (None, None)
    assert phone.redeem() == (200, {"counted": True})
    assert figure(agency) == (1, None)


def test_a_voucher_counts_once(agency: Agency, slips: Any, phone: Any) -> None:
    phone.take(slips(2)[0])
    phone.redeem()
    status, fields = phone.redeem()
    assert (status, fields["errorCode"]) == (409, "voucher_spent")
    assert figure(agency) == (1, None)


def test_a_slip_gives_one_voucher(slips: Any, phone: Any) -> None:
    code = slips(2)[0]
    assert phone.take(code) == 200
    assert phone.take(code) == 409
    assert Pool.objects.get().exchanged == 1


def test_a_lost_answer_is_given_again(slips: Any, phone: Any) -> None:
    body = phone.ask(slips(1)[0])
    first, second = phone.post("sign", body), phone.post("sign", body)
    assert first == second
    assert first[0] == 200
    assert Pool.objects.get().exchanged == 1


def test_relatives_are_counted_apart(agency: Agency, slips: Any, phone: Any) -> None:
    for purpose in ("staff", "relatives", "relatives"):
        phone.take(slips(1, purpose)[0])
        phone.redeem()
    assert figure(agency) == (1, 2)


def test_a_voucher_of_one_key_is_nothing_under_another(slips: Any, phone: Any) -> None:
    phone.take(slips(1)[0])
    phone.take(slips(1, "relatives")[0])
    phone.wallet[0]["kid"] = phone.wallet[1]["kid"]
    assert phone.redeem(0)[1]["errorCode"] == "voucher_invalid"


@pytest.mark.parametrize(
    ("call", "body", "code"),
    [
        ("sign", {"code": "AAAA BBBB CCCC DDDD", "blinded": "AAAA"}, "slip_invalid"),
        ("sign", {"code": "AAAA", "blinded": "AAAA"}, "slip_invalid"),
        ("sign", {"code": "", "blinded": "%"}, "voucher_invalid"),
        ("sign", {"code": 5}, "voucher_invalid"),
        ("redeem", {"kid": "x", "token": "AAAA", "signature": "AAAA"}, "voucher_invalid"),
        ("redeem", {"kid": "x", "token": "A" * 800, "signature": "A"}, "voucher_invalid"),
        ("redeem", [], "voucher_invalid"),
    ],
)
def test_what_is_no_slip_and_no_voucher_is_refused(
    phone: Any, call: str, body: Any, code: str
) -> None:
    status, fields = phone.post(call, body)
    assert status in {400, 404}
    assert fields["errorCode"] == code


@pytest.mark.parametrize("size", [0, 255, 256, 257])
def test_a_message_that_cannot_be_signed_does_not_use_the_slip_up(
    slips: Any, phone: Any, size: int
) -> None:
    code = slips(1)[0]
    body = {"code": code, "blinded": base64.b64encode(b"\xff" * size).decode()}
    assert phone.post("sign", body)[1]["errorCode"] == "voucher_invalid"
    assert Pool.objects.get().unused == 1
    assert phone.take(code) == 200


def test_codes_are_understood_as_people_type_them() -> None:
    assert normalise("  1l0o-abcd efgh.jkmn ") == "1100ABCDEFGHJKMN"


def test_guessing_becomes_slow(slips: Any, phone: Any) -> None:
    code = slips(1)[0]
    for number in range(20):
        wrong = code[:4] + f"{number:012d}"
        assert phone.post("sign", {"code": wrong, "blinded": "AAAA"})[0] == 404
    status, fields = phone.post("sign", {"code": code, "blinded": "AAAA"})
    assert (status, fields["errorCode"]) == (429, "too_many_requests")


def test_there_are_never_more_vouchers_than_staff_with_smartphones(
    agency: Agency, slips: Any
) -> None:
    slips(39)
    with pytest.raises(TooManyVouchersError):
        slips(2)
    slips(1)
    with pytest.raises(TooManyVouchersError):
        slips(1)


def test_lost_slips_are_voided_and_printed_again(agency: Agency, slips: Any, phone: Any) -> None:
    codes = slips(40)
    for code in codes[:30]:
        assert phone.take(code) == 200
    void_unused(agency, "staff", 10, "hung", rng=Random(1))
    assert {phone.take(code) for code in codes[30:]} == {410}
    assert phone.take(codes[0]) == 409
    again = slips(10)
    assert {phone.take(code) for code in again} == {200}
    pool = Pool.objects.get()
    assert (pool.unused, pool.exchanged, pool.voided) == (0, 40, 10)


def test_a_slip_that_was_used_cannot_be_voided(agency: Agency, slips: Any, phone: Any) -> None:
    for code in slips(3)[:2]:
        phone.take(code)
    with pytest.raises(TooManyVouchersError) as refused:
        void_unused(agency, "staff", 2, "hung", rng=Random(1))
    assert not any(letter.isdigit() for letter in str(refused.value))
    assert phone.redeem() == (200, {"counted": True})


def test_an_agency_cannot_shrink_below_its_vouchers(agency: Agency, slips: Any) -> None:
    slips(40)
    smaller = AgencyRequest(agency.name, agency.kind, agency.way, 52, 39)
    with pytest.raises(AgencyError):
        change_agency(agency, smaller, "oanh", now=0)
    void_unused(agency, "staff", 1, "hung", rng=Random(1))
    assert change_agency(agency, smaller, "oanh", now=0)
    assert Pool.objects.get().quota == 39


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("no_more_vouchers_than_quota", {"unused": 41}),
        ("no_more_vouchers_than_quota", {"exchanged": 41}),
        ("no_more_redeemed_than_signed", {"redeemed": 1}),
    ],
)
def test_the_database_keeps_the_limits_itself(
    slips: Any, name: str, change: dict[str, int]
) -> None:
    slips(1)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Pool.objects.update(**change)


def test_the_database_refuses_a_token_twice(agency: Agency, slips: Any) -> None:
    slips(1)
    pool = Pool.objects.get()
    SpentToken.objects.create(unit_path=pool.unit_path, pool=pool, token_hash="a" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpentToken.objects.create(unit_path=pool.unit_path, pool=pool, token_hash="a" * 64)


def test_no_code_and_no_open_key_is_in_the_database(slips: Any) -> None:
    codes = slips(5)
    pool = Pool.objects.get()
    kept = str(list(Slip.objects.values_list())) + str(list(Entry.objects.values_list()))
    assert not any(code in kept or code[4:] in kept for code in codes)
    assert b"\x30\x82" not in bytes(pool.private_sealed)[:40]


def test_slips_lie_in_another_order_than_on_the_sheet(slips: Any) -> None:
    slips(20)
    hashes = list(Slip.objects.order_by("pk").values_list("code_hmac", flat=True))
    assert hashes == sorted(hashes)


def test_taking_and_redeeming_leave_no_time_address_or_audit_entry(
    slips: Any, phone: Any, hands: Any
) -> None:
    code = slips(1)[0]
    entries = Entry.objects.count()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        phone.take(code)
        phone.redeem()
    assert Entry.objects.count() == entries
    written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE"))]
    assert written
    assert not [sql for sql in written if str(hands.now)[:8] in sql or "127.0.0.1" in sql]
    assert not [sql for sql in written if "tally" in sql or "session" in sql]


def test_the_public_calls_set_no_cookie(slips: Any, phone: Any) -> None:
    code = slips(1)[0]
    client = Client()
    client.get(f"/voucher/keys/{code[:4]}")
    client.post("/voucher/sign", phone.ask(code), content_type="application/json")
    assert not client.cookies


def test_without_script_the_slip_itself_counts_once(agency: Agency, slips: Any) -> None:
    code = slips(1)[0]
    first = Client().post("/voucher/", {"code": f"{code[:4]}-{code[4:]}"})
    assert first.status_code == 200
    assert "Cảm ơn" in first.content.decode()
    second = Client().post("/voucher/", {"code": code})
    assert second.status_code == 422
    assert "slip_used" in second.content.decode()
    assert figure(agency) == (1, None)


def test_a_slip_counted_without_script_gives_no_voucher(slips: Any, phone: Any) -> None:
    code = slips(1)[0]
    Client().post("/voucher/", {"code": code})
    assert phone.take(code) == 409


def test_a_day_ends_at_five_in_the_afternoon() -> None:
    five = 1_597_485_600  # 15/08/2020 17:00 in Hanoi
    assert reporting_day(five - 1) == dt.date(2020, 8, 15)
    assert reporting_day(five) == dt.date(2020, 8, 16)
    assert last_closed(five - 1) == dt.date(2020, 8, 14)
    assert last_closed(five) == dt.date(2020, 8, 15)


def test_a_redemption_is_counted_to_its_day(
    agency: Agency, slips: Any, phone: Any, hands: Any
) -> None:
    codes = slips(2)
    for code in codes:
        phone.take(code)
    phone.redeem(0)
    hands.advance(4 * 3600)
    phone.redeem(1)
    days = DailyCount.objects.order_by("day").values_list("day", "count")
    assert list(days) == [(DAY, 1), (DAY + dt.timedelta(days=1), 1)]
    assert figure(agency) == (1, None)


def test_what_the_portal_signs_fits_every_voucher_that_comes_back_equally_well(
    slips: Any, phone: Any
) -> None:
    """For each slip and each voucher there is a blinding factor that would join the two."""
    seen = []
    for code in slips(3):
        body = phone.ask(code)
        _kid, public, prepared, inverse = phone.opener
        answer = base64.b64decode(phone.post("sign", body)[1]["signature"])
        opened = voucher.finalize(public, prepared, answer, inverse=inverse)
        seen.append((base64.b64decode(body["blinded"]), answer, opened))
    modulus = public.public_numbers().n
    factors = set()
    for blinded, answer, _own in seen:
        for _blinded, _answer, opened in seen:
            signature, signed = int.from_bytes(opened, "big"), int.from_bytes(answer, "big")
            factor = signed * pow(signature, -1, modulus) % modulus
            message = pow(signature, 65537, modulus)
            joined = message * pow(factor, 65537, modulus) % modulus
            assert joined == int.from_bytes(blinded, "big")
            factors.add(factor)
    assert len(factors) == 9


def test_one_voucher_and_one_slip_never_share_a_byte_that_is_stored(slips: Any, phone: Any) -> None:
    phone.take(slips(2)[0])
    phone.redeem()
    slip = Slip.objects.exclude(blinded_hash="").values().get()
    token = SpentToken.objects.values().get()
    pool = {"unit_path", "pool_id"}
    kept = {str(value) for name, value in slip.items() if name not in pool | {"id"}}
    assert kept.isdisjoint(str(token[name]) for name in token if name not in pool | {"id"})
    assert set(token) == {"id", "unit_path", "pool_id", "token_hash"}


def test_a_clone_of_the_phone_counts_once(agency: Agency, slips: Any, phone: Any) -> None:
    """A backup of the phone, or a voucher given to a friend, is the same voucher."""
    phone.take(slips(1)[0])
    clone = dict(phone.wallet[0])
    assert phone.redeem()[0] == 200
    phone.wallet.append(clone)
    assert phone.redeem()[1]["errorCode"] == "voucher_spent"
    assert figure(agency) == (1, None)


def test_the_same_token_under_a_second_signature_counts_once(
    agency: Agency, slips: Any, phone: Any
) -> None:
    """Two slips, one token: PSS signs it twice differently, and it is still one token."""
    codes, token, wallet = slips(2), b"", []
    for code in codes:
        body = phone.ask(code)
        kid, public, prepared, _inverse = phone.opener
        token = token or prepared
        salt, factor = phone.rng.randbytes(48), phone.rng.randrange(2, 2**2000)
        blinded = voucher.blind(public, token, salt=salt, factor=factor)
        body["blinded"] = base64.b64encode(blinded.message).decode()
        answer = base64.b64decode(phone.post("sign", body)[1]["signature"])
        wallet.append(voucher.finalize(public, token, answer, inverse=blinded.inverse))
    assert wallet[0] != wallet[1]
    text = base64.b64encode(token).decode()
    phone.wallet = [
        {"kid": kid, "token": text, "signature": base64.b64encode(one).decode()} for one in wallet
    ]
    assert [phone.redeem(at)[0] for at in (0, 1)] == [200, 409]
    assert figure(agency) == (1, None)


STEPS = st.lists(
    st.tuples(st.sampled_from(["print", "void", "take", "twice"]), st.integers(1, 6)), max_size=12
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_in_any_order_of_events_the_counts_are_those_of_the_slips(
    agency: Agency, slips: Any, steps: list[tuple[str, int]]
) -> None:
    sid = transaction.savepoint()
    live: list[str] = []
    for number, (step, count) in enumerate(steps):
        try:
            if step == "print":
                live += print_slips(agency, "staff", 7 * count, "hung", rng=Random(number)).codes
            elif step == "void":
                void_unused(agency, "staff", count, "hung", rng=Random(number))
            else:
                for code in live[:count]:
                    sign_blinded(code, number.to_bytes(256, "big"), rng=Random(1))
        except VoucherError:
            continue
    pool = Pool.objects.first()
    states = list(Slip.objects.values_list("state", flat=True))
    counts = tuple(states.count(state) for state in ("unused", "exchanged", "voided"))
    assert counts == ((pool.unused, pool.exchanged, pool.voided) if pool else (0, 0, 0))
    assert counts[0] + counts[1] <= 40
    transaction.savepoint_rollback(sid)


def test_bytes_that_are_no_voucher_never_count(slips: Any, db: None) -> None:
    slips(1)
    kid = Pool.objects.get().kid
    rng = Random(3)
    for size in (0, 64, 256):
        with pytest.raises(VoucherError):
            redeem(kid, rng.randbytes(64), rng.randbytes(size), now=0)
    assert not SpentToken.objects.exists()
