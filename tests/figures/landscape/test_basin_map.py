"""What the basin map and its border show, read from their traces: numbers, not pictures."""

import csv
import io
import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.analysis.landscape.basin_map import Window, basins
from nnviz.analysis.landscape.basin_outcomes import BasinOutcome
from nnviz.core.experiment import Experiment
from nnviz.figures.landscape import basin_map as draw
from nnviz.figures.landscape.border import plot_border
from nnviz.figures.style.template import DARK, LIGHT

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), learning_rate=7.0, batch_size=None, epochs=100, seed=2,
    snapshots=20, dtype="float32",
)  # fmt: skip
CASES = {
    "default": ({}, 0.1),
    "none reaches": ({}, 1e-4),
    "all from the start": ({}, 10.0),
    "diverged": ({"dataset": "line_and_bump", "samples": 20, "activation": "relu", "learning_rate": 0.7}, 0.1),
    "one epoch": ({"epochs": 1, "snapshots": 2}, 0.6),
    "a real target": ({"dataset": "line_and_bump", "samples": 20, "learning_rate": 0.1}, 0.1),
    "iris": ({"dataset": "iris", "samples": 30}, 0.5),
}


def found(case="default", side=16):
    changes, bar = CASES[case]
    experiment = XOR.replace(**changes)
    up = "x1_to_unit_2" if experiment.layer_sizes[0] == 1 else "x2_to_unit_1"
    return BasinOutcome(basins(experiment, Window(up=up, side=side)), bar)


def trace(figure, name):
    return next((trace for trace in figure.plot.data if trace.name == name), None)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_whatever_became_of_the_runs_the_figures_are_valid(case, palette):
    outcome = found(case)
    a = (3, 4)
    figures = [
        draw.plot_basins(outcome, palette, draw.STEPS, a, outcome.nearest_other(a)),
        draw.plot_basins(outcome, palette, draw.LOSS),
        plot_border(outcome, palette),
    ]
    for figure in figures:
        go.Figure(figure.plot.to_dict())  # Plotly checks every value
        text = json.loads(figure.plot.to_json())
        assert "NaN" not in json.dumps(text["layout"])
        assert figure.title.endswith(".")
        assert figure.title in figure.alt
        rows = list(csv.reader(io.StringIO(figure.csv())))
        assert len(rows) > 3
        assert set(map(len, rows)) == {len(figure.table)}


