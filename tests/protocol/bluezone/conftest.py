"""The vectors of the published scheme: a trimmed copy of our own, and the full file."""

import json
from pathlib import Path
from typing import Any

import pytest

OWN = Path(__file__).parents[2] / "vectors" / "bluezone_ids.json"


@pytest.fixture(scope="session", params=["trimmed", "full"])
def vectors(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the vectors: the trimmed copy everywhere, the full file where it is at hand."""
    path = OWN
    if request.param == "full":
        path = request.getfixturevalue("shared") / "vectors" / "bluezone_ids.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
