"""When the campaign is over: keys, slips and spent tokens are gone, numbers stay."""

from typing import Any

import pytest
from django.test import Client

from bluezone.portal.accounts.models import Role, User
from bluezone.portal.audit.models import Entry
from bluezone.portal.campaign.agencies.closing import Destroyed, destroy_vouchers, what_goes
from bluezone.portal.campaign.agencies.errors import VouchersClosedError
from bluezone.portal.campaign.agencies.models import Agency, DailyCount, Pool, Slip, SpentToken
from bluezone.portal.units.models import Unit

NOW = 1_597_940_000
PAGE = "/campaign/vn2020.30/agencies/close/"


@pytest.fixture
def used(slips: Any, phone: Any) -> list[str]:
    """Forty slips: three taken, two of these counted."""
    codes: list[str] = slips(40)
    for code in codes[:3]:
        phone.take(code)
    phone.redeem(0)
    phone.redeem(1)
    return codes


def test_closing_destroys_keys_slips_and_tokens_and_keeps_the_numbers(
    province: Unit, used: list[str]
) -> None:
    assert what_goes(province) == Destroyed(1, 40, 2)
    assert destroy_vouchers(province, "oanh", now=NOW) == Destroyed(1, 40, 2)
    pool = Pool.objects.get()
    assert bytes(pool.private_sealed) == b""
    assert not Slip.objects.exists()
    assert not SpentToken.objects.exists()
    assert (pool.unused, pool.exchanged, pool.voided, pool.redeemed) == (0, 3, 37, 2)
    assert sum(DailyCount.objects.values_list("count", flat=True)) == 2
    entry = Entry.objects.order_by("-pk")[0]
    assert (entry.action, entry.actor) == ("vouchers.destroyed", "oanh")
    assert '"slips": 40' in str(entry.detail).replace("'", '"')


def test_closing_again_destroys_nothing_and_says_nothing(province: Unit, used: list[str]) -> None:
    destroy_vouchers(province, "oanh", now=NOW)
    entries = Entry.objects.count()
    assert not destroy_vouchers(province, "oanh", now=NOW + 1)
    assert Entry.objects.count() == entries
    assert Pool.objects.get().closed_at == NOW


def test_after_closing_nothing_is_printed_signed_or_counted_any_more(
    province: Unit, used: list[str], slips: Any, phone: Any
) -> None:
    body = phone.ask(used[10])
    destroy_vouchers(province, "oanh", now=NOW)
    assert phone.post("sign", body) == (410, phone.post("sign", body)[1])
    for index in (0, 2):  # counted before; taken, never counted
        status, fields = phone.redeem(index)
        assert (status, fields["errorCode"]) == (410, "vouchers_closed")
    with pytest.raises(VouchersClosedError):
        slips(1)
    page = Client().post("/voucher/", {"code": used[11]})
    assert "vouchers_closed" in page.content.decode()
    assert Pool.objects.get().redeemed == 2


def test_a_unit_closes_what_is_at_or_below_it_and_nothing_beside(
    district: Unit, province: Unit, used: list[str]
) -> None:
    assert not what_goes(district)
    assert not destroy_vouchers(district, "oanh", now=NOW)
    assert what_goes(province).keys == 1


def test_the_page_asks_with_numbers_and_wants_a_tick(
    officer: User, browser: Any, used: list[str]
) -> None:
    client = browser(officer)
    asked = client.get(PAGE).content.decode()
    assert "40" in asked
    assert client.post(PAGE).status_code == 422
    assert Slip.objects.count() == 40
    done = client.post(PAGE, {"confirm": "yes"})
    assert done.status_code == 200
    assert not Slip.objects.exists()
    assert client.post(PAGE, {"confirm": "yes"}).status_code == 200


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TEAM_MEMBER, Role.AGENCY_HEAD])
def test_only_who_manages_agencies_may_close(
    province: Unit, agency: Agency, member: Any, browser: Any, used: list[str], role: Role
) -> None:
    client = browser(member("mai", province, role))
    assert client.post(PAGE, {"confirm": "yes"}).status_code == 403
    assert Slip.objects.count() == 40


def test_a_closed_agency_offers_no_slips(officer: User, browser: Any, agency: Agency) -> None:
    page = browser(officer).get(f"/campaign/vn2020.30/agencies/{agency.pk}/")
    assert b'name="count"' in page.content


def test_the_agency_of_a_closed_campaign_shows_its_figure_and_prints_nothing(
    province: Unit, officer: User, browser: Any, agency: Agency, used: list[str], slips: Any
) -> None:
    slips(5, "relatives")
    destroy_vouchers(province, "oanh", now=NOW)
    client = browser(officer)
    base = f"/campaign/vn2020.30/agencies/{agency.pk}/"
    assert b'name="count"' not in client.get(base).content
    assert client.post(f"{base}print/", {"purpose": "staff", "count": "1"}).status_code == 422
