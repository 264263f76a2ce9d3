"""The page on start and order, without a browser."""

from functools import partial

import numpy as np
import pytest

from nnviz.analysis.chance.order import order
from nnviz.pages.order import controls as order_controls
from nnviz.pages.order.controls import LAB, PRESETS, playground_query
from nnviz.ui.state.state import Comparison
from tests.ui import apptest
from tests.ui.apptest import html, query, settled

QUICK = {"starts": "3", "orders": "2", "epochs": "2", "samples": "40"}

opened = partial(apptest.opened, order_controls.PAGE)


def test_the_page_opens_with_its_finding():
    app = opened()
    assert app.title[0].value == "Which chance matters: the start or the order?"
    assert "The start explains 99" in html(app)
    assert "400 runs end between" in html(app)
    charts = app.get("plotly_chart")
    assert len(charts) == 2
    assert all(chart.proto.alt for chart in charts)
    assert 'class="remarks"' not in html(app)
    assert query(app) == {}


def test_a_link_fills_the_controls_and_a_control_changes_link_and_finding():
    app = opened(**QUICK)
    assert app.number_input(key="order.starts").value == 3
    assert "6 runs end between" in html(app)
    settled(app.number_input(key="order.orders").set_value(3).run())
    assert "9 runs end between" in html(app)
    assert query(app) == QUICK | {"orders": "3"}
    settled(app.number_input(key="order.a.batch_size").set_value(None).run())
    assert "the order exactly none: all 3 orders gave the same losses to the bit" in html(app)


def test_too_much_is_said_and_nothing_is_trained():
    app = opened(epochs="3000", batch_size="1", starts="40", orders="40")
    assert "times the work that is allowed" in html(app)
    assert not app.get("plotly_chart")
    settled(app.number_input(key="order.a.epochs").set_value(1).run())
    settled(app.number_input(key="order.starts").set_value(2).run())
    assert len(app.get("plotly_chart")) == 2


@pytest.mark.parametrize(
    "mangled",
    [{"starts": "many", "orders": "1e9", "first_order": "-1"}, {"hidden": "\x00", "wings": "2"}, {"orders": "1"}],
)
def test_a_mangled_link_opens_with_a_sentence_for_each_thing(mangled):
    app = opened(**QUICK | mangled)
    assert html(app).count("Ignored.") == len(mangled)
    assert len(app.get("plotly_chart")) == 2


def test_seeds_that_there_are_not_are_said():
    app = opened(**QUICK, first_order=str(2**32 - 1))
    assert "Seeds end at 4,294,967,295: begin lower." in html(app)


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.label for preset in PRESETS])
def test_every_preset_is_a_link_as_the_page_writes_it(preset):
    choice, sentences = LAB.linked.from_query(preset.query)
    assert sentences == []
    assert LAB.to_query(choice.experiment, **choice.settings) == preset.query


def test_a_pair_opens_in_the_playground_beside_the_best():
    recipe = LAB.base.a.replace(epochs=2, samples=40)
    found = order(recipe, 3, 2, 5)
    best = np.unravel_index(found.losses.argmin(), (3, 2))
    worst = np.unravel_index(found.losses.argmax(), (3, 2))
    for row in range(3):
        for column in range(2):
            shown, sentences = Comparison.from_query(playground_query(found, row, column))
            assert sentences == []
            assert shown.a == found.pair(row, column)
            assert (shown.a.seed, shown.a.shuffle_seed) == (row, 5 + column)
            assert shown.b == found.pair(*(worst if (row, column) == best else best))
