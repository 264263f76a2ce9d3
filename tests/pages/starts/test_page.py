"""The page on starts that are random or merely different, without a browser."""

import re
from functools import partial
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from nnviz.analysis.symmetry.clones import AsOne
from nnviz.analysis.symmetry.starts import PARTS, STARTS, contest, parts
from nnviz.analysis.words import number
from nnviz.pages.starts import controls as own
from nnviz.pages.starts.controls import LAB, PRESETS
from nnviz.ui.state.state import Comparison
from tests.ui import apptest
from tests.ui.apptest import html, query, settled

QUICK = {"random_starts": "3", "epochs": "40", "samples": "100", "learning_rate": "0.3"}  # AppTest knows only rungs
RECIPE = LAB.base.a.replace(epochs=40, samples=100)

opened = partial(apptest.opened, own.PAGE)


def test_the_page_opens_with_both_findings():
    app = opened()
    assert app.title[0].value == "Random, or merely different?"
    assert "starts with distinct units but no chance end no higher than the worst of 30 random ones" in html(app)
    assert "Trained after 3,000 epochs: from a zero output kernel tanh, ReLU and sigmoid;" in html(app)
    assert "8 equal units are one unit" in html(app)
    charts = app.get("plotly_chart")
    assert len(charts) == 2
    assert all(chart.proto.alt for chart in charts)
    assert 'class="remarks"' not in html(app)
    assert query(app) == {}


def test_a_link_fills_the_controls_and_a_control_changes_the_link():
    app = opened(**QUICK)
    assert app.number_input(key="starts.random_starts").value == 3
    assert "of 3 random ones" in html(app)
    settled(app.selectbox(key="starts.a.activation").set_value("elu").run())
    assert query(app) == QUICK | {"activation": "elu"}
    assert app.selectbox(key="starts.cell").options[0].startswith("all zeros with ELU")
    settled(app.selectbox(key="starts.a.optimizer").set_value("adam").run())
    assert "equal units are one unit" not in html(app)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hidden": "8,8"}, "must be one layer"),
        ({"hidden": "none"}, "must be one layer"),
        ({"dataset": "wine"}, "must have two features"),
        ({"epochs": "900000"}, "times the work that is allowed"),
    ],
)
def test_what_the_page_cannot_answer_for_is_said(changes, words):
    app = opened(**QUICK | changes)
    assert words in html(app)
    assert not app.get("plotly_chart")


def test_a_mangled_link_opens_with_a_sentence_for_each_thing():
    app = opened(**QUICK | {"random_starts": "<b>", "batch_size": "3", "learning_rate": "x", "wings": "\x00"})
    assert html(app).count("Ignored.") == 4
    assert len(app.get("plotly_chart")) == 2


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.label for preset in PRESETS])
def test_every_preset_is_a_link_as_the_page_writes_it(preset):
    choice, sentences = LAB.linked.from_query(preset.query)
    assert sentences == []
    assert LAB.to_query(choice.experiment, **choice.settings) == preset.query


@pytest.mark.parametrize("start", [*STARTS, *PARTS], ids=[f"{start.key} {i}" for i, start in enumerate(STARTS + PARTS)])
def test_every_start_opens_in_the_playground_beside_glorot_uniform(start):
    made = start.make(RECIPE)
    found = contest(RECIPE, 1).random[0]
    outcome = type(found)(**vars(found) | {"start": start, "experiment": made})
    shown, sentences = Comparison.from_query(own.playground_query(outcome))
    assert sentences == []
    assert shown.a == made
    assert shown.b == RECIPE
    assert len(str(own.playground_query(outcome))) < 1500


def test_the_words_and_the_menu_hold_every_start():
    found = contest(RECIPE, 4)
    lines = re.findall("<li>(.*?)</li>", own.in_words(found))
    assert len(lines) == len(STARTS) + 3
    ranked = found.ranked()
    best, worst = (next(line for line in lines if f"uniform, {name}<" in line) for name in ("best", "worst"))
    assert f"loss {number(ranked[0].loss)}: " in best
    assert "better than 3 of 4 random ones" in best
    assert "better than 0 of 4 random ones" in worst
    for line, outcome in zip(lines[3:], found.outcomes, strict=True):
        address = unescape(re.search('href="([^"]*)"', line).group(1))
        shown, sentences = Comparison.from_query(dict(parse_qsl(urlsplit(address).query)))
        assert (shown.a, sentences) == (outcome.experiment.replace(snapshots=60), [])
    places = own.places(found)
    assert len(places) == len(STARTS) + 4
    assert [o.experiment.seed for o in list(places.values())[-4:]] == [o.experiment.seed for o in ranked]
    one = own.places(contest(RECIPE, 1))
    assert len(one) == len(STARTS) + 1


def test_words_about_zeros_follow_the_classes():
    equal = own.about_zeros(parts(RECIPE, ("tanh",)))
    assert "ln 2 = 0.693" in equal
    assert "There are as many rows of each class" in equal
    unequal = own.about_zeros(parts(RECIPE.replace(samples=21), ("tanh",)))
    assert "below a guess's, 0.689; below 0.172, a quarter" in unequal
    assert "as many rows" not in unequal


def test_the_sentence_about_clones_has_its_numbers():
    sentence = own.as_one_sentence(AsOne(8, 0.5, 0.25, 0.25 + 1e-15))
    assert "learning rate 0.5 / 8 on its incoming and 0.5 · 8 on its outgoing" in sentence
    assert "(difference 1·10⁻¹⁵)" in sentence
