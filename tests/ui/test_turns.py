import threading
import time

import pytest

from nnviz.ui import turns
from nnviz.ui.turns import LONG, MOMENT, Line, OutgrownError, Turn, cores


class Stopped(BaseException):
    """What Streamlit raises where nobody wants a page's run any more."""


def wait_until(said, patience=5.0):
    end = time.monotonic() + patience
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
def lines(monkeypatch):
    """A line and one place for long work, of this test's own."""
    page, long = Line(1), Line(1)
    monkeypatch.setattr(turns, "page", page)
    monkeypatch.setattr(turns, "long", long)
    return page, long


def test_the_oldest_go_first():
    line, order = Line(1), []
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
    line, inside, most, lock = Line(2), 0, 0, threading.Lock()

    def come(number):
        nonlocal inside, most
        line.enter(number, never)
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.005)
        with lock:
            inside -= 1
        line.leave()

    threads = [in_thread(lambda number=number: come(number)) for number in range(20)]
    for thread in threads:
        thread.join()
    assert most == 2
    assert line.free == 2


def test_who_stops_waiting_takes_no_place():
    line = Line(1)
    line.enter(0, never)

    def stop():
        raise Stopped

    with pytest.raises(Stopped):
        line.enter(1, stop)
    assert not line.waiting
    line.leave()
    assert line.enter_at_once()


def test_who_is_called_while_stopping_passes_the_place_on():
    line = Line(1)
    line.enter(0, never)

    def stop():
        line.leave()  # calls the one that is about to stop
        raise Stopped

    with pytest.raises(Stopped):
        line.enter(1, stop)
    assert line.free == 1


def test_a_turn_within_a_turn_is_the_same(lines):
    with turns.turn(never) as outer:
        with turns.turn(never) as inner:
            assert inner is outer
        assert lines[0].free == 0
    assert lines[0].free == 1


def test_a_turn_ends_with_whatever_ends_it(lines):
    with pytest.raises(Stopped), turns.turn(never):
        raise Stopped
    assert lines[0].free == 1
    with pytest.raises(Stopped), turns.turn(never), turns.rest():
        raise Stopped
    assert lines[0].free == 1


def test_who_rests_lets_others_compute(lines):
    with turns.turn(never):
        with turns.rest():
            assert lines[0].free == 1
        assert lines[0].free == 0


def test_work_that_takes_long_leaves_the_line(lines):
    page, long = lines
    with turns.turn(never) as turn:
        turn.go_on(MOMENT / 2, 0.0)
        turn.go_on(MOMENT * 1.5, 0.5)  # it is done soon
        assert turn.place is page
        turn.go_on(MOMENT * 1.5, 0.1)
        assert turn.place is long
        assert (page.free, long.free) == (1, 0)
        turn.go_on(100.0, 0.5)  # as long as it takes
        turn.back()
        assert (page.free, long.free) == (0, 1)


def test_work_that_never_gets_done_leaves_the_line(lines):
    with turns.turn(never) as turn:
        turn.go_on(LONG * 1.01, 1.0)
        assert turn.place is lines[1]


def test_long_work_stops_where_there_is_no_place_for_it(lines):
    with turns.aside(), turns.turn(never) as turn, pytest.raises(OutgrownError):
        turn.go_on(LONG + 1, 0.9)
    assert [line.free for line in lines] == [1, 1]


def test_two_huge_experiments_hold_nobody_up(lines):
    """One is in the place for long work, one waits for it; a short one is through at once all the same."""
    done = threading.Event()

    def huge():
        with turns.turn(never) as turn:
            try:
                while not done.wait(0.01):
                    turn.go_on(LONG + 1, 0.1)
            except OutgrownError:
                turn.take(turns.long)

    threads = [in_thread(huge)]
    wait_until(lambda: lines[1].free == 0)
    threads.append(in_thread(huge))
    wait_until(lambda: lines[1].waiting)
    with turns.turn(never):
        pass
    assert lines[1].waiting
    done.set()
    for thread in threads:
        thread.join()
    assert [line.free for line in lines] == [1, 1]


def test_a_stopwatch_counts_what_this_process_computed():
    watch = turns.Stopwatch()
    time.sleep(0.2)
    assert watch.seconds() < 0.1
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    assert watch.seconds() >= 0.05


def test_cores_are_those_that_the_process_may_use(monkeypatch, tmp_path):
    limit = tmp_path / "cpu.max"
    monkeypatch.setattr(turns, "CGROUP", limit)
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(8)), raising=False)
    assert cores() == 8
    for text, expected in (("max 100000", 8), ("250000 100000", 2), ("50000 100000", 1), ("1600000 100000", 8)):
        limit.write_text(text)
        assert cores() == expected


def test_turns_are_numbered_as_they_come():
    assert Turn(never).number < Turn(never).number
