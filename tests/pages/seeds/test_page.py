"""The page about fixing a seed, without a browser."""

from functools import partial

import pytest

from nnviz.analysis.chance.repeats import digest
from nnviz.analysis.chance.seeds import judge as judge_all
from nnviz.core.experiment import Experiment
from nnviz.core.training import train
from nnviz.pages.seeds import sections as seeds
from nnviz.pages.seeds.sections import LAB, PRESETS, playground_query
from nnviz.ui.state.state import Comparison
from tests.ui import apptest
from tests.ui.apptest import query, settled, texts

QUICK = {"epochs": "10", "samples": "60", "seeds": "5"}

opened = partial(apptest.opened, seeds.PAGE)


def test_the_page_opens_with_its_answer_both_charts_and_the_digests():
    app = opened()
    assert app.title[0].value == "When should a seed be fixed?"
    (answer,) = texts(app, "verdict")
    assert "gave the same run to the bit: 2,340 numbers compared each time, none differs." in answer
    assert "50 seeds together" in answer
    charts = app.get("plotly_chart")
    assert len(charts) == 2
    assert all(chart.proto.alt for chart in charts)
    (table,) = texts(app, "numbers")
    assert table.count(digest(train(LAB.base.a))) == 3
    assert not texts(app, "remarks")
    assert query(app) == {}


def test_a_new_seed_changes_the_digest_and_the_url():
    app = opened(**QUICK)
    settled(app.number_input(key="seeds.a.seed").set_value(9).run())
    experiment = LAB.base.a.replace(epochs=10, samples=60, seed=9)
    (table,) = texts(app, "numbers")
    assert digest(train(experiment)) in table
    assert "trained as the last of 8 at once" in table
    assert query(app) == QUICK | {"seed": "9"}


def test_the_number_of_seeds_is_a_setting_of_the_link():
    app = opened(**QUICK)
    assert "5 seeds" in texts(app, "verdict")[0]
    settled(app.number_input(key="seeds.seeds").set_value(6).run())
    assert "6 seeds" in texts(app, "verdict")[0]
    assert query(app)["seeds"] == "6"


def test_b_has_no_seed_of_its_own():
    app = opened(**QUICK, b_seed="4")
    assert "a seed of its own for B is left out" in texts(app, "remarks")[0]


def test_losses_on_other_data_are_said_not_to_compare():
    assert "their losses do not compare" in texts(opened(**QUICK, b_dataset="xor"), "remarks")[0]
    assert not texts(opened(**QUICK, b_hidden="3"), "remarks")


def test_more_work_than_is_allowed_takes_fewer_seeds_and_says_so(monkeypatch, here):
    asked = []

    def judge(a, b, number, on_progress):
        asked.append(number)
        if number > 30:
            raise ValueError("too much")
        return judge_all(a.replace(epochs=1), b.replace(epochs=1), number, on_progress)

    monkeypatch.setattr("nnviz.pages.seeds.sections.judge", judge)
    app = opened(**QUICK | {"seeds": "100", "seed": "77"})
    assert asked == [100, 50, 25]
    assert "100 seeds of these two are more work than is allowed: 25 are taken instead." in texts(app, "remarks")[0]


def test_a_mangled_link_opens_with_sentences_and_defaults():
    app = opened(seeds="many", epochs="10", samples="60", wings="2", b_activation="<b>bold</b>", hidden="9,,x")
    (remarks,) = texts(app, "remarks")
    assert remarks.count("<p>") == 4
    assert "&lt;b&gt;bold&lt;/b&gt;" in remarks
    assert app.number_input(key="seeds.seeds").value == 50


@pytest.mark.parametrize(
    "extreme",
    [
        {"learning_rate": "1000.0", "optimizer": "momentum"},
        {"hidden": "none"},
        {"dataset": "line_and_bump"},
        {"dataset": "iris", "kernel_initializer": "zeros", "b_kernel_initializer": "zeros"},
        {"seed": "4294967295"},
        {"dtype": "float32", "batch_size": "none"},
    ],
    ids=str,
)
def test_extremes_open(extreme):
    app = opened(**QUICK | extreme)
    assert len(texts(app, "verdict")) == 1
    assert len(app.get("plotly_chart")) == 2


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.label for preset in PRESETS])
def test_every_preset_is_a_link_as_the_page_writes_it(preset):
    choice, sentences = LAB._from_query(preset.query)
    assert sentences == []
    assert LAB.to_query(choice.comparison, **choice.settings) == dict(preset.query)


def test_a_seed_opens_in_the_playground_as_the_pair_with_that_seed():
    pair = Comparison(Experiment(seed=1), Experiment(seed=1, activation="relu"))
    shown, sentences = Comparison.from_query(playground_query(pair, 12))
    assert sentences == []
    assert (shown.a, shown.b) == (Experiment(seed=12), Experiment(seed=12, activation="relu"))
