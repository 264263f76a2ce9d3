"""The figures of lessons 5 and 6: spreads against losses and shares, the fifteen methods, lines with their names."""

import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.analysis.depth.scales import Scales
from nnviz.analysis.initializers.families import methods
from nnviz.core.experiment import Experiment
from nnviz.figures.depth.scales import plot_successes, plot_window
from nnviz.figures.initializers.families import plot_stddevs
from nnviz.figures.style.lines import NamedLine, plot_lines
from nnviz.figures.style.template import DARK, LIGHT


def found(losses, spreads=(0.01, 0.1, 1.0)):
    losses = np.array(losses, dtype=float)
    kinds = tuple(tuple("diverged" if np.isnan(loss) else "stuck" for loss in row) for row in losses)
    return Scales(Experiment(), np.array(spreads), losses, kinds, guess=math.log(2))


SOME = found([[0.7, 0.69], [0.01, 0.02], [np.nan, 5.0]])
CASES = {
    "some": SOME,
    "all learned": found([[0.1], [0.0], [0.1]]),
    "all lost": found([[np.nan], [np.nan], [np.nan]]),
}


def by_name(figure, name):
    return next(trace for trace in figure.plot.data if trace.name == name)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_case_can_be_drawn_in_a_way_plotly_accepts(case, palette):
    for figure in (plot_window(case, palette, 0.2), plot_window(case, palette), plot_successes(case, palette)):
        go.Figure(json.loads(figure.plot.to_json()))  # checks every property
        assert figure.title.endswith(".")
        assert figure.title in figure.alt
        assert {len(column) for column in figure.table.values()} == {case.losses.size}


def test_a_run_that_overflowed_has_a_mark_of_its_own_above_a_guess():
    figure = plot_window(SOME, LIGHT)
    runs, lost = by_name(figure, "runs"), by_name(figure, "overflowed")
    assert len(runs.x) == 5
    assert len(lost.x) == 1
    assert lost.marker.symbol != runs.marker.symbol
    assert lost.y[0] > SOME.guess
    assert max(runs.y) <= lost.y[0]  # also the loss of 5, which the axis does not reach


def test_the_window_is_told_in_the_title():
    assert plot_window(SOME, LIGHT).title == "Of 3 spreads between 0.01 and 1, 1 let most runs learn: 0.1."
    assert "From no spread" in plot_window(CASES["all lost"], LIGHT).title


def test_shares_stand_with_their_intervals():
    figure = plot_successes(SOME, LIGHT)
    share = by_name(figure, "share")
    assert list(share.y) == [0, 100, 0]
    assert list(share.error_y.array) == pytest.approx([65.76, 0, 65.76], abs=0.01)  # Wilson's of 0 in 2
    assert figure.title.startswith("Spread 0.1 does best: 100 % of 2 starts learned.")


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("layer", [(64, 32), (2, 2), (512, 3)], ids=str)
def test_every_method_has_a_dot_a_mark_of_theory_and_its_number(layer, palette):
    drawn = methods(*layer)
    figure = plot_stddevs(drawn, palette)
    go.Figure(json.loads(figure.plot.to_json()))
    dots, marks = by_name(figure, "measured"), by_name(figure, "theory")
    assert len(dots.x) == len(marks.x) == len(drawn) == 15
    assert np.abs(np.array(dots.x) - np.array(marks.x)).max() < 0.1 * max(marks.x)
    texts = [note.text for note in figure.plot.layout.annotations]
    assert all(method.initializer.key in texts for method in drawn)


def test_lines_end_in_their_names_and_differ_in_more_than_colour():
    x = np.array([1.0, 10.0, 100.0])
    drawn = [
        NamedLine("up", x, LIGHT.a),
        NamedLine("down", 1 / x, LIGHT.b, "dash"),
        NamedLine("rule", x, LIGHT.muted, marks=False),
    ]
    figure = plot_lines(
        "some", "Up.", "Some lines. Up.", x, drawn, LIGHT, x_title="n", y_title="y", log_x=True, log_y=True
    )
    go.Figure(json.loads(figure.plot.to_json()))
    up, down, rule = figure.plot.data
    assert (up.mode, rule.mode) == ("lines+markers", "lines")
    assert up.line.dash != down.line.dash
    assert up.marker.symbol != down.marker.symbol
    assert {note.text for note in figure.plot.layout.annotations} == {"up", "down", "rule"}
    assert figure.plot.layout.xaxis.type == figure.plot.layout.yaxis.type == "log"
    assert list(figure.table) == ["x", "up", "down", "rule"]


def test_lines_that_reach_zero_and_infinity_can_be_drawn():
    values = np.array([0.0, 1e200, np.inf])
    for log in (True, False):
        figure = plot_lines(
            "some",
            "Up.",
            "Up.",
            np.arange(3),
            [NamedLine("up", values, LIGHT.a)],
            DARK,
            x_title="n",
            y_title="y",
            log_y=log,
        )
        go.Figure(json.loads(figure.plot.to_json()))
