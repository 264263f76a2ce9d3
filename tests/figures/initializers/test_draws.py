"""The gallery's figures, read: numbers, not pictures."""

import csv
import io
import json
import re

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.analysis.initializers.draws import LAYERS, Kernel, draws
from nnviz.analysis.initializers.works import RECIPE, Works
from nnviz.analysis.initializers.works import works as works_of
from nnviz.core import initializers
from nnviz.core.initializers import get
from nnviz.figures.initializers.draws import HEIGHT, WIDTH, alt, marks, plot_compare, reach, small
from nnviz.figures.initializers.works import plot_works
from nnviz.figures.style.template import DARK, LIGHT

DENSE = Kernel((64, 32))
KERNELS = [layer.kernel({size.name: int(size.default) for size in layer.sizes}) for layer in LAYERS.values()]


def drawn(text, kernel=DENSE):
    return draws(get(text), kernel)


def can_fill(key, kernel):
    return key != "identity" or len(kernel.shape) == 2


@pytest.mark.parametrize("key", initializers.registry)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_small_histogram_stays_within_its_frame(key, palette):
    for kernel in KERNELS:
        if not can_fill(key, kernel):
            continue
        found = drawn(key, kernel)
        picture = small(found, palette)
        assert "nan" not in picture
        x = [float(value) for value in re.findall(r"[MLH](-?[\d.]+)", picture)]
        y = [float(value) for value in re.findall(r"V(-?[\d.]+)", picture)]
        assert min(x) >= -0.1
        assert max(x) <= WIDTH + 0.1
        assert min(y) >= 0
        assert max(y) <= HEIGHT
        assert len(picture) < 9000
        assert all(0 <= share <= 1 for share, _ in marks(found))
        assert "weights" in alt(found)


def test_marks_are_the_limits_and_the_middle():
    assert [value for _, value in marks(drawn("glorot_uniform"))] == pytest.approx([-0.25, 0, 0.25])
    assert [value for _, value in marks(drawn("identity"))] == [0, 1]
    assert [value for _, value in marks(drawn("random_normal"))] == pytest.approx([-0.2, 0, 0.2])


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("first", ["zeros", "identity", "glorot_uniform", "orthogonal", "ordered", "perturbed"])
@pytest.mark.parametrize("second", [None, "ones", "he_normal", "glorot_uniform", "random_normal"])
def test_any_two_can_be_drawn_in_a_way_plotly_accepts(first, second, palette):
    both = [drawn(key) for key in (first, second) if key]
    figure = plot_compare(both, palette)
    go.Figure(json.loads(figure.plot.to_json()))  # checks every property
    assert figure.title.endswith(".")
    assert figure.title in figure.alt
    header, *lines = csv.reader(io.StringIO(figure.csv()))
    assert header == ["initializer", "from", "to", "density"]
    assert {line[0] for line in lines} == {key for key in (first, second) if key}


def test_bars_are_the_draws_and_the_line_is_the_density():
    figure = plot_compare([drawn("glorot_uniform"), drawn("glorot_normal")], LIGHT)
    layers = {layer.name: layer for layer in figure.plot.data}
    bars, line = layers["A draws"], layers["A theory"]
    assert (np.asarray(bars.y) * np.asarray(bars.width)).sum() == pytest.approx(1, rel=1e-5)
    assert np.asarray(line.y).max() == pytest.approx(2)
    assert (layers["A theory"].line.dash, layers["B theory"].line.dash) == ("solid", "dash")
    assert (bars.marker.color, layers["B draws"].marker.color) == (LIGHT.a, LIGHT.b)


@pytest.mark.parametrize(
    ("first", "second", "title"),
    [
        (
            "glorot_uniform",
            "glorot_normal",
            r"The same spread, 0\.14\d and 0\.14\d, in other shapes\. A: none beyond ±0",
        ),
        ("glorot_uniform", "he_uniform", r"The same draws at two scales: each of B's weights is 1\.22 times A's\."),
        ("lecun_normal", "variance_scaling", r"The same draws: from one seed, A and B have the same weights"),
        ("zeros", "ones", r"Spread 0 against 0\. A: all 0\. B: all 1\."),
        ("random_normal", "he_normal", r"B's spread is 3\.5\d times A's: 0\.177 against 0\.0499\."),
        ("glorot_uniform", None, r"Glorot uniform: spread 0\.144, none beyond ±0\.250\."),
    ],
)
def test_the_title_says_what_was_found(first, second, title):
    assert re.match(title, plot_compare([drawn(key) for key in (first, second) if key], LIGHT).title)


def test_reach_in_words():
    assert reach(drawn("positive_uniform")) == "all from 0 to 0.100"
    assert reach(drawn("random_normal")).startswith("from −0.2")


# The heat map.


@pytest.fixture(scope="module")
def found():
    return works_of(["zeros", "constant(value=0.5)", "he_normal"], ["tanh", "relu"], RECIPE.replace(restarts=4))


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_map_has_shares_in_cells_and_counts_in_the_hover(found, palette):
    figure = plot_works(found, palette)
    go.Figure(json.loads(figure.plot.to_json()))
    shades, points = figure.plot.data
    np.testing.assert_array_equal(shades.z, found.shares())
    assert (shades.zmin, shades.zmax) == (0, 1)
    assert shades.colorscale == tuple(map(tuple, palette.sequential))
    assert list(zip(points.y, points.x, strict=True)) == sorted(found.cells)
    assert points.text[0] == "<b>0 %</b>"
    assert points.hovertext[0].startswith("zeros with tanh<br>0 of 4 runs ended below loss 0.173")
    assert "4 frozen" in points.hovertext[0]
    assert figure.plot.layout.yaxis.ticktext == ("zeros", "constant(value=0.5)", "He normal")
    assert figure.plot.layout.xaxis.ticktext == ("tanh", "ReLU")


def test_the_map_s_title_counts(found):
    title = plot_works(found, LIGHT).title
    assert title.startswith("Of 6 pairs, ")
    assert "He normal trains most often: " in title


def test_a_map_with_holes_says_so(found):
    part = Works(found.initializers, found.activations, {(0, 0): found.cells[0, 0]})
    figure = plot_works(part, LIGHT)
    assert figure.title == "Of 1 pair (5 more not trained yet), 0 train in every run and 1 in none."
    assert np.isnan(figure.plot.data[0].z).sum() == 5
    assert len(figure.csv().splitlines()) == 2
    empty = plot_works(Works(found.initializers, found.activations, {}), LIGHT)
    go.Figure(json.loads(empty.plot.to_json()))
    assert empty.title == "Nothing has been trained yet."
