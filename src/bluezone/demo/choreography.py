"""One morning on the street: who stands where, from when to when.

Twelve parts are written down as stops in minutes after eight o'clock. The seed moves every
stop by a few centimetres and seconds and, above 0, deals the parts to other people. The
decision that surprises: nothing here says who has to be warned; `truth` finds that from
the positions, so a test may move a stop and the expected warnings follow.
"""

from dataclasses import dataclass
from math import dist
from random import Random
from typing import Final

from bluezone.demo.cast import PEOPLE, PersonId, Spot, door, home
from bluezone.demo.paths import Path, Waypoint

MORNING_S: Final = 1_597_366_800
"""14/08/2020 08:00 in Vietnam (01:00 UTC): the day on which everybody meets."""
START_S: Final = MORNING_S - 60
END_S: Final = MORNING_S + 84 * 60
"""When the last person is home again; the night follows."""
_WALK_M_PER_S: Final = 1.3
_JITTER_M: Final = 0.06
_JITTER_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Stop:
    """A stay at a spot until so many minutes after eight o'clock; the walk there comes before."""

    spot: Spot
    leave_min: float


@dataclass(frozen=True, slots=True)
class Part:
    """When a person leaves home, in minutes after eight o'clock, and where they go."""

    out_min: float
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Choreography:
    """Everybody's path, and who falls ill on the next day.

    Attributes:
        paths: one path for each person.
        ill: the person who falls ill.
    """

    paths: dict[PersonId, Path]
    ill: PersonId


# Every spot is at least 6 m from every home, so that people who stay in are not near.
CAFE: Final = (Spot(6.4, 7.2), Spot(7.6, 7.2), Spot(7.0, 8.25))
OTHER_TABLE: Final = Spot(16.2, 7.6)
BENCH: Final = (Spot(21.4, 16.4), Spot(22.6, 16.4))
CHESS: Final = (Spot(11.0, 16.4), Spot(12.2, 16.4))
STALL: Final = (Spot(31.6, 8.2), Spot(32.8, 8.2), Spot(32.2, 7.0))
BUS_STOP: Final = Spot(37.5, 16.4)


def _laps() -> tuple[Stop, ...]:
    """Return the runner's turning points: up one side of the road, down the other."""
    ends = (Spot(2.0, 10.0), Spot(41.0, 10.0), Spot(41.0, 14.6), Spot(2.0, 14.6))
    return tuple(Stop(ends[lap % 4], 7 + 1.3 * lap) for lap in range(44))


PARTS: Final[tuple[Part, ...]] = (
    # The person who falls ill: coffee with two friends, the bench, the stall, the bench again.
    Part(3, (Stop(CAFE[0], 34), Stop(BENCH[0], 52), Stop(STALL[0], 55.5), Stop(BENCH[0], 76))),
    # A friend at the table.
    Part(2, (Stop(CAFE[1], 40),)),
    # On the bench all morning: a neighbour first, then the ill person, in two visits.
    Part(4, (Stop(BENCH[1], 79),)),
    # At the stall for long; the ill person stops there for less than four minutes.
    Part(22, (Stop(STALL[1], 68),)),
    # The runner, who passes everybody.
    Part(5, _laps()),
    # Alone at the other table, nine metres away.
    Part(5, (Stop(OTHER_TABLE, 71),)),
    # Two who play chess for an hour, near one another and nobody else.
    Part(4, (Stop(CHESS[0], 71),)),
    Part(6, (Stop(CHESS[1], 70),)),
    # The second friend at the table.
    Part(5, (Stop(CAFE[2], 37),)),
    # The woman who sells at the stall.
    Part(1, (Stop(STALL[2], 79),)),
    # On the bench with the neighbour before the ill person comes: near a contact, not a case.
    Part(3, (Stop(BENCH[0], 33),)),
    # Waits for the bus, then walks home.
    Part(7, (Stop(BUS_STOP, 62),)),
)


def _shifted_min(minutes: float, rng: Random) -> float:
    return minutes + rng.uniform(-_JITTER_S, _JITTER_S) / 60


def _jittered(part: Part, rng: Random) -> Part:
    """Return the part with its times and spots moved a little."""
    stops = tuple(
        Stop(
            Spot(
                stop.spot.x_m + rng.uniform(-_JITTER_M, _JITTER_M),
                stop.spot.y_m + rng.uniform(-_JITTER_M, _JITTER_M),
            ),
            _shifted_min(stop.leave_min, rng),
        )
        for stop in part.stops
    )
    return Part(_shifted_min(part.out_min, rng), stops)


def _walk(person: PersonId, part: Part) -> Path:
    """Return a path: out of the door, to each stop in turn, home again."""
    here = home(person)
    points = [Waypoint(START_S, here.x_m, here.y_m)]

    def go(spot: Spot) -> None:
        left = points[-1]
        walk_s = dist((left.x_m, left.y_m), (spot.x_m, spot.y_m)) / _WALK_M_PER_S
        points.append(Waypoint(left.time_s + walk_s, spot.x_m, spot.y_m))

    def stay_until(minutes: float) -> None:
        left = points[-1]
        points.append(Waypoint(MORNING_S + 60 * minutes, left.x_m, left.y_m))

    stay_until(part.out_min)
    go(door(person))
    for stop in part.stops:
        go(stop.spot)
        stay_until(stop.leave_min)
    go(door(person))
    go(here)
    return Path(tuple(points))


def choreograph(seed: int, parts: tuple[Part, ...] = PARTS) -> Choreography:
    """Return everybody's path for a seed; the person with the first part falls ill.

    Args:
        seed: 0 gives the parts to people in the order of the cast; any other deals them anew.
        parts: what each of the twelve people does.
    """
    rng = Random(seed)  # noqa: S311 - a story, not a secret
    people = list(PEOPLE)
    if seed:
        rng.shuffle(people)
    paths = {
        person: _walk(person, _jittered(part, rng))
        for person, part in zip(people, parts, strict=True)
    }
    return Choreography(paths=dict(sorted(paths.items())), ill=people[0])
