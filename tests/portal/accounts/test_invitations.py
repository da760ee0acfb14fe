"""Invitations: one link, once, for whoever may still give the role; and links for a password."""

import smtplib
from random import Random
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from bs4 import BeautifulSoup
from django.core import mail
from django.test import Client

from bluezone.portal import keyring, secret_files
from bluezone.portal.accounts import invitations, retention
from bluezone.portal.accounts.errors import (
    ForbiddenGrantError,
    ForbiddenPersonError,
    InvalidAccountError,
    InvalidInvitationError,
)
from bluezone.portal.accounts.memberships import create_member, end_membership
from bluezone.portal.accounts.models import Invitation, Membership, Role, User
from bluezone.portal.audit.models import Entry
from bluezone.portal.units.models import Unit

PASSWORD = "mot hai ba bon nam"
OTHER = "sau bay tam chin muoi"
NATION, HAI_DUONG, HAI_PHONG = "vn2020", "vn2020.30", "vn2020.31"
CHI_LINH, SAO_DO = "vn2020.30.290", "vn2020.30.290.10549"
NEW = {"display_name": "Trần Hoa", "username": "hoa", "password": OTHER, "again": OTHER}


@pytest.fixture
def manager(cast: dict[str, User]) -> User:
    return cast["unit_manager"]


@pytest.fixture
def sent(manager: User, units: dict[str, Unit], hands: Any, rng: Random) -> invitations.Sent:
    return invitations.invite(
        manager,
        units[SAO_DO],
        Role.TEAM_MEMBER,
        display_name="Hoa",
        language="en",
        now=hands.now,
        rng=rng,
    )


def path_of(sent: invitations.Sent) -> str:
    return "/account/" + sent.link.partition("/account/")[2]


def token_of(sent: invitations.Sent) -> str:
    return sent.link.rstrip("/").rpartition("/")[2]


def test_an_invitation_makes_an_account_with_its_role_once(
    sent: invitations.Sent, stranger: Client, hand: Any
) -> None:
    page = hand.words(stranger.get(path_of(sent)))
    assert "Sao Đỏ" in page
    assert "Team member" in page
    response = stranger.post(path_of(sent), NEW)
    assert response["Location"] == "/sign-in/?ready=1"
    hoa = User.objects.get(username="hoa")
    assert (hoa.role, hoa.language, hoa.display_name) == ("", "en", "Trần Hoa")
    assert hoa.scopes == ((SAO_DO, "team_member"),)
    again = stranger.post(path_of(sent), NEW | {"username": "hoa2"})
    assert again.status_code == 404
    assert "invalid_invitation" in again.content.decode()
    assert User.objects.filter(username__startswith="hoa").count() == 1
    signed_in = stranger.post("/sign-in/", {"username": "hoa", "password": OTHER})
    assert signed_in["Location"] == "/field/start/"


def test_the_link_is_stored_as_an_hmac_only(sent: invitations.Sent) -> None:
    token = token_of(sent)
    assert len(token) == 43
    row = Invitation.objects.get()
    assert row.token_hmac == keyring.fingerprint(secret_files.INVITATION, token)
    assert token not in str(list(Invitation.objects.values()))
    assert token not in str(list(Entry.objects.values()))
    assert token not in repr(sent)


def test_an_invitation_ends_after_three_days(
    sent: invitations.Sent, stranger: Client, hands: Any
) -> None:
    hands.advance(72 * 3600 - 1)
    assert stranger.get(path_of(sent)).status_code == 200
    hands.advance(1)
    assert stranger.get(path_of(sent)).status_code == 404
    assert stranger.post(path_of(sent), NEW).status_code == 404
    assert not User.objects.filter(username="hoa").exists()


@pytest.mark.parametrize("token", ["x", "A" * 43, "..", "%00", "é"])
def test_a_link_that_is_none_says_nothing(db: None, stranger: Client, token: str) -> None:
    response = stranger.get(f"/account/invitation/{token}/")
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short", "again": "short"}, "password"),
        ({"again": "another one entirely"}, "again"),
        ({"username": "UNIT-MANAGER"}, "username"),
        ({"username": ""}, "username"),
        ({"display_name": ""}, "display_name"),
    ],
    ids=["short", "different", "taken", "no name", "no display name"],
)
def test_a_mistake_in_the_form_does_not_use_the_link_up(
    sent: invitations.Sent, stranger: Client, change: dict[str, str], field: str
) -> None:
    response = stranger.post(path_of(sent), NEW | change)
    assert response.status_code == 422
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select_one(f"#id_{field}_error")
    assert page.select_one(f'.error-summary a[href="#id_{field}"]')
    assert OTHER not in response.content.decode()
    assert stranger.post(path_of(sent), NEW).status_code == 302


