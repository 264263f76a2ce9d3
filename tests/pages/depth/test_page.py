"""The depth lab's logic, without a browser."""

from functools import partial

import pytest

from nnviz.analysis.depth.signal import FIELDS, SignalSpec
from nnviz.core import activations, initializers
from nnviz.pages.depth import controls as depth_controls
from nnviz.pages.depth.controls import PRESETS, from_query, to_query
from tests.ui import apptest
from tests.ui.apptest import control, query, settled, texts

QUICK = {"depth": "4", "width": "8", "rows": "32", "seeds": "2"}

opened = partial(apptest.opened, depth_controls.PAGE)


def test_the_page_opens_with_a_verdict_all_charts_and_the_numbers():
    app = opened()
    assert app.title[0].value == "What happens to a signal in a deep network?"
    (verdict,) = texts(app, "verdict")
    assert "Fades" in verdict
    assert "after 30 layers 1 part in" in verdict
    charts = app.get("plotly_chart")
    assert len(charts) == 6
    assert all(chart.proto.alt for chart in charts)
    assert len(texts(app, "numbers")) == 2
    assert not texts(app, "remarks")
    assert query(app) == {}


def test_a_changed_control_changes_verdict_and_url():
    app = opened()
    settled(app.selectbox(key="depth.kernel_initializer").set_value("he_normal").run())
    assert "Gets through" in texts(app, "verdict")[0]
    assert query(app) == {"kernel_initializer": "he_normal"}
    settled(app.slider(key="depth.depth").set_value(10).run())
    assert query(app) == {"kernel_initializer": "he_normal", "depth": "10"}
    settled(app.selectbox(key="depth.kernel_initializer").set_value("glorot_uniform").run())
    assert query(app) == {"depth": "10"}


def test_a_parameter_of_a_start_reaches_the_url():
    app = opened(**QUICK, kernel_initializer="random_normal")
    settled(app.number_input(key="depth.kernel_initializer.random_normal.stddev").set_value(1.0).run())
    assert query(app)["kernel_initializer"] == "random_normal(stddev=1.0)"


def test_a_link_fills_the_controls():
    spec = SignalSpec(
        depth=7, width=9, activation="gelu", kernel_initializer="perturbed(epsilon=0.5)", rows=16, seeds=3,
        bias_initializer="random_uniform(minval=-0.5)", data="moons", seed=4,
    )  # fmt: skip
    assert from_query(to_query(spec)) == (spec, [])
    app = opened(**to_query(spec))
    for name in FIELDS:
        assert app.session_state[f"depth.{name}"] == getattr(spec, name)
    assert app.number_input(key="depth.kernel_initializer.perturbed.epsilon").value == 0.5
    assert app.number_input(key="depth.bias_initializer.random_uniform.minval").value == -0.5
    assert query(app) == to_query(spec)


def test_a_changed_url_wins_over_the_controls():
    app = opened(**QUICK)
    app.query_params["kernel_initializer"] = "zeros"
    settled(app.run())
    assert control(app, "depth.kernel_initializer").value == "zeros"
    assert "Lost" in texts(app, "verdict")[0]


def test_a_mangled_link_opens_with_sentences_and_defaults():
    app = opened(depth="many", activation="<b>bold</b>", wings="2", kernel_initializer="best(", seeds="3")
    (remarks,) = texts(app, "remarks")
    assert remarks.count("<p>") == 4
    assert "&lt;b&gt;bold&lt;/b&gt;" in remarks
    assert app.slider(key="depth.depth").value == 30
    assert app.number_input(key="depth.seeds").value == 3
    settled(app.number_input(key="depth.seeds").set_value(2).run())
    assert not texts(app, "remarks")
    assert query(app) == {"seeds": "2"}


def test_a_link_that_asks_for_too_much_keeps_what_it_can():
    spec, sentences = from_query({"width": "512", "depth": "64", "seeds": ["3", "30"], "activation": "tanh"})
    assert spec == SignalSpec(activation="tanh")
    assert "times the work that is allowed" in sentences[0]


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e999", "-1", "9" * 5000, "\x00", "zeros(", "constant(value=)"])
def test_no_text_breaks_a_link(text):
    for name in (*FIELDS, "kernel_initializer", "bias_initializer", "other"):
        spec, sentences = from_query({name: text})
        assert spec == SignalSpec()
        assert len(sentences) == 1


def test_too_much_work_is_said_and_the_last_picture_stays():
    app = opened()
    before = texts(app, "verdict")
    settled(app.number_input(key="depth.width").set_value(512).run())
    assert "times the work that is allowed: lower one of them." in texts(app, "remarks")[0]
    assert texts(app, "verdict") == before
    assert query(app) == {}


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.label for preset in PRESETS])
def test_every_preset_is_a_link_as_the_page_writes_it(preset):
    spec, sentences = from_query(preset.query)
    assert sentences == []
    assert to_query(spec) == preset.query


def test_the_presets_show_the_false_sentences():
    starts = [from_query(preset.query)[0].kernel_initializer for preset in PRESETS]
    assert initializers.get("positive_uniform(high=0.1)") in starts
    assert initializers.get("random_normal(stddev=0.05)") in starts
    assert len({str(sorted(preset.query.items())) for preset in PRESETS}) == len(PRESETS)


def test_every_initializer_and_activation_opens():
    app = opened(**QUICK)
    for key in initializers.registry:
        settled(app.selectbox(key="depth.kernel_initializer").set_value(key).run())
        assert len(texts(app, "verdict")) == 1
    for key in activations.registry:
        settled(app.selectbox(key="depth.activation").set_value(key).run())
        assert len(texts(app, "verdict")) == 1


def test_coming_back_from_another_page_the_controls_are_filled_again():
    app = opened(**QUICK)
    app.session_state["away"] = True  # Streamlit forgets the controls of a page that was left
    assert not settled(app.run()).slider
    app.session_state["away"] = False
    settled(app.run())
    assert control(app, "depth.depth").value == 4
    assert query(app) == QUICK


def test_the_link_and_the_numbers_of_every_chart_can_be_taken_home():
    app = opened(**QUICK)
    assert not app.get("download_button")
    app.session_state["depth.takeaway"] = True
    settled(app.run())
    assert len(app.get("download_button")) == 6
    assert "depth=4&width=8&rows=32&seeds=2" in app.code[0].value
