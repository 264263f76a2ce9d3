"""The restart page's logic, without a browser."""

from functools import partial

import pytest
import streamlit as st

from nnviz.analysis.restarts import restarts as analysis
from nnviz.core.experiment import MOST_SEED
from nnviz.pages.restarts import lab as restarts_lab
from nnviz.pages.restarts.lab import LAB, PRESETS, playground_query
from nnviz.ui.state.state import Comparison
from nnviz.ui.work import compute
from nnviz.ui.work.results import Results
from tests.ui import apptest
from tests.ui.apptest import control, query, settled, texts

QUICK = {"learning_rate": "0.3", "epochs": "20", "runs": "6"}  # AppTest cannot run again with a rate of one's own
GLOROT, WIDE = "glorot_uniform", "random_normal(stddev=5.0)"

opened = partial(apptest.opened, restarts_lab.PAGE)


@pytest.fixture(autouse=True)
def trainings(monkeypatch, here):
    """Nothing is remembered from other tests. Gives what has been trained: start, first seed, runs."""
    monkeypatch.setattr(restarts_lab, "_store", Results())
    monkeypatch.setattr(compute, "_results", Results())
    noted = []

    def train_portion(part, on_progress=None):
        noted.append((str(part.kernel_initializer), part.seed, part.restarts))
        return analysis.train_portion(part, on_progress)

    monkeypatch.setattr(restarts_lab, "train_portion", train_portion)
    return noted


CHARTS = [
    f"chart-{name}" for name in ("losses-A", "losses-B", "final-losses", "interval", "chance-of-a-success", "best-of-k")
]


def test_the_page_opens_with_both_statements_the_comparison_all_charts_and_the_numbers(trainings):
    app = opened()
    assert app.title[0].value == "How often does a start succeed?"
    (verdict,) = texts(app, "verdict")
    assert "130 of 200 runs end below 0.1: 65 % (95 % interval 58 to 71 %)." in verdict
    assert "58 of 200 runs end below 0.1: 29 % (95 % interval 23 to 36 %)." in verdict
    assert "A succeeds more often, by 36 points" in texts(app, "finding")[0]
    charts = app.get("plotly_chart")
    assert [chart.key for chart in charts[:6]] == CHARTS
    assert len(charts) > 6  # and the distinct solutions
    assert all(chart.proto.alt for chart in charts)
    assert "none of them lies within half a deviation" in "".join(element.value for element in app.get("html"))
    assert len(texts(app, "numbers")) == 2
    assert not texts(app, "remarks")
    assert query(app) == {}
    assert trainings == [(GLOROT, 0, 200), (WIDE, 0, 200)]


def test_another_threshold_trains_nothing_and_changes_the_statement(trainings):
    app = opened(**QUICK)
    before = list(trainings)
    assert len(before) == 2
    settled(app.number_input(key="restarts.threshold").set_value(1000.0).run())
    assert "All 6 runs end below 1,000" in texts(app, "verdict")[0]
    assert trainings == before
    assert query(app) == QUICK | {"threshold": "1000.0"}


def test_more_seeds_train_only_what_is_missing(trainings):
    app = opened(**QUICK)
    settled(app.number_input(key="restarts.runs").set_value(10).run())
    assert trainings[2:] == [(GLOROT, 6, 4), (WIDE, 6, 4)]
    assert "of 10 runs" in texts(app, "verdict")[0]
    settled(app.number_input(key="restarts.runs").set_value(3).run())
    assert len(trainings) == 4
    assert "of 3 runs" in texts(app, "verdict")[0]


def test_both_sides_are_trained_in_turn_and_equal_ones_once(trainings, monkeypatch):
    monkeypatch.setattr(analysis, "MOST_AT_ONCE", 4)
    opened(**QUICK)
    assert trainings == [(GLOROT, 0, 4), (WIDE, 0, 4), (GLOROT, 4, 2), (WIDE, 4, 2)]
    trainings.clear()
    app = opened(**QUICK, seed="50", b_kernel_initializer=GLOROT)
    assert trainings == [(GLOROT, 50, 4), (GLOROT, 54, 2)]
    assert "A and B are the same experiment" in texts(app, "finding")[0]


def test_stop_keeps_what_is_done_and_the_rest_is_trained_on_request(trainings, monkeypatch):
    """The third portion meets a click on Stop, which ends the run of the script and calls its callback."""
    monkeypatch.setattr(analysis, "MOST_AT_ONCE", 2)
    train = restarts_lab.train_portion

    def interrupted(part, on_progress=None):
        if len(trainings) == 2:
            restarts_lab._stop(QUICK)
            st.rerun()
        return train(part, on_progress)

    monkeypatch.setattr(restarts_lab, "train_portion", interrupted)
    app = opened(**QUICK)
    assert trainings == [(GLOROT, 0, 2), (WIDE, 0, 2)]
    assert "4 of 12 runs trained, then stopped." in texts(app, "muted")[1]
    assert "of 2 runs" in texts(app, "verdict")[0]
    settled(app.number_input(key="restarts.threshold").set_value(0.5).run())
    assert len(trainings) == 2  # a change of the threshold does not train on
    monkeypatch.setattr(restarts_lab, "train_portion", train)
    settled(app.button(key="restarts_resume").click().run())
    assert trainings[2:] == [(GLOROT, 2, 2), (WIDE, 2, 2), (GLOROT, 4, 2), (WIDE, 4, 2)]
    assert "of 6 runs" in texts(app, "verdict")[0]


