"""What a page does is counted, whatever comes of it."""

from contextlib import nullcontext

import pytest
from streamlit.runtime.scriptrunner import StopException

from nnviz.ui.server import counters, observed
from tests.counting import calls_of


class PostponedError(Exception):
    pass


def value(name, **labels):
    return counters.REGISTRY.get_sample_value(f"nnviz_{name}", labels) or 0.0


@pytest.fixture
def told(monkeypatch):
    """The events that would go into the log."""
    events = []
    monkeypatch.setattr(observed.log, "tell", lambda event, level=20, **facts: events.append((event, facts)))
    return events


@pytest.mark.parametrize(
    ("raised", "outcome"), [(None, "finished"), (ValueError, "failed"), (StopException, "ended early")]
)
def test_a_run_of_a_page_is_counted_by_how_it_ended(told, raised, outcome):
    before, taken = value("page_runs_total", page="some", outcome=outcome), value("page_seconds_count")
    with pytest.raises(raised) if raised else nullcontext(), observed.page_run("some", "1a"):
        if raised:
            raise raised
    assert value("page_runs_total", page="some", outcome=outcome) == before + 1
    assert value("page_seconds_count") == taken + (raised is None)
    assert told[-1][1]["outcome"] == outcome


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [(None, "finished"), (ValueError, "failed"), (StopException, "given up"), (PostponedError, "postponed")],
)
def test_a_training_is_counted_by_how_it_ended_and_while_it_goes_on(told, monkeypatch, raised, outcome):
    monkeypatch.setattr(observed.time, "monotonic", lambda: 1.0)
    before, running = value("trainings_total", outcome=outcome), value("trainings_running")
    taken = value("training_seconds_count")
    with pytest.raises(raised) if raised else nullcontext(), observed.training("train", PostponedError):
        assert value("trainings_running") == running + 1
        if raised:
            raise raised
    assert value("trainings_running") == running
    assert value("trainings_total", outcome=outcome) == before + 1
    assert value("training_seconds_count") == taken + (raised is None)
    assert told == [("training", {"work": "train", "outcome": outcome, "ms": 0})]


def test_a_run_of_a_page_knows_how_long_it_waited_and_trained(told, monkeypatch):
    now = 0.0
    monkeypatch.setattr(observed.time, "monotonic", lambda: now)
    waited, waits, waiting = value("wait_seconds_sum"), value("wait_seconds_count"), value("waiting")
    with observed.page_run("some", None):
        for seconds in (0.25, 3.0):
            with observed.waiting():
                assert value("waiting") == waiting + 1
                now += seconds
        with observed.training("train"):
            now += 2.0
    assert value("waiting") == waiting
    assert value("wait_seconds_sum") == waited + 3.25
    assert value("wait_seconds_count") == waits + 2
    assert told[-1] == ("slow page", {"outcome": "finished", "ms": 5250, "waited_ms": 3250, "trained_ms": 2000})


def test_all_of_it_is_little_work():
    """Less than a millisecond: a page makes a hundred thousand calls."""

    def page():
        with observed.page_run("some", "1a"):
            for _ in range(2):
                counters.MISSES.inc()
                with observed.waiting(), observed.training("train"):
                    pass

    assert calls_of(page) < 1000
