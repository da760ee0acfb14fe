"""The documentation names every setting, code and default that the code has."""

from dataclasses import fields
from pathlib import Path

import pytest

from bluezone.keyserver import errors
from bluezone.keyserver.errors import KeyServerError
from bluezone.keyserver.settings import ExportSettings, PublishLimits

TEXT = (Path(__file__).parents[2] / "docs" / "validation-rules.md").read_text(encoding="utf-8")
INSIDE = {"invalid_settings", "server_failed", "object_store_failed", "stale_lease"}
ANSWERED = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, KeyServerError) and kind.code not in INSIDE
]


@pytest.mark.parametrize("kind", ANSWERED, ids=lambda kind: kind.__name__)
def test_every_code_stands_there_with_its_status(kind: type[KeyServerError]) -> None:
    assert f"| `{kind.code}` | {kind.status} |" in TEXT


@pytest.mark.parametrize(
    ("prefix", "settings"), [("", PublishLimits()), ("EXPORT_", ExportSettings())]
)
def test_every_limit_stands_there_with_its_default(
    prefix: str, settings: PublishLimits | ExportSettings
) -> None:
    for field in fields(settings):
        rows = [row for row in TEXT.splitlines() if f"`{prefix}{field.name.upper()}`" in row]
        assert len(rows) == 1, field.name
        assert str(getattr(settings, field.name)) in rows[0]
