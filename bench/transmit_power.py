"""What transmit power stands in for the one that the 12-byte scheme does not send?

Run it by `make bench ARGS=transmit_power`. It gives the medians of docs/risk.md from the
two published calibration lists (Google, CC BY 4.0) and from the recordings of Ng et al.
2020 (MIT licence) and MIT Lincoln Laboratory (CC BY 4.0), below the folder that
BLUEZONE_SHARED names. The default is `phone.risk.policy_types.Calibration`.
"""

import csv
import gzip
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

SHARED = Path(os.environ.get("BLUEZONE_SHARED", Path(__file__).parents[2] / "shared"))
DATA = SHARED / "data"
NEAR_DB = 55
NO_READING = 127


def lists() -> Iterator[tuple[str, list[int], list[int]]]:
    """Yield (name, corrections, transmit powers) of measured models."""
    folder = DATA / "ble_calibration"
    with (folder / "google_en_calibration_2020-06-13.csv").open() as file:
        rows = [row for row in list(csv.reader(file))[1:] if row[4] == "yes"]
    yield "list of 2020-06-13, measured", [int(r[2]) for r in rows], [int(r[3]) for r in rows]
    with (folder / "gaen_calibration_microg.csv").open() as file:
        named = list(csv.DictReader(file))
    corrections = [int(row["rssi_correction"]) for row in named]
    yield "later list", corrections, [int(row["tx"]) for row in named]


def android_in_hands() -> dict[float, float]:
    """Return the median strength by distance in metres, both phones in the hand."""
    runs = defaultdict(list)
    with (DATA / "ble_rssi" / "ng" / "RSS_humanHH.csv").open() as file:
        for row in csv.DictReader(file):
            runs[float(row["dist"]) / 100].append(float(row["rss"]))
    return {metres: float(np.median(rows)) for metres, rows in sorted(runs.items())}


def iphones_in_hands() -> dict[float, float]:
    """Return the median strength by distance in metres, both phones in the hand."""
    folder = DATA / "ble_rssi" / "mitll"
    with (folder / "MIT-Matrix-Data.files.csv").open() as file:
        both = {
            row["file_id"]
            for row in csv.DictReader(file)
            if row["receiver_subject"].startswith("in hand")
            and row["beacon_subject"].startswith("in hand")
        }
    runs = defaultdict(list)
    with gzip.open(folder / "MIT-Matrix-Data.samples.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if row["file_id"] in both and int(row["rssi_dbm"]) != NO_READING:
                runs[float(row["range_m"])].append(int(row["rssi_dbm"]))
    return {metres: float(np.median(rows)) for metres, rows in sorted(runs.items())}


def main() -> Iterator[dict[str, object]]:
    """Yield one row a list and a recording; nothing without the data."""
    if not DATA.is_dir():
        return
    for name, corrections, powers in lists():
        yield {
            "list": name,
            "models": len(powers),
            "transmit_power_dbm": float(np.median(powers)),
            "quartiles_dbm": np.percentile(powers, [25, 75]).tolist(),
            "rssi_correction_db": float(np.median(corrections)),
        }
    for name, medians in (("Android", android_in_hands()), ("iPhone", iphones_in_hands())):
        nearest = min(medians, key=lambda metres: abs(metres - 2))
        yield {
            "hand_to_hand": name,
            "median_dbm_by_m": medians,
            "asks_for_dbm": medians[nearest] + NEAR_DB,
            "at_m": nearest,
        }
