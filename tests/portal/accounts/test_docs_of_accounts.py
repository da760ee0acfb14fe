"""The guide says of every role what it may do, and leaves out no permission, grant or setting."""

import re
from pathlib import Path

import pytest

from bluezone.portal.accounts.granting import GRANTS
from bluezone.portal.accounts.models import Role
from bluezone.portal.accounts.permissions import ALLOWED, Permission

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def guide() -> str:
    return (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table(guide: str) -> dict[str, dict[str, bool]]:
    """Return permission -> role -> yes or no, as the guide has it."""
    lines = guide.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| permission"))
    roles = [name.replace(" ", "_") for name in cells(lines[start])[1:]]
    found = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        name, *marks = cells(line)
        key = re.findall(r"`(\w+)`", name)[0]
        found[key] = {role: mark == "yes" for role, mark in zip(roles, marks, strict=True)}
    return found


def test_every_role_and_permission_stands_in_the_guide_as_it_is(guide: str) -> None:
    expected = {
        str(permission): {role: permission in ALLOWED[role] for role in Role.values}
        for permission in Permission
    }
    assert table(guide) == expected


def test_who_may_give_which_role_stands_in_the_guide(guide: str) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", guide, flags=re.MULTILINE))
    assert rows["administrator"] == "every role"
    assert GRANTS["administrator"] == set(Role.values)
    assert set(re.findall(r"`(\w+)`", rows["unit_manager"])) == GRANTS["unit_manager"]
    assert {role for role in Role.values if GRANTS[role]} == {"administrator", "unit_manager"}


def test_every_entry_of_the_audit_stands_in_the_guide(guide: str) -> None:
    words = set()
    for path in (ROOT / "src/bluezone/portal/accounts").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        kinds = "membership|account|invitation|password|session"
        words |= set(re.findall(rf'"((?:{kinds})\.[a-z]+)"', text))
    words |= {f"second_factor.{word}" for word in ("added", "removed", "renewed")}
    words -= {"account.html"}
    assert len(words) > 12
    assert [word for word in sorted(words) if f"`{word}`" not in guide] == []


def test_every_setting_of_accounts_stands_in_the_guide(guide: str) -> None:
    source = (ROOT / "src/bluezone/portal/settings.py").read_text(encoding="utf-8")
    names = re.findall(r"environment\.\w+\(\s*\"([A-Z_]+)\"", source)
    ours = [name for name in names if name.startswith(("SECOND_", "INVITATION_", "MAIL_"))]
    assert len(ours) > 8
    assert [name for name in ours if f"`{name}`" not in guide] == []
