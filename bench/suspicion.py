"""Suspicion: precision and recall of the five ways of cheating, and how often honesty is asked."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bluezone.portal.campaign.stats.cheats import detect, mixed, reports_of
from bluezone.portal.campaign.stats.generated import CampaignShape, grow
from bluezone.portal.campaign.stats.suspicion import Kind, find_suspicious

_BASE = CampaignShape(days=20, gift_days=1)
SHAPES = {
    "usual": _BASE,
    "forty_days": replace(_BASE, days=40, gift_days=2),
    "tens_of_phones": replace(_BASE, phones_median=60.0, cluster=2.0),
    "wild": replace(_BASE, shock_sd=0.6, cluster=15.0),
}
_SEEDS = range(500, 506)
_EACH = 8


def _measure(name: str, shape: CampaignShape) -> Iterator[dict[str, object]]:
    cheats, found, other, false, asked = (Counter() for _ in range(5))
    seconds = 0.0
    for seed in _SEEDS:
        rng = np.random.default_rng(seed)
        honest = grow(shape, rng)
        started = time.perf_counter()
        findings = find_suspicious(reports_of(honest))
        seconds = max(seconds, time.perf_counter() - started)
        asked.update({(finding.kind, finding.unit) for finding in findings})
        for row in detect(*mixed(honest, rng, each=_EACH)):
            cheats[row.kind] += row.cheats
            found[row.kind] += row.found
            other[row.kind] += row.other
            false[row.kind] += row.false
    for kind in Kind:
        named = found[kind] + other[kind] + false[kind]
        units = shape.units * len(_SEEDS)
        wrong = sum(count > 0 for (of, _), count in asked.items() if of is kind)
        yield {
            "shape": name,
            "kind": str(kind),
            "cheats": cheats[kind],
            "recall": round(found[kind] / cheats[kind], 3),
            "precision": round(1 - false[kind] / named, 3) if named else None,
            "other_cheats_named": other[kind],
            "honest_units_asked": round(wrong / units, 4),
            "seconds": round(seconds, 2),
        }


def main() -> Iterator[dict[str, object]]:
    for name, shape in SHAPES.items():
        yield from _measure(name, shape)
