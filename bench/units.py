"""The administrative tree: loading Vietnam, searching it, carrying a year across the merger.

In a process and a database of its own, because Django can be set up once in a process.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

_SEARCHES = ("hai duong", "hd", "tan viet hai duong", "xa")


def main() -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory(prefix="bluezone-bench-") as home:
        environment = {
            **os.environ,
            "BLUEZONE_HOME": home,
            "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
        }
        command = [sys.executable, "-m", "bench.units"]
        child = subprocess.run(
            command, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
        for line in child.stdout.splitlines():
            yield json.loads(line)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return round(time.perf_counter() - start, 3)


def _measure() -> Iterator[dict[str, object]]:
    import django  # noqa: PLC0415 - in the child only
    from django.core.management import call_command  # noqa: PLC0415 - the same

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    yield from _measure_loading()
    yield from _measure_carrying()


def _measure_loading() -> Iterator[dict[str, object]]:
    from bluezone.portal.units.loading import load  # noqa: PLC0415 - after Django's start
    from bluezone.portal.units.models import Unit  # noqa: PLC0415 - the same
    from bluezone.portal.units.sources import packaged, packaged_facts  # noqa: PLC0415 - the same

    sources = packaged(list(packaged_facts()))
    for what in ("load Vietnam, three editions", "load it again"):
        yield {"what": what, "seconds": _timed(lambda: load(sources))}
    for text in _SEARCHES:
        seconds = _timed(lambda text=text: list(Unit.objects.search(text, "vn2020")))
        yield {"what": f"search {text!r}", "seconds": seconds}


def _measure_carrying() -> Iterator[dict[str, object]]:
    import numpy as np  # noqa: PLC0415 - in the child only

    from bluezone.portal.units.carrying import carry_forward  # noqa: PLC0415 - the same
    from bluezone.portal.units.models import Level, Unit  # noqa: PLC0415 - the same

    paths = list(Unit.objects.at_level("vn2020", Level.COMMUNE).values_list("path", flat=True))
    year = np.random.default_rng(7).integers(0, 5_000, (len(paths), 365, 4))
    values = dict(zip(paths, year, strict=True))
    seconds = _timed(lambda: carry_forward(values, "vn2020", "vn2025"))
    yield {"what": "carry 10,613 communes x 365 days x 4 series to 2025", "seconds": seconds}


if __name__ == "__main__":
    for row in _measure():
        print(json.dumps(row))
