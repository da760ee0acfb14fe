"""What every test can ask for."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("BLUEZONE_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of the specification's vectors and data, or skip."""
    if not (SHARED / "vectors").is_dir():
        pytest.skip(f"no specification folder at {SHARED.name}/ (set BLUEZONE_SHARED)")
    return SHARED
