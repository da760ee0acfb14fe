"""Run the benchmarks: `make bench`, or `make bench ARGS="matching export"` for some.

Each module beside this file has a `main()` that yields one row a measurement. Nothing is
asserted. Figures are for comparing within one run: machines are shared and noisy.
"""

import json
import os
import platform
import sys
from importlib import import_module
from pathlib import Path


def names() -> list[str]:
    """Return the names of all benchmarks, in alphabetical order."""
    here = Path(__file__).parent
    return sorted(path.stem for path in here.glob("*.py") if not path.stem.startswith("_"))


def main(wanted: list[str]) -> int:
    known = names()
    if unknown := sorted(set(wanted) - set(known)):
        sys.stderr.write(f"no benchmark {', '.join(unknown)}; there are: {', '.join(known)}\n")
        return 2
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    print(json.dumps({"bench": "machine", **machine, "cpus": os.cpu_count()}))
    for name in wanted or known:
        for row in import_module(f"bench.{name}").main():
            print(json.dumps({"bench": name, **row}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
