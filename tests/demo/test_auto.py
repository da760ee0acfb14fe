"""The whole story without hands: real nodes, real servers, true positions."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bluezone.demo.cast import NAMES
from bluezone.demo.choreography import START_S, choreograph
from bluezone.demo.truth import DAY_S, near_long_enough

SEED = 3
# Bình sits at the other table instead of with An, Hà with An instead of at the other table.
ELSEWHERE = """
import json, sys, threading
from bluezone.demo.choreography import CAFE, OTHER_TABLE, PARTS, Part, Stop
from bluezone.demo.run import DemoOptions, run_demo

def tell(turn, **facts):
    print(json.dumps({"event": turn, **facts}), flush=True)

parts = list(PARTS)
parts[1] = Part(2, (Stop(OTHER_TABLE, 40),))
parts[5] = Part(5, (Stop(CAFE[1], 66),))
run_demo(DemoOptions(auto=True, parts=tuple(parts)), tell, until=threading.Event())
"""


@dataclass(frozen=True)
class Played:
    """What a run said and how it ended."""

    status: int
    events: list[dict[str, object]]
    stderr: str

    def event(self, name: str) -> dict[str, object]:
        return next(event for event in self.events if event["event"] == name)


def play(*command: str) -> Played:
    """Play a street in a process of its own, as Django is set up once in each."""
    process = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=300, check=False
    )
    events = [json.loads(line) for line in process.stdout.splitlines()]
    return Played(process.returncode, events, process.stderr)


def test_exactly_the_people_who_were_near_long_enough_are_warned() -> None:
    story = choreograph(SEED)
    end_s = START_S // DAY_S * DAY_S + DAY_S
    true = near_long_enough(story.paths, story.ill, start_s=START_S, end_s=end_s)

    played = play("-m", "bluezone.cli.main", "demo", "--auto", "--json", "--seed", str(SEED))

    assert played.status == 0, played.stderr
    assert played.event("verdict")["warned"] == [NAMES[person] for person in sorted(true)]
    assert played.event("verdict")["right"] is True
    turns = [event.get("phase", event["event"]) for event in played.events]
    start = ["folder", "ready", "street", "night", "ill", "code", "preview", "shared", "window"]
    assert turns[:9] == start
    assert turns[9:11] == ["exported", "fetch"]
    assert turns[-2:] == ["end", "verdict"]
    assert played.event("shared")["keys"] == 4
    assert played.event("exported")["real"] == 2
    assert played.stderr.strip() == ""
    assert not Path(str(played.event("folder")["path"])).exists()


def test_the_warnings_follow_the_people_when_two_of_them_sit_elsewhere() -> None:
    played = play("-c", ELSEWHERE)

    verdict = played.event("verdict")
    assert verdict["warned"] == ["Chi", "Hà", "Minh"], played.stderr
    assert verdict["expected"] == verdict["warned"]
