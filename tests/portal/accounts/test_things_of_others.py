"""Things of another unit, asked for by their number through one's own: they do not exist.

The most powerful roles of Hải Dương try every address that takes a number with the number of
something in Hải Phòng, by GET and by POST. Nothing answers, and nothing changes.
"""

import datetime as dt
import zlib
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse

from bluezone.portal import clock
from bluezone.portal.accounts.models import Invitation, Membership, Role, User
from bluezone.portal.audit.models import Entry
from bluezone.portal.campaign.agencies.services import AgencyRequest, create_agency
from bluezone.portal.campaign.field.models import Campaign, Device, Household, PaperList, Team
from bluezone.portal.campaign.figures.models import Figure, Upload
from bluezone.portal.campaign.targets import services as targets
from bluezone.portal.site.announcements import Text, write
from bluezone.portal.site.models import Announcement, Poster
from bluezone.portal.units.models import Unit

HAI_DUONG, HAI_PHONG, DONG_TAM = "vn2020.30", "vn2020.31", "vn2020.31.303.11290"
DAY: Final = dt.date(2020, 8, 15)
FORBIDDEN: Final = {403, 404, 405}


@pytest.fixture
def theirs(units: dict[str, Unit], member: Callable[..., User]) -> dict[str, Any]:
    """Return one thing of each kind in Hải Phòng, by the name of the argument it goes into."""
    there, now = units[HAI_PHONG], clock.now()
    person = member("hai-phong", Role.TEAM_MEMBER, HAI_PHONG)
    by = {"opened_by": "x", "opened_at": now}
    team = Team.objects.create(
        campaign=Campaign.objects.create(unit=there, ends_on=DAY, **by),
        unit=there,
        name="Đội 1",
        created_at=now,
    )
    figure = {"unit_path": HAI_PHONG, "series": "users", "day": DAY, "value": 5, "source": "report"}
    invitation = Invitation.objects.create(
        token_hmac="x", kind="join", unit=there, role=Role.TEAM_MEMBER, display_name="X",
        invited_by=person, created_at=now, expires_at=now + 86_400,
    )  # fmt: skip
    household = Household.objects.create(
        unit_path=HAI_PHONG, team=team, alley="Ngõ 1", label="1", position=0
    )
    paper = PaperList.objects.create(pk="giay-1", team=team, day=DAY, made_at=now)
    device = Device.objects.create(
        pk="may-1", team=team, user=person, token_hash="x", created_at=now
    )
    upload = Upload.objects.create(
        unit_path=HAI_PHONG, file_name="a.csv", sha256="0" * 64, source="report",
        content=zlib.compress("Mã đơn vị,Số lượng\n11290,5\n".encode()), series="users", day=DAY,
        keep_good=True, uploaded_by="x", uploaded_at=now, state="waiting",
    )  # fmt: skip
    poster = Poster.objects.create(
        code="ABCDEF", unit=there, kind="poster", language="vi", version=1, expires_on=DAY,
        created_by="x", created_at=now,
    )  # fmt: skip
    agency = create_agency(AgencyRequest("Sở", "department", "report", 40, 30), there, "x", now=now)
    target = targets.parse("60 % of smartphone users by 20/8", "en", 2020)
    return {
        "agency_id": agency,
        "figure_id": Figure.objects.create(
            **figure, reported_by="x", reported_at=now, state="held"
        ),
        "upload_id": upload,
        "team_id": team,
        "door_id": household,
        "device_id": device,
        "code": {"site-poster": poster, "field-paper": paper, "field-paper-print": paper},
        "announcement_id": write(there, Text("vi", "Tin", "Nội dung", "Nguồn"), actor="x", now=now),
        "invitation_id": invitation,
        "user_id": person,
        "membership_id": person.memberships.get(),
        "line": targets.set_target(there, target, actor="x", now=now).line,
    }


