"""The basin map's page, without a browser."""

from functools import partial

import numpy as np
import pytest

from nnviz.analysis.landscape.basin_map import RECIPE, Window, basins
from nnviz.analysis.landscape.basin_outcomes import BasinOutcome
from nnviz.core.training import train
from nnviz.figures.style.template import LIGHT
from nnviz.pages.basins import controls as lab
from nnviz.ui.state.state import Comparison
from tests.ui import apptest
from tests.ui.apptest import query, settled, texts

QUICK = {"side": "25", "epochs": "40", "learning_rate": "3.0"}  # AppTest fails on a rate between the rungs

opened = partial(apptest.opened, lab.PAGE)


def links(app):
    """Labels and queries of the links."""
    return {link.proto.label: link.proto.query_string for link in app.get("page_link")}


def small():
    return BasinOutcome(basins(RECIPE.replace(epochs=40), Window(side=25)), lab.BAR)


def test_the_page_opens_with_the_map_two_starts_and_the_border():
    app = opened()
    assert app.title[0].value == "Which starts end where?"
    map_title, border_title = texts(app, "finding")
    assert "of the 10,000 starts reach loss 0.1 in 500 steps" in map_title
    assert "at a smooth border it would be 50 %" in border_title
    assert len(app.get("plotly_chart")) == 2
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))
    (verdict,) = texts(app, "verdict")
    assert "−0.05 and −0.05" in verdict
    assert "No start nearer to A ends differently" in verdict
    assert not texts(app, "remarks")
    assert query(app) == {}


def test_controls_reach_the_url_and_the_map():
    app = opened(**QUICK)
    before = texts(app, "finding")[0]
    settled(app.number_input(key="basins.width").set_value(4.0).run())
    assert query(app) == QUICK | {"width": "4.0"}
    assert texts(app, "finding")[0] != before
    settled(app.selectbox(key="basins.up").set_value("unit_1_to_output").run())
    assert query(app)["up"] == "unit_1_to_output"
    settled(app.number_input(key="basins.bar").set_value(10.0).run())
    assert "All 625 starts reach loss 10" in texts(app, "finding")[0]


def test_the_links_zoom_and_come_back():
    app = opened(**QUICK, x="1.0", y="-0.5", width="2.0")
    found = links(app)
    assert "x=1.0&y=-0.5&width=0.5" in found["Zoom in at A, 4 ×"]
    assert "width=8.0" in found["Zoom out, 4 ×"]
    assert "width" not in found["Whole view"]
    assert "kernel_initializer=listed" in found["Open both in the Playground"]


def test_a_start_that_was_gone_to_stays_chosen_while_it_is_on_the_map():
    def start():
        return texts(app, "verdict")[0].split(" starts at ")[1].split(":")[0]

    app = opened(**QUICK)
    middle = start()
    settled(app.button(key="basins.highest loss").click().run())
    gone_to = start()
    assert gone_to != middle
    settled(app.selectbox(key="basins.a.optimizer").set_value("momentum").run())
    assert start() == gone_to  # what becomes of the same start now?
    settled(app.number_input(key="basins.x").set_value(40.0).run())
    assert start().startswith("40 and")  # out of sight: the middle instead
    settled(app.number_input(key="basins.x").set_value(0.0).run())
    assert start() == gone_to
    settled(app.selectbox(key="basins.up").set_value("unit_1_to_output").run())
    assert start() == middle


def test_the_playground_opens_the_very_runs_of_the_map():
    found = small()
    places = lab.places_of(found)
    comparison, sentences = Comparison.from_query(lab.playground_query(found, places))
    assert sentences == []
    for experiment, place in ((comparison.a, places["A"]), (comparison.b, places["B"])):
        trace = train(experiment)
        assert np.float32(trace.train_loss[0, -1]) == found.final[place]
    assert comparison.a.kernel_initializer != comparison.b.kernel_initializer


def test_what_became_of_a_start_is_said():
    found = small()
    reached, never = (tuple(np.argwhere(kind)[0]) for kind in (found.reached, ~found.reached))
    assert lab.fate(found, reached).startswith("below loss 0.1 after about")
    assert lab.fate(found, never).startswith("never below loss 0.1; it ends at")
    alone = lab.say(found, LIGHT, {"A": never, "B": None})
    assert "<b" in alone
    assert "nearer" not in alone
    experiment = RECIPE.replace(dataset="line_and_bump", samples=20, activation="relu", learning_rate=0.7, epochs=40)
    found = BasinOutcome(basins(experiment, Window(up="x1_to_unit_2", side=10)), lab.BAR)
    assert lab.fate(found, tuple(np.argwhere(found.lost)[0])).startswith("diverged at step ")
    both = found.reached & (found.basins.diverged_at >= 0)
    assert ", then diverged at step " in lab.fate(found, tuple(np.argwhere(both)[0]))


def test_a_network_without_that_weight_is_said_and_nothing_is_drawn():
    app = opened(**QUICK, hidden="3,3")
    assert "2 layers: the map needs exactly one" in texts(app, "remarks")[0]
    assert not app.get("plotly_chart")
    settled(app.text_input(key="basins.a.hidden").set_value("3").run())
    assert not texts(app, "remarks")
    settled(app.selectbox(key="basins.up").set_value("x2_to_unit_4").run())
    assert "no such weight; it has x1_to_unit_1" in texts(app, "remarks")[0]
    settled(app.selectbox(key="basins.up").set_value("x1_to_unit_1").run())
    assert "must be two different weights" in texts(app, "remarks")[0]


@pytest.mark.parametrize(
    "link",
    [
        {"side": "1e9", "x": "nan", "bar": "<b>0</b>", "up": "\x00", "wings": "2"},
        {"width": "1e-9", "x": "1.0"},
        {"x": "1000", "width": "2000"},
        {"side": "150", "epochs": "1000000"},
        {"kernel_initializer": "listed(values=)", "dtype": "float16"},
        {"dataset": "digits", "side": "25"},
    ],
)
def test_a_mangled_link_opens_with_sentences(link):
    app = opened(**{"epochs": "40", "side": "25"} | link)
    assert texts(app, "remarks")
    assert "<b>0" not in "".join(texts(app, "remarks"))


@pytest.mark.parametrize("preset", lab.PRESETS, ids=[preset.label for preset in lab.PRESETS])
def test_every_preset_is_a_link_as_the_page_writes_it(preset):
    choice, sentences = lab.LAB._from_query(preset.query)
    assert sentences == []
    assert lab.LAB.to_query(choice.experiment, **choice.settings) == preset.query
    lab.window_of(choice)


def test_the_link_and_the_numbers_can_be_taken_home():
    app = opened(**QUICK)
    assert not app.get("download_button")
    app.session_state["basins.takeaway"] = True
    settled(app.run())
    assert len(app.get("download_button")) == 2
    assert "epochs=40&side=25" in app.code[0].value
