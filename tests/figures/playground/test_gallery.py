"""What the figures show, read from their traces: numbers, not pictures."""

import csv
import io
import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.analysis.playground.units import unit_similarity as similarity_of
from nnviz.analysis.words import number
from nnviz.core.experiment import Experiment
from nnviz.core.training import train
from nnviz.figures.playground.boundary import boundary
from nnviz.figures.playground.drift import plot_drift
from nnviz.figures.playground.gallery import playground_figures
from nnviz.figures.playground.gradients import gradients
from nnviz.figures.playground.loss import plot_loss
from nnviz.figures.playground.paths import MOST_PATHS, plot_paths
from nnviz.figures.playground.similarity import plot_similarity
from nnviz.figures.style.template import DARK, LIGHT

QUICK = {"epochs": 20, "samples": 80, "snapshots": 8}
DEEP = {"hidden": (64,) * 10, "activation": "relu", "learning_rate": 1.0, "epochs": 3}

PAIRS = {
    "zeros and glorot": ({"kernel_initializer": "zeros"}, {}),
    "no hidden layer and one unit": ({"hidden": ()}, {"hidden": (1,)}),
    "diverged and dead": (
        {**DEEP, "kernel_initializer": "random_normal(stddev=1)"},
        {**DEEP, "kernel_initializer": "ones"},
    ),
    "64 layers and 256 units": ({"hidden": (2,) * 64}, {"hidden": (256,)}),
    "real data": ({"dataset": "wine", "kernel_initializer": "zeros"}, {"dataset": "wine"}),
    "a curve": ({"dataset": "line_and_bump", "kernel_initializer": "zeros"}, {"dataset": "line_and_bump"}),
    "a curve that diverges": (
        {"dataset": "line_and_bump", "learning_rate": 1000.0, "activation": "relu"},
        {"dataset": "line_and_bump"},
    ),
    "other data on each side": ({"dataset": "iris"}, {"dataset": "circles", "hidden": (4, 4)}),
    "one epoch, one step": ({"epochs": 1, "batch_size": None, "snapshots": 2}, {"epochs": 1, "batch_size": None}),
}


def traces(*changes):
    return [train(Experiment(**{**QUICK, **change})) for change in changes]


@pytest.fixture(scope="module")
def stuck_and_free():
    return traces({"kernel_initializer": "zeros", "batch_size": None}, {})


@pytest.fixture(scope="module", params=PAIRS)
def pair(request):
    return traces(*PAIRS[request.param])


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("log_loss", [False, True])
def test_every_pair_can_be_drawn_in_a_way_plotly_accepts(pair, palette, log_loss):
    for layer in (0, 1):
        for row in playground_figures(pair, palette, log_loss, layer).values():
            for figure in row:
                go.Figure(json.loads(figure.plot.to_json()))  # checks every property
                assert figure.title.endswith(".")
                assert figure.title in figure.alt
                assert "nan" not in figure.title.lower()
                header, *lines = csv.reader(io.StringIO(figure.csv()))
                assert header == list(figure.table)
                assert all(len(line) == len(header) for line in lines)


def test_one_trace_alone_is_drawn_without_letters(stuck_and_free):
    for row in playground_figures(stuck_and_free[1:], LIGHT).values():
        for figure in row:
            assert figure.title.startswith("The network")
            assert figure.name == figure.name.strip()


def test_arrays_travel_as_bytes_not_as_lists(stuck_and_free):
    for row in playground_figures(stuck_and_free, LIGHT).values():
        for figure in row:
            for trace in json.loads(figure.plot.to_json())["data"]:
                for name in ("y", "z"):
                    assert name not in trace or "bdata" in trace[name]


