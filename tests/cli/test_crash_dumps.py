"""A server leaves no core dump, whatever the shell that started it allows."""

import subprocess
import sys

import pytest

from bluezone.cli import crash_dumps

_CHILD = """
import resource
from bluezone.cli import crash_dumps
{before}
crash_dumps.forbid()
crash_dumps.forbid()
print(*resource.getrlimit(resource.RLIMIT_CORE))
"""


def limits_after(before: str) -> tuple[int, ...]:
    run = subprocess.run(
        [sys.executable, "-c", _CHILD.format(before=before)],
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(int(number) for number in run.stdout.split())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_both_limits_become_one_byte_which_pipes_obey_too() -> None:
    assert limits_after("") in {(1, 1), (0, 0)}  # 0 where whoever started us allows none
    lower = "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))"
    assert limits_after(lower) == (0, 0)
    assert crash_dumps._BYTES == 1