def test_over_each_pixel_lies_one_point_that_tells_what_became_of_it():
    outcome = found()
    figure = draw.plot_basins(outcome, LIGHT)
    reached, never = trace(figure, "reached"), trace(figure, "never")
    assert len(reached.x) + len(never.x) == 256
    assert trace(figure, "diverged") is None
    places = {(float(x), float(y)) for points in (reached, never) for x, y in zip(points.x, points.y, strict=True)}
    assert places == {(float(x), float(y)) for x in outcome.basins.x for y in outcome.basins.y}
    for points in (reached, never):
        for i in (0, len(points.x) // 2):
            place = outcome.nearest(float(points.x[i]), float(points.y[i]))
            steps, last = points.customdata[i]
            assert last == pytest.approx(outcome.final[place])
            assert steps == pytest.approx(outcome.steps[place], nan_ok=True)
    assert "never below loss 0.1" in never.hovertemplate
    assert "below loss 0.1 after about" in reached.hovertemplate


def test_fewer_steps_are_lighter_and_never_is_a_colour_and_a_word_of_its_own():
    outcome = found()
    figure = draw.plot_basins(outcome, LIGHT)
    shades, axis = trace(figure, "runs").z, figure.plot.layout.coloraxis
    order = np.argsort(outcome.steps[outcome.reached])
    assert (np.diff(shades[outcome.reached][order]) >= 0).all()
    assert shades[outcome.reached].min() == 0
    assert shades[outcome.reached].max() == pytest.approx(1)
    assert np.unique(shades[~outcome.reached]).size == 1
    assert shades[~outcome.reached].min() > 1 + draw.GAP
    assert axis.cmax == pytest.approx(1 + draw.GAP + draw.LETTER * len("never"))
    assert axis.colorscale[-1] == (1.0, LIGHT.text)
    assert axis.colorbar.ticktext[-1] == "never"
    assert axis.colorbar.title.text == "steps to loss 0.1"


def test_runs_that_diverge_are_said_to():
    outcome = found("diverged")
    figure = draw.plot_basins(outcome, LIGHT)
    assert figure.plot.layout.coloraxis.colorbar.ticktext[-1] == "diverged"
    points = trace(figure, "diverged")
    assert len(points.x) == outcome.lost.sum() > 0
    assert "diverged at step" in points.hovertemplate
    assert points.customdata[0][0] == outcome.basins.diverged_at[outcome.lost][0]


def test_a_run_that_got_there_and_then_diverged_is_told_of_as_such():
    outcome = found("diverged")
    both = outcome.reached & (outcome.basins.diverged_at >= 0)
    assert both.any()
    points = [trace for trace in draw.plot_basins(outcome, LIGHT).plot.data if trace.customdata is not None]
    assert sum(len(trace.x) for trace in points) == outcome.reached.size
    (told,) = (trace for trace in points if "then diverged" in trace.name)
    assert len(told.x) == both.sum()
    assert ", then diverged at step" in told.hovertemplate


def test_the_last_loss_on_a_linear_scale():
    outcome = found()
    figure = draw.plot_basins(outcome, LIGHT, draw.LOSS)
    shades, axis = trace(figure, "runs").z, figure.plot.layout.coloraxis
    top = min(outcome.final.max(), 1.5 * math.log(2))
    np.testing.assert_allclose(shades, np.minimum(outcome.final, top) / top, rtol=1e-5)
    for place, text in zip(axis.colorbar.tickvals, axis.colorbar.ticktext, strict=True):
        assert place * top == pytest.approx(float(text))


def test_the_finding_counts():
    outcome = found()
    title = draw.plot_basins(outcome, LIGHT).title
    assert title.startswith(f"{100 * outcome.reached.mean():.0f} % of the 256 starts reach loss 0.1 in 100 steps;")
    assert title.endswith(f"the fastest after about {np.nanmin(outcome.steps):.0f} steps.")
    assert draw.basin_finding(found("none reaches")) == "None of the 256 starts reaches loss 0.0001 in 100 steps."
    assert draw.basin_finding(found("all from the start")).startswith(
        "All 256 starts reach loss 10 in 100 steps; some are"
    )


def test_a_and_b_are_ringed_where_they_start():
    outcome = found()
    figure = draw.plot_basins(outcome, LIGHT, draw.STEPS, (2, 3), (5, 7))
    a, b = trace(figure, "A"), trace(figure, "B")
    assert (a.x[0], a.y[0]) == (outcome.basins.x[3], outcome.basins.y[2])
    assert (b.x[0], b.y[0]) == (outcome.basins.x[7], outcome.basins.y[5])
    assert a.marker.symbol != b.marker.symbol
    assert (a.text[1], b.text[1]) == ("<b>A</b>", "<b>B</b>")


def test_the_border_s_figure_tells_shares_by_distance():
    outcome = found(side=40)
    figure = plot_border(outcome, LIGHT)
    points = trace(figure, "measured")
    np.testing.assert_allclose(points.x, [0.25, 0.5, 1, 2])
    np.testing.assert_allclose(points.y, outcome.border.shares, rtol=1e-6)
    smooth = trace(figure, "smooth")
    assert smooth.y[-1] / smooth.y[0] == pytest.approx(8)
    assert f"{100 * outcome.border.shares[0]:.0f} % end differently" in figure.title
    assert "rarer; at a smooth border it would be 50 %." in figure.title
    nowhere = plot_border(found("none reaches"), LIGHT)
    assert len(nowhere.plot.data) == 0
    assert nowhere.title == "Of starts 0.625 apart in one weight, 0 % end differently."


@pytest.mark.parametrize(
    ("value", "pixel", "text"),
    [
        (0.0, 0.1, "0"),
        (-0.04, 1.0, "0"),
        (100.0, 10.0, "100"),
        (-1234.6, 100.0, "−1235"),
        (0.000123456, 1e-6, "0.0001235"),
    ],
)
def test_weights_have_as_many_decimals_as_pixels_need(value, pixel, text):
    assert draw.short_number(value, pixel) == text