def test_loss_shows_the_losses_and_the_level_of_a_guess(stuck_and_free):
    figure = plot_loss(stuck_and_free, LIGHT)
    lines = {line.name: line for line in figure.plot.data}
    for letter, trace in zip("AB", stuck_and_free, strict=True):
        assert lines[f"{letter} training"].y == pytest.approx(trace.train_loss[0], rel=1e-6)
        assert lines[f"{letter} unseen"].y == pytest.approx(trace.test_loss[0], rel=1e-6)
    assert lines["guess"].y == pytest.approx([math.log(2)] * 2)
    assert lines["A training"].line.dash == "solid"
    assert lines["B training"].line.dash == "dash"
    assert "ln 2 = 0.693: a guess" in [note.text for note in figure.plot.layout.annotations]
    assert figure.title.startswith("A stays at 0.693. B falls to ")


def test_a_loss_that_trembles_does_not_stay_at_a_number():
    trace = train(Experiment(kernel_initializer="zeros"))
    low, high = (number(ends(trace.train_loss[0])) for ends in (min, max))
    assert low != high
    assert plot_loss([trace], LIGHT).title == f"The network stays between {low} and {high}."


def test_loss_of_a_diverged_run_keeps_the_other_readable():
    figure = plot_loss(traces(PAIRS["diverged and dead"][0], {}), LIGHT)
    assert figure.title.startswith("A diverges at step ")
    assert figure.plot.layout.yaxis.range[1] < 10


def test_drift_draws_clones_on_a_floor_named_equal(stuck_and_free):
    figure = plot_drift(stuck_and_free, LIGHT)
    lines = {line.name: line for line in figure.plot.data}
    axis = figure.plot.layout.yaxis
    floor = axis.tickvals[list(axis.ticktext).index("0: equal")]
    assert lines["A median"].y == pytest.approx([floor] * len(stuck_and_free[0].epochs))
    assert (np.asarray(lines["A median"].customdata) == 0).all()
    assert np.asarray(lines["B median"].y).min() > 2 * floor
    assert axis.range[0] < math.log10(floor)
    assert figure.title == "A: 8 units act as 1. B: 8 units act as 8."
    assert figure.table["effective"].tolist() == figure.table["functions"].tolist() == [1] * 8 + [8] * 8


def test_paths_put_clones_on_one_point_within_the_same_ranges(stuck_and_free):
    a, b = plot_paths(stuck_and_free, LIGHT)
    assert a.title == "A: all 8 units sit on one point and never move."
    assert b.title == "B: 8 units, 8 paths."
    assert a.plot.layout.xaxis.range == b.plot.layout.xaxis.range
    assert a.plot.layout.yaxis.range == b.plot.layout.yaxis.range
    ends = a.plot.data[-1]
    assert list(ends.text) == ["1–8"]
    assert (ends.x[0], ends.y[0]) == (0, 0)
    kernel = stuck_and_free[1].kernels[0][0, -1]
    assert b.plot.data[-1].x == pytest.approx(kernel[0], rel=1e-6)
    assert b.plot.data[-1].y == pytest.approx(kernel[1], rel=1e-6)


def test_paths_of_many_units_are_capped_and_say_so():
    figure = plot_paths(traces({"hidden": (100,)}), LIGHT)[0]
    assert len(figure.plot.data[-1].x) == MOST_PATHS
    assert figure.title.endswith(f"100 paths ({MOST_PATHS} drawn).")


def test_paths_name_their_plane():
    plane, curve, deep = (
        plot_paths(traces(change), LIGHT)[0].plot.layout
        for change in ({}, {"dataset": "line_and_bump"}, {"dataset": "iris"})
    )
    assert (plane.xaxis.title.text, plane.yaxis.title.text) == ("weight of x₁", "weight of x₂")
    assert (curve.xaxis.title.text, curve.yaxis.title.text) == ("weight", "bias")
    assert "main direction" in deep.xaxis.title.text


def test_similarity_of_clones_is_all_one(stuck_and_free):
    a, b = plot_similarity(stuck_and_free, LIGHT)
    assert (a.table["cosine"] == 1).all()
    assert a.title == "A: all 1, every unit looks the same way."
    matrix = np.asarray(b.plot.data[0].z)
    assert matrix.shape == (8, 8)
    assert np.diag(matrix) == pytest.approx(1)
    assert (b.plot.data[0].zmin, b.plot.data[0].zmax) == (-1, 1)


