"""The controls of a page of one's own: fields of an experiment or a pair, settings, and the link to both."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest

from nnviz.core.experiment import Experiment
from nnviz.core.registry import Parameter
from nnviz.ui.state.controls import Controls
from nnviz.ui.state.state import MOST_SENTENCES, Comparison, Linked
from tests.ui.apptest import control, query, settled

XOR = Experiment(dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None)
RUNS = Parameter(name="runs", kind=int, default=20, low=1, high=50, label="runs", note="How many.")
POWER = Parameter(name="power", kind=int, default=-3, low=-16, high=0, label="power", note="Of ten.")
SECTIONS = {"Network": ("hidden", "activation"), "Training": ("learning_rate",)}


def single():
    import streamlit as st

    from nnviz.core.experiment import Experiment
    from nnviz.core.registry import Parameter
    from nnviz.ui.state.controls import Controls

    runs = Parameter(name="runs", kind=int, default=20, low=1, high=50, label="runs", note="How many.")
    power = Parameter(name="power", kind=int, default=-3, low=-16, high=0, label="power", note="Of ten.")
    xor = Experiment(dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None)
    sections = {"Network": ("hidden", "activation"), "Training": ("learning_rate",)}
    controls = Controls("lab", xor, sections, more=(), settings=(runs, power), sliders={"power": "10^{}".format})
    choice = controls.sidebar()
    st.session_state["seen"] = (choice.experiment.to_json(), dict(choice.settings), list(choice.problems))


def opened(**query):
    app = AppTest.from_function(single, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return settled(app.run())


def seen(app):
    text, settings, problems = app.session_state["seen"]
    return Experiment.from_json(text), settings, problems


def test_an_empty_link_shows_the_page_s_own_experiment():
    app = opened()
    assert seen(app) == (XOR, {"runs": 20, "power": -3}, [])
    assert query(app) == {}
    assert not app.multiselect  # no B to differ


def test_fields_and_settings_reach_the_url_as_differences():
    app = opened()
    settled(app.number_input(key="lab.runs").set_value(7).run())
    settled(app.text_input(key="lab.a.hidden").set_value("3").run())
    settled(app.select_slider(key="lab.power").set_value(-8).run())
    assert query(app) == {"runs": "7", "power": "-8", "hidden": "3"}
    assert seen(app) == (XOR.replace(hidden=(3,)), {"runs": 7, "power": -8}, [])
    settled(app.number_input(key="lab.runs").set_value(20).run())
    assert query(app) == {"power": "-8", "hidden": "3"}


def test_a_link_fills_the_controls():
    app = opened(runs="9", activation="relu", kernel_initializer="listed(values=1 -2)", seed="4")
    assert app.number_input(key="lab.runs").value == 9
    assert app.text_input(key="lab.a.kernel_initializer.listed.values").value == "1.0 -2.0"
    assert seen(app)[0] == XOR.replace(activation="relu", kernel_initializer="listed(values=1 -2)", seed=4)
    settled(app.text_input(key="lab.a.kernel_initializer.listed.values").set_value("3 0.5").run())
    assert seen(app)[0].kernel_initializer.parameters == {"values": (3.0, 0.5)}


def test_what_is_typed_wrongly_is_said_and_the_last_choice_stays():
    app = opened(kernel_initializer="listed")
    settled(app.text_input(key="lab.a.kernel_initializer.listed.values").set_value("one two").run())
    experiment, _, (problem,) = seen(app)
    assert experiment == XOR.replace(kernel_initializer="listed")
    assert "values='one two': must be 1 to 512 numbers" in problem
    settled(app.text_input(key="lab.a.kernel_initializer.listed.values").set_value("1 2").run())
    assert seen(app)[2] == []


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"runs": "51"}, "runs=51: must be"),
        ({"runs": ["3", "x"]}, "runs='x'"),
        ({"dataset": "moons"}, "there is no such setting here"),  # it has no control on this page
        ({"b_seed": "3"}, "there is no such setting here"),  # there is no B
        ({"restarts": "3"}, "there is no such setting here"),
        ({"seed": "-1"}, "seed="),
    ],
)
def test_what_a_link_asks_in_vain_is_said(link, words):
    choice, sentences = Controls("lab", XOR, SECTIONS, (), settings=(RUNS, POWER)).linked.from_query(link)
    assert choice.experiment == XOR
    assert choice.settings == {"runs": 20, "power": -3}
    (sentence,) = sentences
    assert words in sentence


def test_a_hostile_link_gets_no_more_sentences_than_fit():
    link = {f"wing{i}": "1" for i in range(50)} | {"runs": "x", "power": "y"}
    assert len(Controls("lab", XOR, SECTIONS, (), settings=(RUNS, POWER)).linked.from_query(link)[1]) == MOST_SENTENCES


def test_links_are_lossless():
    lab = Controls("lab", XOR, settings=(RUNS, POWER))
    experiment = XOR.replace(dataset="moons", samples=100, seed=3, hidden=(4, 4), batch_size=16)
    link = lab.to_query(experiment, runs=3, power=-1)
    choice, sentences = lab.linked.from_query(link)
    assert (choice.experiment, choice.settings, sentences) == (experiment, {"runs": 3, "power": -1}, [])
    assert lab.to_query(XOR) == {}


def test_a_pair_s_b_follows_a_but_for_what_sets_the_page_s_own_pair_apart():
    base = Comparison(XOR, XOR.replace(kernel_initializer="random_normal(stddev=5)", learning_rate=0.1))
    lab = Controls("lab", base, settings=(RUNS,))
    assert lab.to_query(base) == {}
    choice, _ = lab.linked.from_query({"hidden": "3", "b_seed": "7"})
    assert choice.comparison.a == base.a.replace(hidden=(3,))
    assert choice.comparison.b == base.b.replace(hidden=(3,), seed=7)
    other = Comparison(base.b, base.a)
    assert lab.linked.from_query(lab.to_query(other, runs=5))[0].comparison == other


@pytest.mark.parametrize("at", [(Controls, "_draw"), (Linked, "keep"), (Linked, "sentences")])
def test_a_second_click_does_not_undo_the_first(monkeypatch, at):
    app = opened(activation="relu")
    as_they_were = WidgetStates(
        widgets=[
            WidgetState(id=app.number_input(key="lab.runs").proto.id, int_value=20),
            WidgetState(id=app.selectbox(key="lab.a.activation").proto.id, string_value="ReLU"),
        ]
    )
    whole = getattr(*at)

    def interrupted(*arguments):
        monkeypatch.setattr(*at, whole)
        if at[1] == "keep":
            whole(*arguments)
        raise RerunException(RerunData(query_string="runs=7", widget_states=as_they_were))

    monkeypatch.setattr(*at, interrupted)
    app.query_params.clear()
    app.query_params["runs"] = "7"
    settled(app.run())
    assert seen(app) == (XOR, {"runs": 7, "power": -3}, [])
    assert control(app, "lab.runs").proto.default == control(app, "lab.runs").value == 7
    assert query(app) == {"runs": "7"}
    settled(control(app, "lab.runs").set_value(8).run())
    assert query(app) == {"runs": "8"}
