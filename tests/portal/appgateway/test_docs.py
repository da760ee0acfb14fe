"""The guide names every setting of the gateway."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_setting_is_in_the_guide() -> None:
    guide = (ROOT / "docs" / "app-gateway.md").read_text(encoding="utf-8")
    folder = ROOT / "src/bluezone/portal/appgateway"
    source = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    names = re.findall(r"environment\.\w+\(\s*\"([A-Z_]+)\"", source)
    assert len(names) >= 2
    assert [name for name in names if f"`{name}`" not in guide] == []