def test_of_two_who_hurry_one_gets_in(sent: invitations.Sent, hands: Any) -> None:
    first = invitations.find(token_of(sent), now=hands.now)
    second = invitations.find(token_of(sent), now=hands.now)
    invitations.join(first, "hoa", OTHER, display_name="Hoa", now=hands.now)
    with pytest.raises(InvalidInvitationError):
        invitations.join(second, "hoa2", OTHER, display_name="Hoa", now=hands.now)
    assert not User.objects.filter(username="hoa2").exists()
    with pytest.raises(InvalidAccountError):
        invitations.join(second, "hoa", OTHER, display_name="Hoa", now=hands.now)


def test_nobody_invites_above_or_beside_their_own(
    cast: dict[str, User], units: dict[str, Unit], hands: Any, rng: Random
) -> None:
    def trying(giver: str, path: str, role: str) -> None:
        invitations.invite(
            cast[giver],
            units[path],
            role,
            display_name="x",
            language="vi",
            now=hands.now,
            rng=rng,
        )

    for giver, path, role in [
        ("unit_manager", NATION, "team_member"),
        ("unit_manager", HAI_PHONG, "team_member"),
        ("unit_manager", HAI_DUONG, "administrator"),
        ("unit_manager", SAO_DO, "auditor"),
        ("campaign_officer", SAO_DO, "team_member"),
        ("administrator", HAI_PHONG, "team_member"),
    ]:
        with pytest.raises(ForbiddenGrantError):
            trying(giver, path, role)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("how", ["closed", "role ended"])
def test_what_a_lost_manager_sent_works_no_more(
    sent: invitations.Sent, manager: User, stranger: Client, how: str
) -> None:
    if how == "closed":
        User.objects.filter(pk=manager.pk).update(is_active=False)
    else:
        end_membership(manager.memberships.get())
    assert stranger.get(path_of(sent)).status_code == 404
    assert stranger.post(path_of(sent), NEW).status_code == 404


def test_a_colleague_takes_a_new_role_on_with_the_old_account(
    sent: invitations.Sent, lan: User, hand: Any
) -> None:
    client = hand.browser_of(lan)
    assert "Take it on as BS Lan" in hand.words(client.get(path_of(sent)))
    assert not Membership.objects.filter(user=lan).exists()  # looking is not taking
    assert client.post(path_of(sent))["Location"] == "/account/"
    lan.refresh_from_db()
    assert lan.scopes == ((SAO_DO, "team_member"),)
    assert client.get(path_of(sent)).status_code == 404


def test_nobody_takes_their_own_invitation_on(
    sent: invitations.Sent, manager: User, hand: Any
) -> None:
    assert hand.browser_of(manager).post(path_of(sent)).status_code == 404
    assert manager.memberships.count() == 1


def test_a_withdrawn_invitation_works_no_more(
    sent: invitations.Sent, manager: User, stranger: Client, hand: Any
) -> None:
    client = hand.browser_of(manager)
    page = hand.words(client.get(f"/account/staff/{HAI_DUONG}/"))
    assert "Open invitations" in page
    path = f"/account/staff/{HAI_DUONG}/invitations/{sent.row.pk}/withdraw/"
    assert client.post(path).status_code == 302
    assert stranger.get(path_of(sent)).status_code == 404
    assert client.post(path).status_code == 302  # can be repeated
    assert Entry.objects.filter(action="invitation.withdrawn").count() == 1


def test_a_manager_withdraws_no_invitation_that_he_could_not_have_sent(
    binh: User, manager: User, units: Any, hand: Any, hands: Any, rng: Random
) -> None:
    """Else the audited could keep the auditor out."""
    sent = invitations.invite(
        binh,
        units[HAI_DUONG],
        Role.AUDITOR,
        display_name="Tra",
        language="vi",
        now=hands.now,
        rng=rng,
    )
    client = hand.browser_of(manager)
    page = hand.words(client.get(f"/account/staff/{HAI_DUONG}/"))
    assert "Tra" in page
    assert "Withdraw" not in page
    path = f"/account/staff/{HAI_DUONG}/invitations/{sent.row.pk}/withdraw/"
    assert client.post(path).status_code == 403
    assert hand.browser_of(binh).post(path).status_code == 302


def test_invitations_are_forgotten_two_weeks_after_they_end(
    sent: invitations.Sent, hands: Any
) -> None:
    hands.advance(72 * 3600 + 14 * 86_400)
    retention.purge(desk_now=hands.now)
    assert Invitation.objects.exists()
    hands.advance(1)
    assert retention.purge(desk_now=hands.now) >= 1
    assert not Invitation.objects.exists()


def test_a_link_for_a_password_removes_factors_and_sessions(
    cast: dict[str, User], manager: User, stranger: Client, hand: Any
) -> None:
    helper = cast["team_member"]
    hand.with_app(helper)
    phone = hand.browser_of(helper)
    assert phone.get("/account/").status_code == 200
    page = hand.browser_of(manager).post(f"/account/people/{helper.pk}/link/")
    link = BeautifulSoup(page.content, "html.parser").select_one(".secret code")
    assert link is not None
    path = "/account/" + link.text.partition("/account/")[2]
    assert "team-member" in hand.words(stranger.get(path))
    data = {"password": OTHER, "again": OTHER}
    assert stranger.post(path, data)["Location"] == "/sign-in/?ready=1"
    assert phone.get("/account/").status_code == 302
    assert not Authenticator.objects.filter(user=helper).exists()
    signed_in = stranger.post("/sign-in/", {"username": "team-member", "password": OTHER})
    assert signed_in["Location"] == "/field/start/"
    assert stranger.post(path, data).status_code == 404


