"""Bells: a ring is not lost, and whoever waits wakes at a ring or when the service ends."""

import threading

from klimapartner.assistant.bell import Bell

FOREVER = 3600.0


def test_a_ring_before_the_wait_is_heard_once() -> None:
    bell, stop = Bell(), threading.Event()
    bell.ring()
    bell.wait(stop, FOREVER)
    bell.wait(stop, 0.0)
    bell.ring()
    bell.wait(stop, FOREVER)


def test_a_ring_wakes_whoever_waits() -> None:
    bell, stop = Bell(), threading.Event()
    waiting = threading.Thread(target=bell.wait, args=(stop, FOREVER))
    waiting.start()
    bell.ring()
    waiting.join(20)
    assert not waiting.is_alive()


def test_the_end_of_the_service_wakes_it() -> None:
    bell, stop = Bell(), threading.Event()
    waiting = threading.Thread(target=bell.wait, args=(stop, FOREVER))
    waiting.start()
    stop.set()
    waiting.join(20)
    assert not waiting.is_alive()