ADDRESSES: Final = {
    "agency-detail": "agency_id", "agency-edit": "agency_id", "agency-print": "agency_id",
    "agency-void": "agency_id", "agency-report": "agency_id", "figure-detail": "figure_id",
    "figure-correct": "figure_id", "figure-review": "figure_id", "figure-upload": "upload_id",
    "figure-upload-confirm": "upload_id", "figure-upload-cancel": "upload_id",
    "target-history": "line", "target-edit": "line", "target-end": "line",
    "team-detail": "team_id", "team-member-add": "team_id", "door-add": "team_id",
    "team-member-remove": "team_id user_id", "team-device-revoke": "team_id device_id",
    "door-import": "team_id", "door-remove": "team_id door_id", "alley-detail": "team_id",
    "alley-assign": "team_id", "paper-new": "team_id", "field-enrol": "team_id",
    "field-paper": "code", "field-paper-print": "code", "site-poster": "code",
    "site-news": "announcement_id", "site-news-publish": "announcement_id",
    "site-news-withdraw": "announcement_id", "invitation-withdraw": "invitation_id",
    "person": "user_id", "person-state": "user_id", "person-link": "user_id",
    "role-change": "membership_id", "role-end": "membership_id",
}  # fmt: skip
IN_NO_UNIT: Final = {
    "field-enrol", "field-paper", "field-paper-print", "person", "person-state", "person-link",
    "role-change", "role-end",
}  # fmt: skip
EVERYTHING: Final = {
    "role": "team_member", "close": "1", "reopen": "1", "accept": "1", "reject": "1", "value": "7",
    "note": "x", "alley": "Ngõ 1", "username": "one", "day": "2020-08-15", "version": "1",
}  # fmt: skip


def _address(name: str, theirs: dict[str, Any], unit_path: str) -> str:
    found: dict[str, object] = {} if name in IN_NO_UNIT else {"unit_path": unit_path}
    for argument in ADDRESSES[name].split():
        thing = theirs[argument]
        thing = thing[name] if isinstance(thing, dict) else thing
        found[argument] = getattr(thing, "pk", thing)
    return reverse(name, kwargs=found)


def _state() -> list[int]:
    """Return how many rows there are of whatever could be changed."""
    open_ones = Invitation.objects.filter(ended_at=None)
    active = User.objects.filter(is_active=True)
    return [
        rows.count()
        for rows in (
            Entry.objects.all(), Membership.objects.all(), open_ones, active, Device.objects.all(),
            Household.objects.filter(removed_at=None), Figure.objects.all(),
            PaperList.objects.all(),
            Upload.objects.filter(state="waiting"), Announcement.objects.filter(state="draft"),
        )
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["unit_manager", "campaign_officer", "administrator"])
def test_a_thing_of_another_unit_is_none_of_ones_own(
    role: str, theirs: dict[str, Any], member: Callable[..., User], hand: Any
) -> None:
    client: Client = hand.browser_of(member("one", role))
    before = _state()
    wrong = {}
    for name in ADDRESSES:
        for unit_path in (HAI_DUONG, HAI_PHONG):
            address = _address(name, theirs, unit_path)
            statuses = client.get(address).status_code, client.post(address, EVERYTHING).status_code
            if not set(statuses) <= FORBIDDEN:
                wrong[address] = statuses
    assert wrong == {}
    assert _state() == before


def test_the_same_numbers_open_for_whoever_manages_them(
    theirs: dict[str, Any], member: Callable[..., User], hand: Any
) -> None:
    """Otherwise the test above could pass because nothing is there."""
    client: Client = hand.browser_of(member("two", Role.UNIT_MANAGER, HAI_PHONG))
    shown = [
        "agency-detail", "figure-detail", "figure-upload", "target-history", "target-edit",
        "team-detail", "field-paper", "field-paper-print", "site-poster",
        "site-news", "person",
    ]  # fmt: skip
    assert {name: client.get(_address(name, theirs, HAI_PHONG)).status_code for name in shown} == (
        dict.fromkeys(shown, 200)
    )


def test_an_alley_is_given_only_to_teams_that_one_manages(
    units: dict[str, Unit], member: Callable[..., User], hand: Any
) -> None:
    """A campaign of a province has teams of all its communes; a commune sees its own."""
    here, beside = units["vn2020.30.290.10549"], units["vn2020.30.290"]
    campaign = Campaign.objects.create(
        unit=units[HAI_DUONG], ends_on=DAY, opened_by="x", opened_at=clock.now()
    )
    one, two, far = (
        Team.objects.create(campaign=campaign, unit=unit, name=name, created_at=1)
        for unit, name in ((here, "Một"), (here, "Hai"), (beside, "Xa"))
    )
    door = {"unit_path": here.path, "alley": "Ngõ 1", "label": "1", "position": 0}
    Household.objects.create(team=one, **door)
    client: Client = hand.browser_of(member("one", Role.UNIT_MANAGER, here.path))
    where = {"unit_path": here.path, "team_id": one.pk}
    page = hand.words(client.get(reverse("alley-detail", kwargs=where) + "?alley=Ngõ 1"))
    assert "Hai" in page
    assert "Xa" not in page
    give = reverse("alley-assign", kwargs=where)
    client.post(give, {"alley": "Ngõ 1", "team": far.pk})
    assert Household.objects.filter(removed_at=None).get().team == one
    client.post(give, {"alley": "Ngõ 1", "team": two.pk})
    assert Household.objects.filter(removed_at=None).get().team == two
