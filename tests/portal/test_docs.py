"""The guide names every setting and every error code."""

import re
from pathlib import Path

import pytest

from bluezone.portal.verification import errors

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def guide() -> str:
    return (ROOT / "docs" / "portal.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_guide(guide: str) -> None:
    source = (ROOT / "src/bluezone/portal/settings.py").read_text(encoding="utf-8")
    names = re.findall(r"environment\.\w+\(\s*\"([A-Z_]+)\"", source)
    assert len(names) > 25
    assert [name for name in names if f"`{name}`" not in guide] == []


def test_every_error_code_is_in_the_guide_with_its_status(guide: str) -> None:
    table = guide.split("| `errorCode` | status | when |")[1]
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.VerificationError)
    ]
    for kind in kinds:
        if kind is errors.VerificationError:
            continue
        row = next(line for line in table.splitlines() if f"`{kind.code}`" in line)
        assert str(kind.status) in row, kind.code
