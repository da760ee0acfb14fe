"""Seconds to set a poster, cold and from the cache, as PDF and PNG; size of the files."""

import datetime as dt
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bluezone.portal.settings")

ROUNDS = 10


def main() -> Iterator[dict[str, object]]:
    import django  # noqa: PLC0415 - settings first

    django.setup()
    # Models can be imported only after Django is set up.
    from bluezone.portal.site.choices import Kind  # noqa: PLC0415 - see above
    from bluezone.portal.site.printing import Press, typeset  # noqa: PLC0415 - see above
    from bluezone.portal.site.sheets import (  # noqa: PLC0415 - see above
        Imprint,
        sheet_data,
        template_of,
    )

    def data(kind: str, number: int) -> dict[str, object]:
        address = f"https://bluezone.example/q/K7M4{number:02}"
        return sheet_data(kind, "vi", Imprint("Phường Cẩm Thượng", address, "1", dt.date.max))

    for kind in Kind.values:
        for form in ("pdf", "png"):
            taken, size = [], 0
            for number in range(ROUNDS):
                said = data(kind, number)
                start = time.perf_counter()
                made = typeset(template_of(kind), said, kind=form, now=0)
                taken.append(time.perf_counter() - start)
                size = sum(map(len, made))
            row = {"kind": kind, "format": form, "first_s": round(taken[0], 4)}
            yield {**row, "median_s": round(median(taken), 4), "bytes": size}
    with tempfile.TemporaryDirectory() as folder:
        press, said = Press(Path(folder)), data("wall", 0)
        press.get("poster", said, "pdf", page=1, now=0)
        start = time.perf_counter()
        for _ in range(ROUNDS):
            press.get("poster", said, "pdf", page=1, now=0)
        taken_s = (time.perf_counter() - start) / ROUNDS
        yield {"kind": "wall", "format": "pdf", "kept_s": round(taken_s, 5)}