def test_a_link_for_a_password_lifts_the_lockout(
    cast: dict[str, User], stranger: Client, hands: Any, rng: Random
) -> None:
    helper, manager = cast["team_member"], cast["unit_manager"]
    for _ in range(11):
        stranger.post("/sign-in/", {"username": "team-member", "password": "wrong"})
    made = invitations.renew(manager, helper, now=hands.now, rng=rng)
    stranger.post(path_of(made), {"password": OTHER, "again": OTHER})
    response = stranger.post("/sign-in/", {"username": "team-member", "password": OTHER})
    assert response.status_code == 302


def test_a_newer_link_for_a_password_ends_the_older(
    cast: dict[str, User], stranger: Client, hands: Any, rng: Random
) -> None:
    helper, manager = cast["team_member"], cast["unit_manager"]
    old = invitations.renew(manager, helper, now=hands.now, rng=rng)
    new = invitations.renew(manager, helper, now=hands.now, rng=rng)
    assert stranger.get(path_of(old)).status_code == 404
    assert stranger.get(path_of(new)).status_code == 200


def test_nobody_gets_a_link_into_an_account_that_also_works_elsewhere(
    cast: dict[str, User], units: dict[str, Unit], hands: Any, rng: Random
) -> None:
    helper, manager = cast["team_member"], cast["unit_manager"]
    made = invitations.renew(manager, helper, now=hands.now, rng=rng)
    create_member(helper, units[HAI_PHONG], Role.TEAM_MEMBER)
    with pytest.raises(InvalidInvitationError):
        invitations.find(token_of(made), now=hands.now)
    with pytest.raises(ForbiddenPersonError) as caught:
        invitations.renew(manager, helper, now=hands.now, rng=rng)
    assert caught.value.code == "forbidden_person"


INVITE = {"display_name": "Hoa", "role": "team_member", "language": "en"}


def test_the_page_shows_the_link_in_one_answer_only(manager: User, hand: Any) -> None:
    client = hand.browser_of(manager)
    page = client.post(f"/account/staff/{CHI_LINH}/invite/", INVITE)
    html = BeautifulSoup(page.content, "html.parser")
    link = html.select_one(".secret code")
    assert link is not None
    assert html.select_one("svg.qr")
    assert page["Cache-Control"].startswith("max-age=0")
    token = link.text.rstrip("/").rpartition("/")[2]
    for path in (f"/account/staff/{CHI_LINH}/", f"/account/staff/{CHI_LINH}/invite/"):
        assert token not in client.get(path).content.decode()


def test_without_a_mail_server_no_address_is_asked_for(manager: User, hand: Any) -> None:
    page = hand.browser_of(manager).get(f"/account/staff/{HAI_DUONG}/invite/")
    assert "id_address" not in page.content.decode()


def test_an_invitation_by_mail_is_sent_and_its_address_forgotten(
    manager: User, hand: Any, settings: Any, stranger: Client
) -> None:
    settings.BLUEZONE_MAIL = True
    address = "hoa@example.org"
    page = hand.browser_of(manager).post(
        f"/account/staff/{HAI_DUONG}/invite/", INVITE | {"address": address}
    )
    assert "It was sent by mail" in hand.words(page)
    message = mail.outbox[0]
    assert message.to == [address]
    assert message.subject == "Your invitation to Bluezone"
    link = next(line for line in message.body.splitlines() if "/invitation/" in line)
    path = "/account/" + link.partition("/account/")[2]
    assert stranger.get(path).status_code == 200
    assert address not in str(list(Invitation.objects.values()))
    assert address not in str(list(Entry.objects.values()))


def test_the_mail_is_in_the_language_of_the_invited(
    manager: User, hand: Any, settings: Any
) -> None:
    settings.BLUEZONE_MAIL = True
    data = INVITE | {"address": "hoa@example.org", "language": "vi"}
    hand.browser_of(manager).post(f"/account/staff/{HAI_DUONG}/invite/", data)
    assert "Bluezone" in mail.outbox[0].subject
    assert "Thành viên tổ" in mail.outbox[0].body


@pytest.mark.parametrize("fault", [OSError, smtplib.SMTPRecipientsRefused({})])
def test_a_mail_that_cannot_be_sent_leaves_the_link_to_hand_over(
    manager: User, hand: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise fault

    settings.BLUEZONE_MAIL = True
    monkeypatch.setattr("bluezone.portal.accounts.mail.send_mail", broken)
    page = hand.browser_of(manager).post(
        f"/account/staff/{HAI_DUONG}/invite/", INVITE | {"address": "hoa@example.org"}
    )
    assert "mail_failure" in hand.words(page)
    assert "/account/invitation/" in hand.words(page)
