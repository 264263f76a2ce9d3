"""The logic of "How little is enough?", without a browser."""

from functools import partial

import pytest

from nnviz.analysis.symmetry.perturbation import DECADES, recipe
from nnviz.pages.pinch import controls as pinch_controls
from nnviz.pages.pinch.controls import CONTROLS, DEFAULT, NONE, PRESETS, playground_query
from nnviz.ui.state.state import Comparison
from tests.ui import apptest
from tests.ui.apptest import query, settled, texts

QUICK = {
    "samples": "60",
    "learning_rate": "1.0",
    "epochs": "300",
    "starts": "2",
}  # a rung of the menu: AppTest knows no other

opened = partial(apptest.opened, pinch_controls.PAGE)


def test_the_page_opens_with_its_finding_both_laws_and_what_rounding_does():
    app = opened()
    assert app.title[0].value == "How little randomness is enough?"
    (verdict,) = texts(app, "verdict")
    assert "A strict saddle" in verdict
    assert "The least noise that parted every start was ε = 10⁻¹⁶" in verdict
    assert "Without noise they stayed equal, to the bit" in verdict
    charts = app.get("plotly_chart")
    assert len(charts) == 5
    assert all(chart.proto.alt for chart in charts)
    findings = texts(app, "finding")
    assert "ten times less noise costs 178 steps more" in findings[2]
    assert "A degenerate saddle" in findings[3]
    assert findings[4].endswith("Exact sums kept all equal to the bit.</p>")
    assert not texts(app, "remarks")
    assert query(app) == {}


def test_the_slider_changes_the_picture_and_the_url_and_trains_nothing(monkeypatch):
    app = opened(**QUICK)
    before = texts(app, "verdict")

    def unwanted(*_):
        raise AssertionError("trained again")

    monkeypatch.setattr("nnviz.analysis.symmetry.perturbation.Descent.step", unwanted)
    settled(app.select_slider(key="pinch.less").set_value(NONE).run())
    assert texts(app, "verdict") == before
    assert "With no noise, the units start equal to the bit and stay so." in texts(app, "finding")[0]
    assert query(app) == QUICK | {"less": str(NONE)}


def test_a_changed_control_trains_anew():
    app = opened(**QUICK)
    settled(app.number_input(key="pinch.value").set_value(0.0).run())
    assert "every weight 0 + ε · noise" in texts(app, "verdict")[0]
    assert query(app) == QUICK | {"value": "0.0"}


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"hidden": "none"}, "nothing to part"),
        ({"hidden": "1"}, "nothing to part"),
        ({"hidden": "64,64"}, "curvature is worked out"),
        ({"samples": "2000", "hidden": "8", "epochs": "60000", "starts": "10"}, "times the work"),
    ],
)
def test_what_cannot_be_trained_is_said_and_the_presets_stay(link, words):
    app = opened(**link)
    assert words in texts(app, "remarks")[0]
    assert app.get("page_link")
    assert not app.get("plotly_chart")


def test_a_mangled_link_opens_with_sentences_and_defaults():
    app = opened(**QUICK, less="many", value="1e999", wings="2", activation="<b>bold</b>", optimizer="adam")
    (remarks,) = texts(app, "remarks")
    assert "&lt;b&gt;bold&lt;/b&gt;" in remarks
    assert app.select_slider(key="pinch.less").value == 4
    assert app.number_input(key="pinch.value").value == 0.5


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.label for preset in PRESETS])
def test_every_preset_is_a_link_as_the_page_writes_it(preset):
    choice, sentences = CONTROLS.linked.from_query(preset.query)
    assert sentences == []
    assert CONTROLS.to_query(choice.experiment, **choice.settings) == preset.query
    recipe(choice.experiment).replace(restarts=len(DECADES) * choice.settings["starts"], snapshots=2)


@pytest.mark.parametrize("epsilon", [1.0, 1e-16, 0.0])
def test_the_playground_is_given_the_number_beside_the_number_plus_noise(epsilon):
    shown, sentences = Comparison.from_query(playground_query(DEFAULT.replace(seed=3), 0.3, epsilon))
    assert sentences == []
    assert str(shown.a.kernel_initializer) == "constant(value=0.3)"
    assert shown.b.kernel_initializer.parameters == {"value": 0.3, "epsilon": epsilon}
    for side in (shown.a, shown.b):
        assert side.replace(kernel_initializer="zeros") == recipe(DEFAULT.replace(seed=3))


def test_the_link_and_the_numbers_of_every_chart_can_be_taken_home():
    app = opened(**QUICK, less="7")
    assert not app.get("download_button")
    app.session_state["pinch.takeaway"] = True
    settled(app.run())
    assert len(app.get("download_button")) == 5
    assert "samples=60" in app.code[0].value
    assert "less=7" in app.code[0].value
