"""The contact log is killed at random moments and loses nothing it acknowledged."""

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.sighting import Scheme

NOON = 1_596_888_000
WRITER = """
import sys
from bluezone.phone.contact_log import ContactLog, LogLimits
from bluezone.phone.sighting import Scheme, Sighting
path, first = sys.argv[1], int(sys.argv[2])
log = ContactLog.open(path, limits=LogLimits(batch_rows=10_000, batch_s=10_000))
number = first
while True:
    for _ in range(25):
        log.record(Sighting(Scheme.EN, number.to_bytes(16, "big"), 1_596_888_000 + number, -60))
        number += 1
    log.flush()
    print(number, flush=True)
    if number % 500 == 0:
        log.forget_before(1_596_888_000 + number)
"""


def written_until_killed(path: Path, first: int, lines: int) -> int:
    """Return the number of rows that the writer had acknowledged when it was killed."""
    arguments = [sys.executable, "-c", WRITER, str(path), str(first)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        seen = [int(writer.stdout.readline()) for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        seen.extend(int(line) for line in writer.stdout.read().split())
        writer.wait()
    return seen[-1]


def test_every_acknowledged_batch_is_there_after_a_kill_at_any_moment(tmp_path):
    path = tmp_path / "contacts.sqlite3"
    chance = random.Random(20200808)
    acknowledged = 0
    for _ in range(5):
        acknowledged = written_until_killed(path, acknowledged, chance.randint(1, 40))
        with sqlite3.connect(path) as reader:
            assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        reader.close()
        with ContactLog.open(path) as log:
            stored = set(log.sightings(Scheme.EN).time_s.tolist())
        assert set(range(NOON, NOON + acknowledged)) <= stored
        assert len(stored) % 25 == 0  # a batch is there whole or not at all
        acknowledged = len(stored)
