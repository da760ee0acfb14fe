"""Roles act on their unit and below; nobody gives more than they have; nobody looks sideways."""

from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from bluezone.portal.accounts.errors import ForbiddenGrantError, InvalidAccountError
from bluezone.portal.accounts.granting import GRANTS, may_grant
from bluezone.portal.accounts.memberships import change_role, create_member, end_membership
from bluezone.portal.accounts.models import Membership, Role, User
from bluezone.portal.accounts.permissions import (
    ALLOWED,
    OWN,
    WHOLE,
    Permission,
    may,
    reach,
    requires,
    unit_of,
)
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.audit.models import Entry
from bluezone.portal.units.models import Unit

PASSWORD = "mot hai ba bon nam"
NATION, HAI_DUONG, HAI_PHONG = "vn2020", "vn2020.30", "vn2020.31"
CHI_LINH, SAO_DO, DONG_TAM = "vn2020.30.290", "vn2020.30.290.10549", "vn2020.31.303.11290"
INSIDE = [HAI_DUONG, CHI_LINH, SAO_DO]
OUTSIDE = [NATION, HAI_PHONG, DONG_TAM, "vn2020.300", "vn2020.3", "vn2025.30", ""]

MAY_GIVE = {("administrator", role): True for role in Role.values} | {
    ("unit_manager", "unit_manager"): True,
    ("unit_manager", "campaign_officer"): True,
    ("unit_manager", "team_member"): True,
    ("unit_manager", "agency_head"): True,
}
"""Every pair that is not here is refused."""


@pytest.mark.parametrize(("role", "permission"), list(product(Role.values, Permission)))
def test_a_role_acts_on_its_unit_and_below_and_nowhere_else(
    role: str, permission: Permission
) -> None:
    user = User(username="x", role="")
    user.__dict__["scopes"] = ((HAI_DUONG, role),)
    allowed = permission in ALLOWED[role] and permission not in WHOLE
    assert [may(user, permission, unit=path) for path in INSIDE] == [allowed] * len(INSIDE)
    assert not any(may(user, permission, unit=path) for path in OUTSIDE)
    assert may(user, permission) == (allowed and permission in OWN)


@pytest.mark.parametrize(("role", "permission"), list(product(Role.values, Permission)))
def test_a_role_on_the_account_acts_on_the_whole_installation(
    role: str, permission: Permission
) -> None:
    user = User(username="x", role=role)
    user.__dict__["scopes"] = ()
    allowed = permission in ALLOWED[role]
    assert may(user, permission) == allowed
    assert may(user, permission, unit=SAO_DO) == allowed
    assert bool(reach(user, permission)) == allowed


@pytest.mark.parametrize(("giver", "role"), list(product(Role.values, Role.values)))
def test_who_may_give_which_role_in_the_own_unit(giver: str, role: str) -> None:
    user = User(username="x", role="")
    user.__dict__["scopes"] = ((HAI_DUONG, giver),)
    expected = MAY_GIVE.get((giver, role), False)
    assert [may_grant(user, role, path) for path in INSIDE] == [expected] * len(INSIDE)
    assert not any(may_grant(user, role, path) for path in OUTSIDE)


def test_only_roles_that_manage_staff_give_roles() -> None:
    for role in Role.values:
        assert bool(GRANTS[role]) == (Permission.MANAGE_STAFF in ALLOWED[role]), role


def test_nobody_but_an_administrator_gives_what_they_may_not_do_themselves() -> None:
    for giver, roles in GRANTS.items():
        for role in roles:
            if giver != Role.ADMINISTRATOR:
                assert ALLOWED[role] <= ALLOWED[giver], (giver, role)


def test_nobody_but_an_administrator_makes_somebody_who_can_make_others_than_they_can() -> None:
    for giver, roles in GRANTS.items():
        assert frozenset().union(*(GRANTS[role] for role in roles)) <= roles, giver


def test_nobody_changes_their_own_roles(cast: dict[str, User], units: dict[str, Unit]) -> None:
    admin = cast["administrator"]
    with pytest.raises(ForbiddenGrantError) as caught:
        create_member(admin, units[HAI_DUONG], Role.AUDITOR, giver=admin)
    assert caught.value.code == "forbidden_grant"
    with pytest.raises(ForbiddenGrantError):
        end_membership(admin.memberships.get(), giver=admin)
    assert [role for _path, role in admin.scopes] == ["administrator"]


def test_a_manager_gives_below_and_neither_above_nor_beside(
    cast: dict[str, User], units: dict[str, Unit]
) -> None:
    manager, other = cast["unit_manager"], cast["auditor"]
    create_member(other, units[SAO_DO], Role.TEAM_MEMBER, giver=manager)
    for path in (NATION, HAI_PHONG, DONG_TAM):
        with pytest.raises(ForbiddenGrantError):
            create_member(other, units[path], Role.TEAM_MEMBER, giver=manager)
    assert not Membership.objects.filter(unit__in=[NATION, HAI_PHONG, DONG_TAM]).exists()


def test_a_manager_cannot_take_away_what_he_could_not_give(
    cast: dict[str, User], units: dict[str, Unit]
) -> None:
    manager = cast["unit_manager"]
    with pytest.raises(ForbiddenGrantError):
        end_membership(cast["auditor"].memberships.get(), giver=manager)
    with pytest.raises(ForbiddenGrantError):
        change_role(cast["auditor"].memberships.get(), Role.TEAM_MEMBER, giver=manager)
    with pytest.raises(ForbiddenGrantError):
        change_role(cast["team_member"].memberships.get(), Role.AUDITOR, giver=manager)
    assert cast["auditor"].memberships.get().role == Role.AUDITOR
    assert cast["team_member"].memberships.get().role == Role.TEAM_MEMBER