def test_stopped_before_anything_was_done_the_page_offers_to_train(monkeypatch):
    def stopped(part, on_progress=None):
        restarts_lab._stop(LAB.to_query(LAB.base))
        st.rerun()

    monkeypatch.setattr(restarts_lab, "train_portion", stopped)
    app = opened()
    assert "0 of 400 runs trained, then stopped." in texts(app, "muted")[1]
    assert app.button(key="restarts_resume")
    assert not app.get("plotly_chart")
    assert len(app.get("page_link")) == len(restarts_lab.PRESETS)  # the way on stays


def test_a_changed_control_trains_again_after_a_stop(trainings):
    app = opened(**QUICK)
    trainings.clear()
    app.session_state["restarts.stopped"] = query(app)
    settled(app.number_input(key="restarts.a.epochs").set_value(21).run())
    assert len(trainings) == 2


def test_a_link_fills_the_controls():
    link = {
        "dataset": "moons", "samples": "40", "noise": "0.1", "hidden": "3", "epochs": "4", "runs": "3",
        "threshold": "0.5", "b_activation": "relu", "b_kernel_initializer": "zeros",
    }  # fmt: skip
    app = opened(**link)
    assert app.number_input(key="restarts.runs").value == 3
    assert app.number_input(key="restarts.threshold").value == 0.5
    assert app.selectbox(key="restarts.b.activation").value == "relu"
    assert query(app) == link
    assert "of 3 runs" in texts(app, "verdict")[0]


def test_a_mangled_link_opens_with_sentences_and_defaults():
    app = opened(runs="9999", threshold="nan", wings="2", activation="<b>bold</b>", snapshots="3", epochs="20")
    (remarks,) = texts(app, "remarks")
    assert remarks.count("<p>") == 5
    assert "&lt;b&gt;bold&lt;/b&gt;" in remarks
    assert app.number_input(key="restarts.runs").value == 200
    assert app.number_input(key="restarts.a.epochs").value == 20


def test_too_much_work_is_said_and_the_last_picture_stays():
    link = {"samples": "20000"} | QUICK | {"epochs": "1", "runs": "2"}
    app = opened(**link)
    before = texts(app, "verdict")
    settled(app.text_input(key="restarts.a.hidden").set_value("256, 256").run())
    assert "that is allowed: lower one of them." in texts(app, "remarks")[0]
    assert texts(app, "verdict") == before
    assert query(app) == link


def test_there_are_no_seeds_beyond_the_last():
    app = opened(epochs="20", runs="5", seed=str(MOST_SEED - 1))
    assert "of 2 runs" in texts(app, "verdict")[0]


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.label for preset in PRESETS])
def test_every_preset_is_a_link_as_the_page_writes_it(preset):
    choice, sentences = LAB.linked.from_query(preset.query)
    assert sentences == []
    assert LAB.linked.to_query(choice) == preset.query
    labels = preset.label.removeprefix("moons: ").split(" · ")
    assert len(labels) == 2
    assert choice.comparison.a != choice.comparison.b


def test_a_run_opens_in_the_playground_as_a_beside_the_same_run_of_b():
    a, b = LAB.base.a, LAB.base.b.replace(seed=100)
    found, sentences = Comparison.from_query(playground_query(Comparison(a, b), 7))
    assert sentences == []
    assert (found.a, found.b) == (a.replace(seed=7), b.replace(seed=107))


def test_the_menu_of_seeds_names_how_each_run_ends():
    app = opened(**QUICK)
    menu = app.selectbox(key="restarts_seed")
    assert len(menu.options) == 6
    assert menu.options[4].startswith("seed 4: ends at A 0.")
    settled(menu.set_value(4).run())


def test_charts_of_either_axis_are_drawn():
    app = opened(**QUICK)
    settled(app.toggle(key="restarts.log").set_value(True).run())
    assert [chart.key for chart in app.get("plotly_chart")][:6] == CHARTS


def test_real_targets_and_runs_that_all_diverge_open():
    app = opened(dataset="line_and_bump", samples="40", learning_rate="9.0", activation="relu", epochs="20", runs="4")
    assert "4 runs diverged." in texts(app, "verdict")[0]
    assert [chart.key for chart in app.get("plotly_chart")][:6] == CHARTS


def test_coming_back_from_another_page_the_controls_are_filled_again():
    app = opened(**QUICK)
    app.session_state["away"] = True  # Streamlit forgets the controls of a page that was left
    assert not settled(app.run()).number_input
    app.session_state["away"] = False
    settled(app.run())
    assert control(app, "restarts.runs").value == 6
    assert query(app) == QUICK


def test_the_link_and_all_runs_can_be_taken_home():
    app = opened(**QUICK)
    assert not app.get("download_button")
    app.session_state["restarts.takeaway"] = True
    settled(app.run())
    assert len(app.get("download_button")) == 6
    assert "learning_rate=0.3&epochs=20&runs=6" in app.code[0].value


def test_the_distinct_solutions_are_those_of_a_or_of_b():
    app = opened(**QUICK)
    assert app.header[-1].value == "Which solutions were found?"
    links = [link.proto.query_string for link in app.get("page_link")]
    assert any("kernel_initializer=glorot_uniform" in link and "b_seed" in link for link in links)
    app.session_state["restarts.distinct"] = "B random normal, stddev 5"
    settled(app.run())
    links = [link.proto.query_string for link in app.get("page_link")]
    assert any("stddev%3D5" in link and "b_seed" in link for link in links)


def test_long_trainings_are_not_done_again_unasked(monkeypatch):
    monkeypatch.setattr(restarts_lab, "quick", lambda experiment, runs: False)
    app = opened(**QUICK)
    assert len(app.get("plotly_chart")) == 6
    settled(app.toggle(key="restarts.compare").set_value(True).run())
    assert len(app.get("plotly_chart")) > 6
