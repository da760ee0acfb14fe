"""Fit the virtual air's path-loss model to public recordings, and print what comes out.

Run it by `make bench ARGS=path_loss_fit`. The recordings are those of Ng et al. 2020 (MIT
licence) and of MIT Lincoln Laboratory (CC BY 4.0), below `data/ble_rssi` of the folder that
BLUEZONE_SHARED names. The numbers are those of docs/radio.md and `phone.radio.path_loss`.
"""

import csv
import gzip
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np

SHARED = Path(os.environ.get("BLUEZONE_SHARED", Path(__file__).parents[2] / "shared"))
FOLDER = SHARED / "data" / "ble_rssi"
NO_READING = 127

NgRun: TypeAlias = tuple[str, str, float, np.ndarray]
MitllRun: TypeAlias = tuple[tuple[str, str], float, str, np.ndarray]
Groups: TypeAlias = dict[str, list[tuple[float, float]]]


def ng_runs(folder: Path) -> Iterator[NgRun]:
    """Yield (pair of places, device, metres, strengths) of each of Ng's recordings."""
    for file in sorted(folder.glob("RSS_human*.csv")):
        runs = defaultdict(list)
        with file.open() as rows:
            for row in csv.DictReader(rows):
                runs[row["device"], float(row["dist"]) / 100].append(float(row["rss"]))
        for (device, metres), strengths in runs.items():
            yield file.stem[-2:], device, metres, np.array(strengths)


def mitll_runs(folder: Path) -> Iterator[MitllRun]:
    """Yield (subjects, metres, angle, strengths) of MIT Lincoln Laboratory's matrix test."""
    with (folder / "MIT-Matrix-Data.files.csv").open() as rows:
        files = {row["file_id"]: row for row in csv.DictReader(rows)}
    runs = defaultdict(list)
    with gzip.open(folder / "MIT-Matrix-Data.samples.csv.gz", "rt") as rows:
        for row in csv.DictReader(rows):
            if int(row["rssi_dbm"]) != NO_READING and row["range_m"]:
                runs[row["file_id"], row["range_m"], row["angle_deg"]].append(int(row["rssi_dbm"]))
    for (file_id, metres, angle), strengths in runs.items():
        subjects = files[file_id]["receiver_subject"], files[file_id]["beacon_subject"]
        yield subjects, float(metres), angle, np.array(strengths, float)


def common_slope(groups: Groups) -> tuple[float, dict[str, float]]:
    """Return the exponent common to groups of (metres, median), and each group's value at 1 m."""
    names = sorted(groups)
    rows, values = [], []
    for name in names:
        for metres, median in groups[name]:
            rows.append([-10 * np.log10(metres), *(float(name == other) for other in names)])
            values.append(median)
    solution, *_ = np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)
    return solution[0], dict(zip(names, solution[1:], strict=True))


def rician_spread_db(k: float) -> float:
    """Return the standard deviation in dB of Rician fading with factor k."""
    rng = np.random.default_rng(1)
    re = np.sqrt(k / (k + 1)) + np.sqrt(0.5 / (k + 1)) * rng.standard_normal(200_000)
    im = np.sqrt(0.5 / (k + 1)) * rng.standard_normal(200_000)
    return float(np.std(10 * np.log10(re * re + im * im)))


def hand_to_hand(ng: list[NgRun], mitll: list[MitllRun]) -> Groups:
    """Return the (metres, median) pairs of each group in which both hold their phone."""
    groups = defaultdict(list)
    for places, device, metres, strengths in ng:
        if places == "HH":
            groups[f"ng {device}"].append((metres, np.median(strengths)))
    whole = defaultdict(list)
    for subjects, metres, _, strengths in mitll:
        if all("hand" in subject for subject in subjects):
            whole[metres].extend(strengths)
    groups["mitll"] = [(metres, np.median(values)) for metres, values in whole.items()]
    return groups


def carriage(ng: list[NgRun], exponent: float) -> np.ndarray:
    """Return the loss in dB by a pocket and by a backpack, from sets with the same phones."""
    level = defaultdict(list)
    for places, _, metres, strengths in ng:
        if places in {"HH", "HP", "PP", "BB"}:
            level[places].append(np.median(strengths) + 10 * exponent * np.log10(metres))
    loss = {places: np.mean(level["HH"]) - np.mean(values) for places, values in level.items()}
    rows = np.array([[places.count("P"), places.count("B")] for places in loss], float)
    return np.linalg.lstsq(rows, np.array(list(loss.values())), rcond=None)[0]


def fading(ng: list[NgRun], mitll: list[MitllRun]) -> tuple[float, float]:
    """Return the spread in dB of the packets of one place and angle, and Rice's factor."""
    runs = [run[-1] for run in (*ng, *mitll) if len(run[-1]) > 50]
    spread = float(np.median([run.std() for run in runs]))
    return spread, min(np.arange(0, 8, 0.25), key=lambda k: abs(rician_spread_db(k) - spread))


def turning(mitll: list[MitllRun]) -> float:
    """Return the spread in dB of the medians while one person turns on the spot."""
    medians = defaultdict(list)
    for subjects, metres, _, strengths in mitll:
        medians[subjects, metres].append(np.median(strengths))
    return float(np.median([np.std(values) for values in medians.values() if len(values) >= 6]))


def main() -> Iterator[dict[str, object]]:
    """Yield one row a parameter; none where the recordings are absent."""
    if not FOLDER.is_dir():
        yield {"skipped": "no recordings; set BLUEZONE_SHARED"}
        return
    ng, mitll = list(ng_runs(FOLDER / "ng")), list(mitll_runs(FOLDER / "mitll"))
    exponent, at_1_m = common_slope(hand_to_hand(ng, mitll))
    yield {"exponent": round(exponent, 2)}
    yield {"hand_to_hand_at_1_m_dbm": {name: round(value, 1) for name, value in at_1_m.items()}}
    pocket, backpack = carriage(ng, exponent)
    yield {"pocket_db": round(pocket, 1), "backpack_db": round(backpack, 1)}
    spread, k = fading(ng, mitll)
    yield {"fading_db": round(spread, 1), "rician_k": float(k)}
    yield {"shadowing_db": round(turning(mitll), 1)}


if __name__ == "__main__":
    for row in main():
        print(row)
