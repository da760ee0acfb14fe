"""Play, pause, step, speed, and wishes from other threads."""

from threading import Event

import pytest

from bluezone.demo.errors import LeftError
from bluezone.demo.player import Player


def test_a_story_plays_until_it_is_paused_and_again_when_asked() -> None:
    player = Player(hurry=False, until=Event())

    assert player.playing
    assert player.control("pause", "")
    assert not player.playing
    assert player.control("play", "")
    assert player.playing


def test_a_step_pauses_and_is_taken_once() -> None:
    player = Player(hurry=False, until=Event())

    assert player.control("step", "")

    assert not player.playing
    assert player.take_step()
    assert not player.take_step()


@pytest.mark.parametrize(("do", "speed"), [("speed", "light"), ("fly", ""), ("", "")])
def test_what_is_unknown_is_refused_and_changes_nothing(do, speed) -> None:
    player = Player(hurry=False, until=Event())

    assert not player.control(do, speed)
    assert (player.playing, player.speed) == (True, "normal")


def test_wishes_are_done_in_their_order_by_whoever_plays() -> None:
    player, done = Player(hurry=False, until=Event()), []
    player.wish(lambda: done.append(1))
    player.wish(lambda: done.append(2))
    assert done == []

    player.do_wishes()

    assert done == [1, 2]


def test_a_waiting_wish_ends_a_rest_at_once() -> None:
    player = Player(hurry=False, until=Event())
    player.wish(lambda: None)

    player.rest(3600)


def test_nobody_waits_when_nobody_watches() -> None:
    player = Player(hurry=True, until=Event())

    player.rest(3600)


def test_the_next_turn_ends_the_story_when_the_demo_is_to_end() -> None:
    until = Event()
    player = Player(hurry=False, until=until)
    player.do_wishes()

    until.set()

    with pytest.raises(LeftError):
        player.do_wishes()
