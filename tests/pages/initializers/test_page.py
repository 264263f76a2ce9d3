"""The page of initializers: its words, its controls, its map, without a browser."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from nnviz.analysis.initializers.works import RECIPE, works
from nnviz.core import initializers
from nnviz.pages.initializers import cards as initializer_cards
from nnviz.pages.initializers import works_map
from nnviz.pages.initializers.cards import cosine, drawn, level, source
from nnviz.ui import page
from nnviz.ui.state.state import Comparison
from tests.ui.apptest import settled

ROOT = Path(__file__).parents[3]
PLAYGROUND = str(ROOT / page.PLAYGROUND)
QUICK = {"map_runs": "2", "map_epochs": "10", "map_width": "3", "map_depth": "1"}


def frame():
    from pathlib import Path

    import streamlit as st

    import nnviz
    from nnviz.ui import page

    here = str(Path(nnviz.__file__).parent / "pages" / "initializers" / "page.py")
    pages = [st.Page(here, default=True, url_path="initializers"), page.entry("playground", "Playground")]
    st.navigation(pages, position="hidden").run()


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """The Playground is found from any script; no cell is known yet."""
    monkeypatch.setattr(page, "PLAYGROUND", PLAYGROUND)
    monkeypatch.setattr(works_map, "_cells", type(works_map._cells)())


def opened(**query):
    app = AppTest.from_function(frame, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return settled(app.run())


def html(app):
    return "\n".join(element.value for element in app.get("html"))


def cards(app):
    return dict(re.findall(r'<article class="start"><h3>(.*?)</h3>(.*?)</article>', html(app), re.DOTALL))


# The gallery.


def test_all_have_a_card_in_the_registry_s_order():
    shown = [title.partition(" <")[0] for title in cards(opened())]
    assert shown == [scheme.label.replace("'", "&#x27;") for scheme in initializers.registry.values()]


def test_a_card_says_all_that_is_known():
    card = cards(opened())['Glorot uniform <span class="default">Keras\'s default</span>']
    for part in (
        "w ~ U(±√(6 / (fan_in + fan_out)))",
        'alt="Histogram of 20,480 weights: spread 0.144, none beyond ±0.250, 58 % within one spread of the mean"',
        '<th scope="row">spread</th><td>0.144</td><td>0.144</td>',
        '<th scope="row">highest</th><td>0.250</td><td>0.250</td>',
        "Breaks symmetry: <b>yes</b>, 32 of 32 units differ (mean cosine 0.00).",
        "Glorot &amp; Bengio 2010",
        "keras.initializers.GlorotUniform()",
        "nn.init.xavier_uniform_(weight)",
        "MLPClassifier()",
    ):
        assert part in card


def test_the_default_of_the_layer_is_marked_and_fans_follow():
    app = opened()
    settled(app.selectbox(key="layer").set_value("lstm_recurrent").run())
    marked = [title for title in cards(app) if 'class="default"' in title]
    assert [title.partition(" <")[0] for title in marked] == ["orthogonal"]
    assert "<b>(32, 128)</b> (4 gates of 32 units): 4,096 weights, fan in <b>32</b>, fan out <b>128</b>" in html(app)
    settled(app.number_input(key="lstm_recurrent_units").set_value(8).run())
    assert "fan in <b>8</b>, fan out <b>32</b>" in html(app)


def test_a_convolution_has_no_identity_and_says_why():
    app = opened(layer="Conv2D", conv2d_filters="64")
    assert "fan in <b>144</b>, fan out <b>576</b>" in html(app)
    assert "It fills only kernels of two axes; this one has 4." in cards(app)["identity"]
    assert "identity" not in app.selectbox(key="first").options


def test_a_choice_that_the_new_layer_lacks_gives_way():
    app = opened(first="identity")
    assert app.selectbox(key="first").value == "identity"
    settled(app.selectbox(key="layer").set_value("conv2d").run())
    assert app.selectbox(key="first").value == "glorot_uniform"


@pytest.mark.parametrize("layer", ["Dense", "Conv2D", "LSTM, kernel", "LSTM, recurrent kernel"])
def test_the_smallest_kernels_can_be_shown(layer):
    app = opened(layer=layer)
    for control in app.number_input:
        if not control.key.startswith("map_"):
            control.set_value(1)
    settled(app.run())
    assert "One unit: no symmetry to break." in html(app)
    assert "nan" not in html(app).replace("inance", "")


def test_stft_is_explained():
    words = html(opened())
    assert "Keras has a sixteenth initializer, STFT." in words
    assert "input_axes and output_axes (new in Keras 3.15)" in words


def test_xavier_is_settled_by_draws():
    told = html(opened())
    assert "By its draws it is Xavier uniform: 58" in told
    assert "none beyond ±0.250." in told


def test_two_can_be_compared():
    app = opened(first="zeros", second="He normal")
    assert (app.selectbox(key="first").value, app.selectbox(key="second").value) == ("zeros", "he_normal")
    assert '<p class="finding">Spread 0 against 0.177.' in html(app)
    settled(app.selectbox(key="second").set_value("none").run())
    assert '<p class="finding">zeros: spread 0, all 0.</p>' in html(app)


def test_every_keras_line_names_its_class_and_defaults():
    lines = {key: initializers.get(key).in_keras() for key in initializers.registry}
    assert lines["truncated_normal"] == "keras.initializers.TruncatedNormal(mean=0.0, stddev=0.05)"
    assert lines["variance_scaling"].endswith('(scale=1.0, mode="fan_in", distribution="truncated_normal")')
    assert lines["ordered"] == lines["mirrored"] == ""
    assert all(lines[key].startswith("keras.initializers.") for key, s in initializers.registry.items() if s.keras)


@pytest.mark.parametrize("scheme", initializers.registry.values(), ids=lambda scheme: scheme.key)
def test_every_scheme_says_when_to_use_it_and_where_it_is_from(scheme):
    assert scheme.when.startswith(("For ", "As ", "When ", "To "))
    assert scheme.when.endswith(".")
    assert source(scheme)


def test_numbers_have_the_decimals_of_their_spread():
    found = drawn("glorot_uniform", initializer_cards.LAYERS["dense"].kernel({"inputs": 64, "units": 32}))
    assert [level(value, found) for value in (-0.25, 1e-5, -1e-5, 0.0)] == ["−0.250", "0.000", "0.000", "0"]
    assert [level(value, found) for value in (float("inf"), float("nan"))] == ["no limit", "–"]
    assert [cosine(value) for value in (1.0, 0.99999, 0.9976, 0.75, -0.001)] == [
        "1.00",
        "just under 1",
        "0.9976",
        "0.75",
        "0.00",
    ]


# The map.


def test_nothing_is_trained_until_asked_for():
    app = opened()
    assert app.button(key="map_train").label == "Train 20 pairs, 16 runs each"
    assert len(app.get("plotly_chart")) == 1


def test_the_map_is_trained_on_request_and_remembered():
    app = opened(**QUICK)
    settled(app.button(key="map_train").click().run())
    assert "Of 20 pairs, " in html(app)
    assert len(app.get("plotly_chart")) == 2
    assert not app.button
    settled(app.number_input(key="map_runs").set_value(3).run())
    assert app.button(key="map_train").label == "Train 20 pairs, 3 runs each"
    settled(app.number_input(key="map_runs").set_value(2).run())
    assert "Of 20 pairs, " in html(app)
    assert "Of 20 pairs, " in html(opened(**QUICK))  # another session


def test_more_rows_need_only_what_is_new():
    app = opened(**QUICK)
    settled(app.button(key="map_train").click().run())
    settled(app.multiselect(key="map_starts").set_value(["zeros", "ones"]).run())
    assert app.button(key="map_train").label == "Train 4 more pairs, 2 runs each"
    assert "Of 4 pairs (4 more not trained yet)" in html(app)


def test_an_empty_choice_asks_for_one():
    app = opened(**QUICK)
    settled(app.multiselect(key="map_bends").set_value([]).run())
    assert [caption.value for caption in app.caption] == ["Choose at least one initializer and one activation."]


def test_what_is_too_much_is_refused_in_a_sentence():
    app = opened(map_depth="16", map_width="64", map_runs="64", map_epochs="1000")
    assert "times the work that is allowed" in html(app)
    assert not app.button


@pytest.mark.parametrize(
    "query",
    [
        {"layer": "<b>"},
        {"dense_inputs": "many", "dense_units": "1e9"},
        {"first": "", "second": "\x00"},
        {"map_data": "foo", "map_rate": "banana", "map_runs": "-1", "map_depth": "99"},
        {"map_starts": ["foo", "zeros"], "map_bends": "foo"},
        {"hidden": "8,8", "seed": "3", "wings": "2"},
    ],
)
def test_a_mangled_link_falls_back(query):
    assert len(cards(opened(**query))) == len(initializers.registry)


def test_a_cell_opens_in_the_playground_beside_the_best_other_start():
    found = works(["zeros", "glorot_uniform", "he_normal"], ["tanh"], RECIPE.replace(restarts=2))
    pair, sentences = Comparison.from_query(works_map.playground_query(found, (0, 0)))
    assert sentences == []
    best = max((1, 2), key=lambda row: (found.cells[row, 0].share, -found.cells[row, 0].median_loss))
    assert str(pair.a.kernel_initializer) == "zeros"
    assert pair.b.kernel_initializer == found.initializers[best]
    assert pair.a.replace(restarts=2, snapshots=RECIPE.snapshots) == found.cells[0, 0].experiment
    alone = works(["ones"], ["tanh"], RECIPE.replace(restarts=1, epochs=1))
    assert Comparison.from_query(works_map.playground_query(alone, (0, 0)))[0].b.kernel_initializer.key == "ones"
