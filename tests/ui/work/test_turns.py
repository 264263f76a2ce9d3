import threading
import time

import pytest

from nnviz.ui.work import turns
from nnviz.ui.work.turns import Queue, Turn

PATIENCE_SECONDS = 60  # with what comes as soon as it can


class Stopped(BaseException):
    """What Streamlit raises where nobody wants a page's run any more."""


def wait_until(said):
    end = time.monotonic() + PATIENCE_SECONDS
    while not said():
        assert time.monotonic() < end
        time.sleep(0.001)


def in_thread(call):
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread


def never():
    pass


@pytest.fixture
def page(monkeypatch):
    """A line of this test's own."""
    line = Queue(1)
    monkeypatch.setattr(turns, "page", line)
    return line


def test_the_oldest_go_first():
    line, order = Queue(1), []
    line.enter(0, never)

    def wait(number):
        line.enter(number, never)
        order.append(number)
        line.leave()

    threads = []
    for number in (3, 1, 2):
        threads.append(in_thread(lambda number=number: wait(number)))
        wait_until(lambda: len(line.waiting) == len(threads))
    line.leave()
    for thread in threads:
        thread.join()
    assert order == [1, 2, 3]
    assert line.free == 1


def test_never_more_than_there_are_places():
    line, inside, may_go = Queue(2), [], threading.Semaphore(0)

    def come(number):
        line.enter(number, never)
        inside.append(number)
        may_go.acquire()
        inside.remove(number)
        line.leave()

    threads = [in_thread(lambda number=number: come(number)) for number in range(20)]
    for left in range(20, 0, -1):  # each is either inside or waits
        wait_until(lambda left=left: (len(inside), len(line.waiting)) == (min(left, 2), max(left - 2, 0)))
        may_go.release()
    for thread in threads:
        thread.join()
    assert line.free == 2


def test_who_stops_waiting_takes_no_place():
    line = Queue(1)
    line.enter(0, never)

    def stop():
        raise Stopped

    with pytest.raises(Stopped):
        line.enter(1, stop)
    assert not line.waiting
    line.leave()
    assert line.enter_at_once()


def test_who_is_called_while_stopping_passes_the_place_on():
    line = Queue(1)
    line.enter(0, never)

    def stop():
        line.leave()  # calls the one that is about to stop
        raise Stopped

    with pytest.raises(Stopped):
        line.enter(1, stop)
    assert line.free == 1


def test_a_turn_within_a_turn_is_the_same(page):
    with turns.turn(never) as outer:
        with turns.turn(never) as inner:
            assert inner is outer
        assert page.free == 0
    assert page.free == 1


def test_a_turn_ends_with_whatever_ends_it(page):
    with pytest.raises(Stopped), turns.turn(never):
        raise Stopped
    assert page.free == 1
    with pytest.raises(Stopped), turns.turn(never), turns.rest():
        raise Stopped
    assert page.free == 1


def test_who_rests_lets_others_compute(page):
    with turns.turn(never):
        with turns.rest():
            assert page.free == 1
        assert page.free == 0


def test_who_has_no_turn_can_rest_too(page):
    with turns.rest():
        assert page.free == 1
    assert page.free == 1


def test_turns_are_numbered_as_they_come():
    assert Turn(never).number < Turn(never).number
