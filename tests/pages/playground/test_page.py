"""The page's logic, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from nnviz.core import activations, datasets, initializers, optimizers
from nnviz.ui.state import controls
from nnviz.ui.state.state import DEFAULT_A, Comparison
from tests.ui.apptest import control, query, settled, texts

APP = str(Path(__file__).parents[3] / "app.py")
QUICK = {"epochs": "3", "samples": "60", "snapshots": "4"}


def opened(**query):
    app = AppTest.from_file(APP, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return settled(app.run())


def verdicts(app):
    """Of A and B, at the top."""
    return texts(app, "verdict")[0].split("</p>")[:2]


def test_the_page_opens_with_both_verdicts_the_stage_and_all_charts():
    app = opened()
    assert app.title[0].value == "Why must a network start from random weights?"
    a, b = verdicts(app)
    assert (
        "No hidden weight moved in 200 epochs: 8 units act as 1; the loss stays between 0.693 and 0.696 (a guess: ln"
        in a
    )
    assert "Free. 8 units act as 8; the loss fell from 0.754 to 0.0416" in b
    assert [component.key for component in app.get("bidi_component")].count("stage") == 1
    assert len(app.get("plotly_chart")) == 8
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))
    assert not texts(app, "remarks")
    assert query(app) == {}


def test_another_start_changes_verdict_and_url():
    app = opened()
    settled(app.selectbox(key="playground.a.kernel_initializer").set_value("ones").run())
    assert "Cloned." in verdicts(app)[0]
    assert query(app) == {"kernel_initializer": "ones"}


def test_a_parameter_of_a_start_reaches_the_url():
    app = opened(**QUICK, kernel_initializer="constant")
    settled(app.number_input(key="playground.a.kernel_initializer.constant.value").set_value(0.5).run())
    assert query(app)["kernel_initializer"] == "constant(value=0.5)"


def test_b_may_differ_in_any_field():
    app = opened(**QUICK)
    settled(app.multiselect(key="playground.differ").set_value(list(controls.playground.shared)).run())
    assert not any(key.startswith("b_") for key in query(app))  # copies of A's, so far
    settled(app.selectbox(key="playground.b.dataset").set_value("xor").run())
    settled(app.text_input(key="playground.b.hidden").set_value("3, 2").run())
    settled(app.number_input(key="playground.b.batch_size").set_value(None).run())
    settled(app.selectbox(key="playground.b.output_initializer").set_value("he_normal").run())
    assert {key: value for key, value in query(app).items() if key.startswith("b_")} == {
        "b_dataset": "xor",
        "b_hidden": "3,2",
        "b_batch_size": "none",
        "b_output_initializer": "he_normal",
    }
    settled(app.multiselect(key="playground.differ").set_value([]).run())
    assert not any(key.startswith("b_") for key in app.query_params)


def test_every_link_fills_the_controls():
    pair = Comparison(
        DEFAULT_A.replace(hidden=(3, 2), learning_rate=0.03, batch_size=None, epochs=3, shuffle=False),
        DEFAULT_A.replace(kernel_initializer="perturbed(epsilon=0.5)", hidden=(), epochs=3, seed=4, dtype="float32"),
    )
    app = opened(**pair.to_query())
    assert app.text_input(key="playground.a.hidden").value == "3, 2"
    assert app.text_input(key="playground.b.hidden").value == ""
    assert app.selectbox(key="playground.a.learning_rate").value == "0.03"
    assert app.number_input(key="playground.a.batch_size").value is None
    assert app.number_input(key="playground.b.kernel_initializer.perturbed.epsilon").value == 0.5
    assert query(app) == pair.to_query()
    settled(app.number_input(key="playground.a.seed").set_value(7).run())
    kept = Comparison.from_query(query(app))[0]
    assert kept == Comparison(pair.a.replace(seed=7), pair.b)


def test_a_changed_url_wins_over_the_controls():
    app = opened(**QUICK)
    app.query_params["kernel_initializer"] = "ones"
    settled(app.run())
    assert control(app, "playground.a.kernel_initializer").value == "ones"
    assert "Cloned." in verdicts(app)[0]


def test_a_new_seed():
    app = opened(**QUICK)
    settled(app.button[0].click().run())
    assert int(query(app)["seed"]) == control(app, "playground.a.seed").value


def test_a_mangled_link_opens_with_sentences_and_defaults():
    app = opened(epochs="many", dataset="<b>**bold**</b>", wings="2", seed="3")
    (remarks,) = texts(app, "remarks")
    assert remarks.count("<p>") == 3
    assert "&lt;b&gt;**bold**&lt;/b&gt;" in remarks
    assert app.number_input(key="playground.a.epochs").value == 200
    assert app.number_input(key="playground.a.seed").value == 3
    settled(app.number_input(key="playground.a.epochs").set_value(3).run())
    assert not texts(app, "remarks")
    assert query(app) == {"epochs": "3", "seed": "3"}


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda app: app.number_input(key="playground.a.epochs").set_value(1_000_000), "lower one of them"),
        (lambda app: app.text_input(key="playground.a.hidden").set_value("8; <i>8</i>"), "hidden="),
    ],
)
def test_what_cannot_be_is_said_and_the_last_picture_stays(change, part):
    app = opened()
    before = verdicts(app)
    settled(change(app).run())
    assert part in texts(app, "remarks")[0]
    assert verdicts(app) == before
    assert query(app) == {}


def test_every_initializer_opens():
    app = opened(**QUICK)
    for key in initializers.registry:
        settled(app.selectbox(key="playground.a.kernel_initializer").set_value(key).run())
        assert len(verdicts(app)) == 2


@pytest.mark.parametrize(
    ("field", "keys"),
    [("dataset", datasets.registry), ("activation", activations.registry), ("optimizer", optimizers.registry)],
)
def test_every_entry_of_the_other_menus_opens(field, keys):
    app = opened(**QUICK)
    for key in keys:
        settled(app.selectbox(key=f"playground.a.{field}").set_value(key).run())
        assert len(verdicts(app)) == 2


def test_noise_is_off_where_the_data_are_real():
    app = opened(**QUICK, dataset="iris")
    assert app.number_input(key="playground.a.noise").disabled
    assert not opened(**QUICK).number_input(key="playground.a.noise").disabled


def test_a_menu_of_layers_appears_where_there_are_several():
    app = opened(**QUICK, hidden="4,3", b_hidden="none")
    settled(app.selectbox(key="view.layer").set_value(1).run())
    assert any("A: 3 units act as 1" in title for title in texts(app, "finding"))
    settled(app.text_input(key="playground.a.hidden").set_value("4").run())
    assert "view.layer" not in [menu.key for menu in app.selectbox]


def test_the_loss_axis_can_be_logarithmic():
    app = opened(**QUICK)
    settled(app.toggle(key="view.log_loss").set_value(True).run())
    assert len(verdicts(app)) == 2


def test_residual_blocks_are_a_control_and_what_cannot_be_one_is_said():
    app = opened(**QUICK, hidden="4,4,4", residual="true", branch_initializer="zeros", kernel_initializer="ones")
    assert not texts(app, "remarks")
    assert app.checkbox(key="playground.a.residual").value
    assert query(app)["branch_initializer"] == "zeros"
    assert len(app.get("plotly_chart")) >= 8
    settled(app.text_input(key="playground.a.hidden").set_value("4").run())
    assert "residual blocks need at least two hidden layers, all of one width" in texts(app, "remarks")[0]
