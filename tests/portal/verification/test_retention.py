"""What is no longer needed is forgotten, on time and not before."""

import io
from random import Random
from typing import Any

import pytest
from django.core.management import call_command

from bluezone.portal.accounts.models import User
from bluezone.portal.cases.models import Case
from bluezone.portal.verification.claiming import claim_code
from bluezone.portal.verification.issuing import CodeRequest, issue_code
from bluezone.portal.verification.models import SmsMessage, Token, VerificationCode
from bluezone.portal.verification.retention import purge

NOW = 1_597_472_640
DAY = 86_400


@pytest.fixture
def row(lan: User, case: Case, rng: Random) -> VerificationCode:
    request = CodeRequest("confirmed", case.symptom_date, phone="0912345678", case=case)
    issued = issue_code(request, lan, now=NOW, rng=rng)
    claim_code(issued.codes.short, [], now=NOW, rng=rng)
    return issued.row


def test_the_hmacs_of_a_code_go_48_hours_after_its_end(row: VerificationCode) -> None:
    purge(now=NOW + 3 * DAY, desk_now=NOW)
    row.refresh_from_db()
    assert row.short_hmac is not None
    assert purge(now=NOW + 3 * DAY + 1, desk_now=NOW).codes_erased == 1
    row.refresh_from_db()
    assert (row.short_hmac, row.long_hmac, row.phone_hmac) == (None, None, "")
    assert row.claimed_at == NOW


def test_the_status_of_a_code_and_its_message_go_after_14_days(row: VerificationCode) -> None:
    purge(now=NOW + 14 * DAY, desk_now=NOW)
    assert VerificationCode.objects.count() == SmsMessage.objects.count() == 1
    done = purge(now=NOW + 14 * DAY + 1, desk_now=NOW)
    assert (done.statuses, done.messages) == (1, 1)
    assert not VerificationCode.objects.exists()


def test_a_token_goes_after_24_hours(row: VerificationCode) -> None:
    purge(now=NOW + DAY, desk_now=NOW)
    assert Token.objects.count() == 1
    assert purge(now=NOW + DAY + 1, desk_now=NOW).tokens == 1


def test_forgetting_twice_is_forgetting_once(row: VerificationCode) -> None:
    later = {"now": NOW + 30 * DAY, "desk_now": NOW + 30 * DAY}
    purge(**later)
    again = purge(**later)
    assert (again.codes_erased, again.statuses, again.tokens, again.messages) == (0, 0, 0, 0)


def test_a_case_is_kept(row: VerificationCode, case: Case) -> None:
    purge(now=NOW + 400 * DAY, desk_now=NOW)
    assert Case.objects.get() == case


def test_the_command_does_one_round(row: VerificationCode, hands: Any) -> None:
    hands.advance(30 * DAY)
    out = io.StringIO()
    call_command("work", stdout=out)
    assert "statuses: 1" in out.getvalue()
