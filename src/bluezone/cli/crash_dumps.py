"""No memory of the server on any disk: a process that crashes leaves no core file.

Bodies of requests pass through this memory. The limit is one byte where that can be set: 0
forbids files only, while a kernel that pipes dumps to a program (`core_pattern` with a bar)
ignores 0 and gives up at exactly 1 (Linux, fs/coredump.c). Python's own fault handler prints
places in the code and no values, so it stays as it is.
"""

import sys
from typing import Final

_BYTES: Final = 1


def forbid() -> None:
    """Let neither this process nor its children leave a core dump; can be called twice."""
    if sys.platform == "win32":  # pragma: no cover - no such limit there
        return
    import resource  # noqa: PLC0415 - not on every platform

    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = _BYTES if most == resource.RLIM_INFINITY else min(most, _BYTES)
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
