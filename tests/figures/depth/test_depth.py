"""What the depth lab's figures show, read from their traces: numbers, not pictures."""

import csv
import io
import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.analysis.depth.signal import SignalSpec, measure
from nnviz.analysis.depth.theory import theory
from nnviz.analysis.depth.verdict import typical
from nnviz.core import activations
from nnviz.figures.depth import depth
from nnviz.figures.depth.chaos import plot_chaos
from nnviz.figures.style.template import DARK, LIGHT

QUICK = {"depth": 6, "width": 16, "rows": 32, "seeds": 3}
SPECS = {
    "default": {},
    "one layer": {"depth": 1},
    "few layers": {"depth": 2, "width": 1, "seeds": 1},
    "zeros": {"kernel_initializer": "zeros"},
    "constant, saturated": {"kernel_initializer": "constant(value=5)", "activation": "tanh"},
    "no theory": {"kernel_initializer": "identity"},
    "overflow": {"depth": 64, "width": 128, "kernel_initializer": "constant(value=1000)", "seeds": 1},
    "huge": {"depth": 64, "width": 64, "kernel_initializer": "random_normal(stddev=1000)"},
    "sigmoid and biases": {"activation": "sigmoid", "bias_initializer": "random_normal(stddev=1)"},
    "one feature": {"data": "line_and_bump"},
    "dead": {"bias_initializer": "constant(value=-1000)"},
}


def drawn(changes, palette=LIGHT):
    record = measure(SignalSpec(**QUICK | changes))
    expected = theory(record.spec)
    return {
        figure.name: figure
        for figure in (
            depth.plot_forwards(record, expected, palette),
            depth.plot_backwards(record, expected, palette),
            depth.plot_likeness(record, expected, palette),
            depth.plot_idle(record, palette),
            depth.plot_histograms(record, palette),
            plot_chaos(expected.place if expected else None, activations.registry[record.spec.activation], palette),
        )
    }


def lines(figure):
    return {line.name: line for line in figure.plot.data}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("changes", SPECS.values(), ids=SPECS)
def test_every_spec_can_be_drawn_in_a_way_plotly_accepts(changes, palette):
    for figure in drawn(changes, palette).values():
        go.Figure(json.loads(figure.plot.to_json()))  # checks every property
        assert figure.title.endswith(".")
        assert figure.title in figure.alt
        assert "nan" not in figure.title.lower()
        header, *rows = csv.reader(io.StringIO(figure.csv()))
        assert header == list(figure.table)
        assert rows
        assert all(len(row) == len(header) for row in rows)


@pytest.mark.parametrize("key", activations.registry)
def test_every_activation_has_its_map(key):
    figure = drawn({"activation": key})["chaos"]
    weights = np.asarray(lines(figure)["edge of chaos"].x)
    assert len(weights) >= 2
    low, high = figure.plot.layout.xaxis.range
    assert low < math.log10(weights.min())
    assert math.log10(weights.max()) < high


def test_the_spreads_are_the_measured_ones_and_the_theorys():
    record = measure(SignalSpec(**QUICK))
    expected = theory(record.spec)
    for figure, values, line in (
        (depth.plot_forwards(record, expected, LIGHT), record.activations, expected.activations),
        (depth.plot_backwards(record, expected, LIGHT), record.gradients, expected.gradients),
    ):
        found = lines(figure)
        assert found["measured"].y == pytest.approx(typical(values), rel=1e-6)
        assert found["theory"].y == pytest.approx(line, rel=1e-6)
        assert found["theory"].line.dash == "dash"
        assert figure.plot.layout.yaxis.type == "log"
        assert {"measured", "theory"} <= {note.text for note in figure.plot.layout.annotations}
        assert (figure.table["low"] <= figure.table["high"]).all()
        assert "on average; theory says 0.7" in figure.title


def test_without_a_theory_none_is_drawn_or_named():
    figures = drawn({"kernel_initializer": "identity"})
    for name in ("signal", "gradient", "likeness"):
        assert "theory" not in lines(figures[name])
        assert "theory" not in figures[name].title
    assert figures["chaos"].title.startswith("This start has no place on the map")
    assert "you are here" not in lines(figures["chaos"])


def test_a_dead_signal_lies_on_the_floor():
    figure = drawn({"kernel_initializer": "zeros"})["signal"]
    axis = figure.plot.layout.yaxis
    floor = axis.tickvals[list(axis.ticktext).index("0")]
    assert np.asarray(lines(figure)["measured"].y)[1:] == pytest.approx([floor] * 6)


def test_you_are_where_your_variances_are():
    changes = {"kernel_initializer": "random_normal(stddev=0.5)", "bias_initializer": "random_normal(stddev=0.3)"}
    figure = drawn(changes | {"activation": "tanh"})["chaos"]
    here = lines(figure)["you are here"]
    assert (here.x[0], here.y[0]) == pytest.approx((16 * 0.25, 0.09))
    assert figure.title.startswith("Beyond the edge: gradients explode")
    assert drawn({"kernel_initializer": "he_normal"})["chaos"].title.startswith("You are on the edge of chaos")
    assert drawn({"kernel_initializer": "glorot_normal"})["chaos"].title.startswith("Below the edge: gradients fade")


def test_correlations_of_both_pairs_are_drawn_between_minus_1_and_1():
    record = measure(SignalSpec(**QUICK | {"data": "digits"}))
    figure = depth.plot_likeness(record, theory(record.spec), LIGHT)
    measured = [line for line in figure.plot.data if line.name == "measured"]
    assert len(measured) == len(record.pairs) == 2
    for p, line in enumerate(measured):
        assert line.y == pytest.approx(np.median(record.cosines[:, p], axis=0), rel=1e-6, nan_ok=True)
    low, high = figure.plot.layout.yaxis.range
    assert -1.1 < low < 0
    assert 1 < high < 1.1


def test_shares_are_in_per_cent_and_of_what_the_activation_has():
    relu, tanh = (drawn({"activation": key})["idle"] for key in ("relu", "tanh"))
    assert relu.plot.layout.yaxis.title.text == "dead units"
    assert tanh.plot.layout.yaxis.title.text == "saturated answers"
    assert drawn({"activation": "linear"})["idle"].title == "No layer has dead units."
    assert "100 % of layer 6's" in drawn({"bias_initializer": "constant(value=-1000)"})["idle"].title


def test_histograms_stand_one_above_the_other_the_first_on_top():
    figure = drawn({"activation": "tanh", "kernel_initializer": "random_normal(stddev=50)"})["histograms"]
    rows = figure.plot.data
    assert [row.name for row in rows] == ["layer 1", "layer 2", "layer 3", "layer 5", "layer 6"]
    tops, bottoms = [max(row.y) for row in rows], [min(row.y) for row in rows]
    assert bottoms == [4, 3, 2, 1, 0]
    assert all(0 < top - bottom <= 1 for top, bottom in zip(tops, bottoms, strict=True))
    per_layer = figure.table["share"].reshape(5, -1).sum(axis=1)
    assert per_layer == pytest.approx(1)
    assert figure.title.startswith("In the outermost bars lie ")
