import threading

import pytest

from nnviz.analysis.words import number
from nnviz.core.experiment import Experiment
from nnviz.core.training import train, train_together
from nnviz.ui.state.state import DEFAULT_A, Comparison
from nnviz.ui.work import compute, turns, workers
from nnviz.ui.work.compute import CLOSER, traces_of, verdicts
from nnviz.ui.work.results import Results

pytestmark = pytest.mark.usefixtures("here")

QUICK = {"epochs": 2, "samples": 40, "snapshots": 3}


def traces(count):
    return [train(Experiment(seed=seed, **QUICK)) for seed in range(count)]


def test_results_are_told_apart_by_work_and_arguments(monkeypatch):
    monkeypatch.setattr(compute, "_results", Results())
    calls = []

    def double(number, on_progress):
        calls.append(number)
        return 2 * number

    def triple(number, on_progress):
        return 3 * number

    found = [compute.result_of("Counting", work, n) for work, n in ((double, 1), (double, 2), (triple, 1), (double, 1))]
    assert found == [2, 4, 3, 2]
    assert calls == [1, 2]


def test_results_can_be_remembered_in_a_store_apart(monkeypatch):
    monkeypatch.setattr(compute, "_results", Results())
    store = Results()

    def double(number, on_progress):
        return 2 * number

    assert compute.known(double, 1, store=store) is None
    assert compute.result_of("Counting", double, 1, store=store) == 2
    assert compute.known(double, 1, store=store) == 2
    assert compute.known(double, 1) is None
    assert not compute._results.kept


@pytest.fixture
def trained(monkeypatch):
    """What was trained, in one go each."""
    trained = []
    monkeypatch.setattr(compute, "_results", Results())

    def noted(experiments, on_progress):
        trained.append(list(experiments))
        return train_together(experiments)

    monkeypatch.setattr(compute, "train_together", noted)
    return trained


def closely(experiment):
    return experiment.replace(snapshots=CLOSER * experiment.snapshots)


def test_equal_sides_are_trained_once(trained):
    same = DEFAULT_A.replace(**QUICK)
    a, b = traces_of(Comparison(same, same))
    assert a is b
    assert trained == [[closely(same)]]  # and recorded more closely


def test_sides_that_differ_in_their_starts_are_trained_in_one_go_and_only_what_is_new(trained):
    a, b, c = (DEFAULT_A.replace(**QUICK, seed=seed) for seed in range(3))
    pair = traces_of(Comparison(a, b))
    assert [trace.experiment for trace in pair] == [a, b]
    assert [trace.experiment for trace in traces_of(Comparison(b, c))] == [b, c]
    traces_of(Comparison(c, a))
    assert trained == [[closely(a), closely(b)], [closely(c)]]


def test_sides_that_differ_in_more_are_trained_one_by_one(trained):
    a, b = DEFAULT_A.replace(**QUICK), DEFAULT_A.replace(**QUICK, learning_rate=0.1)
    assert [trace.experiment for trace in traces_of(Comparison(a, b))] == [a, b]
    assert trained == [[closely(a)], [closely(b)]]


def test_as_many_moments_are_kept_as_were_asked_for():
    pair = Comparison(DEFAULT_A.replace(epochs=20, snapshots=9), DEFAULT_A.replace(seed=1, epochs=20, snapshots=9))
    for trace, experiment in zip(traces_of(pair), (pair.a, pair.b), strict=True):
        assert trace.experiment == experiment
        assert len(trace.steps) == 9
        assert trace.steps[[0, -1]].tolist() == [0, experiment.total_steps]


def test_before_training_there_is_no_verdict():
    trace = train(Experiment(**QUICK))
    start = float(trace.train_loss[0, 0])
    assert verdicts([trace.until(0)] * 2) == [f"Not trained yet: loss {number(start)}."] * 2


def test_a_stop_ends_the_turn(monkeypatch):
    monkeypatch.setattr(compute, "_results", Results())

    def unwanted(on_progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute.result_of("Working", unwanted)
    assert turns.page.free == turns.page.places
    assert not compute._results.begun


@pytest.mark.parametrize("error", [workers.LostError, MemoryError])
def test_want_of_memory_is_told_in_a_sentence(monkeypatch, error):
    monkeypatch.setattr(compute, "_results", Results())
    said = []
    monkeypatch.setattr(compute.st, "empty", lambda: Place(said))
    monkeypatch.setattr(compute.st, "stop", lambda: said.append("stop"))

    def too_much(on_progress):
        raise error

    with pytest.raises(error):
        compute.result_of("Working", too_much)
    assert said[0].startswith("The computer has not enough memory left for this.")
    assert said[1] == "stop"


def test_what_many_ask_for_is_done_once(monkeypatch):
    monkeypatch.setattr(compute, "_results", Results())
    calls, found = [], []

    def slow(on_progress):
        calls.append(threading.get_ident())
        threading.Event().wait(0.01)
        on_progress(0.0)
        threading.Event().wait(0.1)
        return "done"

    at_once([lambda: found.append(compute.result_of("Working", slow))] * 5)
    assert found == ["done"] * 5
    assert len(calls) == 1


def test_what_one_gave_up_another_does(monkeypatch):
    monkeypatch.setattr(compute, "_results", Results())
    calls = []

    def slow(on_progress):
        calls.append(0)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return "done"

    with pytest.raises(KeyboardInterrupt):
        compute.result_of("Working", slow)
    assert compute.result_of("Working", slow) == "done"


class Place:
    """A place on a page."""

    def __init__(self, said):
        self.caption = self.error = said.append

    def progress(self, share, words):
        pass

    def empty(self):
        pass


def at_once(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_verdict_knows_how_far_the_other_side_came_on_the_same_data():
    xor = {"dataset": "xor", "noise": 0.0, "samples": 16, "hidden": (2,), "batch_size": None, "learning_rate": 0.5}
    runs = [train(Experiment(**xor, epochs=3000, snapshots=30, seed=seed)) for seed in range(6)]
    worst, *_, best = sorted(runs, key=lambda trace: -trace.train_loss[0, -1])
    elsewhere = train(Experiment(**QUICK))
    assert "another start reached" in verdicts([worst, best])[0]
    assert "another start reached" not in verdicts([best, worst])[0]
    assert "another start reached" not in verdicts([worst, elsewhere])[0]


@pytest.mark.parametrize("palette", ["light", "dark"])
def test_figures_are_drawn_once(palette):
    pair = Comparison(DEFAULT_A.replace(**QUICK), DEFAULT_A.replace(**QUICK, seed=1))
    found = traces_of(pair)
    first = compute.figures(pair, palette, False, 0, (2, 2), found)
    assert compute.figures(pair, palette, False, 0, (2, 2), found) is first
    assert compute.figures(pair, palette, True, 0, (2, 2), found) is not first
    assert compute.figures(pair, palette, False, 0, (1, 1), found) is not first