def test_boundary_of_zeros_is_flat_and_has_no_unit_lines(stuck_and_free):
    a, b = boundary(stuck_and_free, LIGHT)
    assert a.title == "A: the same answer everywhere, 0.50."
    assert np.ptp(a.table["probability_of_class_1"]) == 0
    assert "unit lines" not in [line.name for line in a.plot.data]
    assert b.title.endswith("of unseen points right.")
    assert a.plot.layout.xaxis.range == b.plot.layout.xaxis.range


def test_unit_lines_are_where_the_units_sums_are_zero(stuck_and_free):
    trace = stuck_and_free[1]
    lines = next(line for line in boundary(stuck_and_free, LIGHT)[1].plot.data if line.name == "unit lines")
    numbers = next(line for line in boundary(stuck_and_free, LIGHT)[1].plot.data if line.name == "unit numbers")
    ends = np.stack([lines.x, lines.y], axis=1).reshape(-1, 3, 2)[:, :2]
    for unit, line in zip(map(int, numbers.text), ends, strict=True):
        sums = line @ trace.kernels[0][0, -1, :, unit - 1] + trace.biases[0][0, -1, unit - 1]
        assert sums == pytest.approx(0, abs=1e-5)


def test_data_points_have_a_colour_and_a_shape_for_each_class(stuck_and_free):
    points = [line for line in boundary(stuck_and_free, LIGHT)[0].plot.data if (line.name or "").startswith("class")]
    assert sum(len(line.x) for line in points) == 80
    assert {line.marker.symbol for line in points} == {"circle", "diamond"}
    assert {line.marker.line.color for line in points if "unseen" in line.name} == {LIGHT.negative, LIGHT.positive}


def test_real_data_show_what_unseen_rows_were_taken_for():
    a, b = boundary(traces(*PAIRS["real data"]), LIGHT)
    assert a.title.startswith("A: every unseen row is taken for grower ")
    assert a.table["rows"].sum() == b.table["rows"].sum() == 40


def test_gradients_that_are_zero_lie_on_the_floor(stuck_and_free):
    a, b = gradients(stuck_and_free, LIGHT)
    assert a.title == "A: the hidden layer's gradient is exactly 0 throughout."
    floor = a.plot.layout.yaxis.tickvals[0]
    assert a.plot.layout.yaxis.ticktext[0] == "0"
    assert a.plot.data[0].y == pytest.approx([floor] * 8)
    assert b.plot.data[0].y == pytest.approx(stuck_and_free[1].gradient_norms[0, :, 0], rel=1e-6)


def test_what_speaks_of_one_moment_says_which(stuck_and_free):
    moments = [3, 4]
    rows = playground_figures(stuck_and_free, LIGHT, snapshots=moments)
    for (a, b), (end_a, end_b) in zip(
        [rows["similarity"], rows["gradients"]],
        [playground_figures(stuck_and_free, LIGHT)[name] for name in ("similarity", "gradients")],
        strict=True,
    ):
        assert (a.title != end_a.title, b.title != end_b.title) == (True, True)
    epoch = f"{stuck_and_free[1].epochs[4]:.1f}"
    assert rows["similarity"][1].title.startswith(f"B at epoch {epoch}: ")
    assert f" At epoch {epoch}: " in rows["gradients"][1].title
    *lines, dots = rows["gradients"][1].plot.data
    assert [dots.y[i] for i in range(2)] == pytest.approx([line.y[4] for line in lines])


def test_the_similarity_is_that_of_the_moment(stuck_and_free):
    trace = stuck_and_free[1]
    for moment in (0, 5):
        (drawn,) = plot_similarity([trace.until(moment)], LIGHT)
        np.testing.assert_array_equal(drawn.table["cosine"], similarity_of(trace, 0, snapshot=moment).ravel())
