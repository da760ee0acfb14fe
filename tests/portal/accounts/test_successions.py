"""Roles over a merger: proposed where they can be, never wider by themselves, each in the audit."""

import datetime as dt

import pytest

from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.models import Membership, Role, User
from bluezone.portal.accounts.permissions import Permission, may
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.accounts.successions import Manner, carry_roles, proposals
from bluezone.portal.audit.models import Entry
from bluezone.portal.units.loading import load
from bluezone.portal.units.models import Unit
from bluezone.portal.units.sources import EditionFacts, EditionSource, LinkSource, Sources

OLD = """level,code,parent,name
province,1,,Một
province,2,,Hai
province,3,,Ba
district,11,1,Huyện
commune,111,11,Trọn
commune,112,11,Gộp A
commune,113,11,Gộp B
commune,114,11,Chia
"""
NEW = """level,code,parent,name
province,2,,Một và Hai
province,3,,Ba
commune,111,2,Trọn
commune,112,2,Gộp
commune,114,2,Chia 1
commune,115,2,Chia 2
"""
LINKS = """level,old,new,kind,share
province,1,2,whole,
province,2,2,whole,
province,3,3,whole,
commune,111,111,whole,
commune,112,112,whole,
commune,113,112,whole,
commune,114,114,part,0.5
commune,114,115,part,0.5
"""
MERGER = dt.date(2025, 7, 1)


@pytest.fixture
def merged(db: None) -> None:
    old = EditionFacts("zz2020", "zz", "2020", "Zed", dt.date(2020, 1, 1), MERGER, "")
    new = EditionFacts("zz2025", "zz", "2025", "Zed", MERGER, None, "")
    editions = (
        EditionSource(old, (("a.csv", OLD.encode()),)),
        EditionSource(new, (("b.csv", NEW.encode()),)),
    )
    load(Sources(editions, (LinkSource("zz2020", "zz2025", (("c.csv", LINKS.encode()),)),)))


def person(name: str, path: str, role: str = Role.UNIT_MANAGER) -> User:
    user = create_staff(name, "mot hai ba bon nam", "")
    create_member(user, Unit.objects.get(path=path), role)
    return user


@pytest.mark.parametrize(
    ("path", "manner", "new_path"),
    [
        ("zz2020", Manner.SAME, "zz2025"),
        ("zz2020.3", Manner.SAME, "zz2025.3"),
        ("zz2020.1", Manner.WIDER, "zz2025.2"),
        ("zz2020.1.11.111", Manner.SAME, "zz2025.2.111"),
        ("zz2020.1.11.112", Manner.WIDER, "zz2025.2.112"),
        ("zz2020.1.11.113", Manner.WIDER, "zz2025.2.112"),
        ("zz2020.1.11.114", Manner.BY_HAND, None),
        ("zz2020.1.11", Manner.BY_HAND, None),
    ],
)
@pytest.mark.usefixtures("merged")
def test_a_role_is_proposed_where_its_unit_went(
    path: str, manner: Manner, new_path: str | None
) -> None:
    person("one", path)
    [found] = proposals("zz2020", "zz2025")
    assert (found.manner, found.new_path) == (manner, new_path)


@pytest.mark.usefixtures("merged")
def test_a_carried_role_acts_in_the_new_unit_and_stands_in_the_audit_once() -> None:
    user = person("one", "zz2020.1.11.111")
    assert not may(user, Permission.SET_TARGETS, unit="zz2025.2.111")
    carry_roles(proposals("zz2020", "zz2025"))
    user = User.objects.get(pk=user.pk)
    assert may(user, Permission.SET_TARGETS, unit="zz2025.2.111")
    assert may(user, Permission.SET_TARGETS, unit="zz2020.1.11.111")
    assert not may(user, Permission.SET_TARGETS, unit="zz2025.2")
    assert Entry.objects.get(action="membership.carried").subject == "user one"
    assert proposals("zz2020", "zz2025") == []


@pytest.mark.usefixtures("merged")
def test_what_people_must_decide_and_closed_accounts_are_given_nothing() -> None:
    person("one", "zz2020.1.11")
    closed = person("two", "zz2020.3")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    assert carry_roles(proposals("zz2020", "zz2025")) == []
    assert not Membership.objects.filter(unit__edition="zz2025").exists()
