"""The section about solutions, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import nnviz
from nnviz.core.experiment import Experiment
from nnviz.pages.restarts.solutions import _amount, playground_query
from nnviz.ui import page
from nnviz.ui.state.state import Comparison
from tests.ui.apptest import settled

XOR = {
    "dataset": "xor", "samples": 8, "noise": 0.0, "hidden": (2,), "batch_size": None, "learning_rate": 0.5,
    "epochs": 1000, "restarts": 30, "snapshots": 2,
}  # fmt: skip


def frame(**changes):
    import streamlit as st

    from nnviz.core.experiment import Experiment
    from nnviz.pages.restarts import solutions
    from nnviz.ui import page
    from nnviz.ui.work import compute

    def body():
        trace = compute.trace_of(Experiment(**{**changes, **st.session_state.get("changes", {})}))
        solutions.solutions(trace, "light", st.session_state.get("alike", 0.1))

    pages = [
        st.Page(body, title="Solutions", default=True, url_path="solutions"),
        st.Page(page.PLAYGROUND, title="Playground", url_path="playground"),
    ]
    st.navigation(pages, position="hidden").run()


@pytest.fixture(autouse=True)
def pages(monkeypatch):
    """Pages are found from any script."""
    root = Path(nnviz.__file__).parents[1]
    monkeypatch.setattr(page, "PLAYGROUND", str(root / page.PLAYGROUND))


def opened(**changes):
    app = AppTest.from_function(frame, default_timeout=60, kwargs={**XOR, **changes})
    return settled(app.run())


def words(app):
    return " ".join(element.value for element in app.get("html"))


def test_the_section_shows_pictures_numbers_links_and_two_matched_runs():
    app = opened()
    assert [header.value for header in app.subheader] == ["Are two runs the same network?"]
    assert len(app.get("plotly_chart")) == 3
    assert "30 runs found" in words(app)
    assert "2 units can be named and flipped in 8 ways." in words(app)
    assert "nearly the same network" in words(app)
    assert len(app.get("page_link")) > 2


def test_two_other_runs_can_be_chosen():
    app = opened()
    before = (app.number_input(key="solutions.first").value, app.number_input(key="solutions.second").value)
    assert before[0] != before[1]
    settled(app.number_input(key="solutions.second").set_value(before[0]).run())
    assert f"Seeds {before[0]} and {before[0]} are the same network." in words(app)


def test_other_runs_bring_their_own_two():
    app = opened()
    app.session_state["changes"] = {"restarts": 4, "seed": 900}
    settled(app.run())
    chosen = {app.number_input(key=f"solutions.{name}").value for name in ("first", "second")}
    assert chosen <= {900, 901, 902, 903}


def test_a_stricter_threshold_finds_more():
    app = opened()
    app.session_state["alike"] = 0.0001
    settled(app.run())
    assert "differ by no more than 0.0001 on average" in words(app)


@pytest.mark.parametrize(
    "changes",
    [
        {"restarts": 1},
        {"restarts": 2, "kernel_initializer": "zeros"},
        {"dataset": "iris", "samples": 150, "epochs": 3, "hidden": (4, 3)},
        {"dataset": "digits", "samples": 200, "epochs": 2, "restarts": 3, "hidden": ()},
        {"dataset": "line_and_bump", "samples": 60, "epochs": 5, "activation": "relu"},
        {
            "dataset": "moons", "samples": 60, "hidden": (64,) * 4, "activation": "relu", "restarts": 2, "epochs": 3,
            "kernel_initializer": "random_normal(stddev=1)", "learning_rate": 100.0,
        },
    ],
    ids=str,
)  # fmt: skip
def test_any_runs_are_shown(changes):
    app = opened(**changes)
    assert 'class="finding"' in words(app)


def test_a_run_opens_in_the_playground_as_one_run_beside_another():
    experiment = Experiment(restarts=30, snapshots=2, hidden=(3,))
    shown, sentences = Comparison.from_query(playground_query(experiment, 4, 9))
    assert sentences == []
    assert (shown.a, shown.b) == (Experiment(hidden=(3,), seed=4), Experiment(hidden=(3,), seed=9))


def test_ways_beyond_counting_are_named_by_their_power_of_ten():
    assert _amount(10_321_920) == "10,321,920"
    assert _amount(10**37) == "about 10³⁷"
    assert _amount(2**50_000) == "about 10¹⁵⁰⁵¹"