def test_a_change_of_role_is_one_ended_and_one_given_in_the_audit(
    cast: dict[str, User], units: dict[str, Unit]
) -> None:
    helper, manager = cast["team_member"], cast["unit_manager"]
    changed = change_role(helper.memberships.get(), Role.CAMPAIGN_OFFICER, giver=manager)
    assert helper.scopes == ((HAI_DUONG, "campaign_officer"),)
    assert change_role(changed, Role.CAMPAIGN_OFFICER, giver=manager) == changed
    actions = list(
        Entry.objects.filter(actor=manager.username).order_by("sequence").values_list("action")
    )
    assert actions == [("membership.given",), ("membership.ended",)]


def test_the_same_role_twice_is_one_membership(
    cast: dict[str, User], units: dict[str, Unit]
) -> None:
    helper = cast["team_member"]
    create_member(helper, units[HAI_DUONG], Role.TEAM_MEMBER)
    assert helper.memberships.count() == 1
    with pytest.raises(IntegrityError):
        Membership.objects.create(
            user=helper, unit=units[HAI_DUONG], role=Role.TEAM_MEMBER, created_at=0
        )


def test_an_unknown_role_is_refused(cast: dict[str, User], units: dict[str, Unit]) -> None:
    with pytest.raises(InvalidAccountError):
        create_member(cast["auditor"], units[HAI_DUONG], "king")


def test_somebody_without_a_role_may_nothing(db: None) -> None:
    nobody = create_staff("an", PASSWORD, "")
    assert not any(may(nobody, permission) for permission in Permission)
    assert not any(reach(nobody, permission) for permission in Permission)
    assert not any(may(AnonymousUser(), permission, unit=SAO_DO) for permission in Permission)


def test_a_closed_account_may_nothing_and_gives_nothing(cast: dict[str, User]) -> None:
    manager = cast["unit_manager"]
    manager.is_active = False
    assert not may(manager, Permission.VIEW_CAMPAIGN, unit=HAI_DUONG)
    assert not may_grant(manager, Role.TEAM_MEMBER, HAI_DUONG)


def test_reach_names_each_place_once_and_narrows_lists(
    cast: dict[str, User], units: dict[str, Unit]
) -> None:
    officer = cast["campaign_officer"]
    create_member(officer, units[SAO_DO], Role.UNIT_MANAGER)
    create_member(officer, units[DONG_TAM], Role.AUDITOR)
    where = reach(officer, Permission.VIEW_CAMPAIGN)
    assert where.paths == (HAI_DUONG, DONG_TAM)
    found = Unit.objects.filter(where.filter("path")).order_by("path")
    assert [unit.path for unit in found] == [HAI_DUONG, CHI_LINH, SAO_DO, DONG_TAM]
    assert reach(officer, Permission.MANAGE_STAFF).paths == (SAO_DO,)
    nowhere = reach(officer, Permission.MANAGE_API_KEYS)
    assert not Unit.objects.filter(nowhere.filter("path")).exists()
    everywhere = reach(create_staff("ha", PASSWORD, Role.AUDITOR), Permission.INSPECT)
    assert Unit.objects.filter(everywhere.filter("path")).count() == len(units)


def test_memberships_are_read_once_a_request(
    cast: dict[str, User], django_assert_num_queries: Any
) -> None:
    manager = User.objects.get(username="unit-manager")
    with django_assert_num_queries(1):
        for permission, path in product(Permission, [*INSIDE, *OUTSIDE]):
            may(manager, permission, unit=path)


@requires(Permission.SET_TARGETS)
def target_page(request: HttpRequest, unit_path: str) -> HttpResponse:
    return HttpResponse(unit_of(request).name)


@requires(Permission.VISIT_HOUSEHOLDS, somewhere=True)
def field_page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("field")


@requires(Permission.MANAGE_SITE)
def site_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(unit_of(request).name)


def asked_by(user: User | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user
    return request


@pytest.mark.parametrize("path", INSIDE)
def test_a_view_of_a_unit_is_given_its_unit(
    cast: dict[str, User], units: dict[str, Unit], path: str
) -> None:
    response = target_page(asked_by(cast["campaign_officer"]), unit_path=path)
    assert response.content.decode() == units[path].name


@pytest.mark.parametrize("path", [*OUTSIDE, "vn2020.30.999.1", "vn2020.99"])
def test_a_unit_elsewhere_looks_like_no_unit(cast: dict[str, User], path: str) -> None:
    with pytest.raises(Http404):
        target_page(asked_by(cast["campaign_officer"]), unit_path=path)


@pytest.mark.parametrize("role", ["team_member", "auditor", "agency_head", "health_worker"])
def test_in_the_own_unit_another_role_is_forbidden(cast: dict[str, User], role: str) -> None:
    with pytest.raises(PermissionDenied):
        target_page(asked_by(cast[role]), unit_path=SAO_DO)
    with pytest.raises(Http404):
        target_page(asked_by(cast[role]), unit_path=DONG_TAM)


def test_a_view_without_a_unit_says_whether_any_unit_will_do(cast: dict[str, User]) -> None:
    assert field_page(asked_by(cast["team_member"])).status_code == 200
    with pytest.raises(PermissionDenied):
        field_page(asked_by(cast["auditor"]))
    with pytest.raises(PermissionDenied):
        site_page(asked_by(cast["administrator"]))  # of a unit, not of the installation


def test_a_stranger_is_let_in_nowhere(units: dict[str, Unit]) -> None:
    with pytest.raises(PermissionDenied):
        target_page(asked_by(AnonymousUser()), unit_path=HAI_DUONG)


def test_a_view_about_no_unit_has_none(binh: User) -> None:
    with pytest.raises(PermissionDenied):
        site_page(asked_by(binh))
