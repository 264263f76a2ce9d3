import pytest

from nnviz.core.experiment import Experiment
from nnviz.core.training import train
from nnviz.figures.playground.loss import plot_loss
from nnviz.figures.style.template import LIGHT
from nnviz.ui.work import results
from nnviz.ui.work.results import SMALL, Results, drawn_once, size

QUICK = {"epochs": 2, "samples": 40, "snapshots": 3}


@pytest.fixture
def drawn(monkeypatch):
    """A store of this test's own."""
    store = Results()
    monkeypatch.setattr(results, "drawn", store)
    return store


def traces(count):
    return [train(Experiment(seed=seed, **QUICK)) for seed in range(count)]


def test_the_oldest_results_go_first():
    store = Results(most=2)
    store.put("first", 1)
    store.put("second", 2)
    assert store.get("first") == 1
    store.put("third", 3)
    assert store.get("second") is None
    assert store.get("first") == 1


def test_results_are_kept_up_to_a_number_of_bytes():
    first, second = traces(2)
    arrays = sum(
        array.nbytes for value in (*vars(first).values(), *vars(first.dataset).values())
        for array in (value if isinstance(value, tuple) else (value,)) if hasattr(array, "nbytes")
    )  # fmt: skip
    assert arrays < size(first) < arrays + 100 * SMALL
    store = Results(most_bytes=size(first) + SMALL)
    store.put(0, first)
    store.put(0, first)  # again: counted once
    assert store.get(0) is first
    store.put(1, second)
    assert store.get(0) is None
    assert store.get(1) is second


def test_keys_count_too():
    store = Results()
    store.put(b"k" * 1000, 1)
    assert store.bytes == 1000 + 2 * SMALL


def test_a_figure_counts_with_what_is_sent_of_it():
    figure = plot_loss(traces(1), LIGHT)
    sent = len(figure.plot.to_json())
    assert 0.5 * sent < size(figure.spec) < 10 * sent
    assert size(figure) > size(figure.spec)


def test_what_is_drawn_is_remembered_by_its_arguments(drawn):
    calls = []

    @drawn_once
    def draw(what, theme="light", *, _from=None):
        calls.append((what, theme))
        return [what, theme]

    first = draw("a", _from=1)
    assert draw("a", _from=2) is first
    assert draw(what="a") is first
    assert draw("a", "dark") is not first
    assert draw("b") is not first
    assert calls == [("a", "light"), ("a", "dark"), ("b", "light")]


def test_two_that_draw_are_told_apart(drawn):
    assert drawn_once(lambda what: 1)("a") == 1
    assert drawn_once(lambda what: 2)("a") == 2


def test_rooms_are_bounded_together_and_the_one_unused_for_longest_is_emptied(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(results.time, "monotonic", lambda: next(clock))
    rooms = results.Rooms(most_bytes=3000, most_each=2000)
    first, second, third = (rooms.new(0, 0) for _ in range(3))
    for room in (first, second):
        room.put("a", "x" * 800)  # with its key some 1,200 bytes
    assert first.get("a")
    third.put("a", "x" * 800)
    assert (second.get("a"), bool(first.get("a")), bool(third.get("a"))) == (None, True, True)
    assert rooms.bytes == first.bytes + third.bytes <= 3000
    first.put("b", "x" * 1500)  # too much for one room: its own oldest goes
    assert first.get("a") is None
    assert first.get("b")


def test_what_is_held_beside_results_is_bounded_and_freed_with_its_room():
    rooms = results.Rooms(most_bytes=1000, most_each=1000)
    first = rooms.new(60, 100)
    with pytest.raises(results.FullError):
        rooms.new(41, 100)
    instead = rooms.new(90, 100, instead=first)
    assert len(rooms) == 2
    del first
    assert (len(rooms), rooms.bytes) == (1, 90)
    del instead
    assert rooms.new(100, 100).beside == 100
