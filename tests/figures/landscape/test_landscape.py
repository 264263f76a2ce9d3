"""What the landscape's pictures show, read from their traces: numbers, not pixels."""

import csv
import io
import json
import math
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.analysis.landscape.landscape import landscape
from nnviz.analysis.landscape.sentences import barrier as barrier_finding
from nnviz.analysis.landscape.sentences import where
from nnviz.core.experiment import Experiment
from nnviz.figures.landscape.barrier import plot_barrier
from nnviz.figures.landscape.heights import CEILING, Heights
from nnviz.figures.landscape.landscape import plot_landscape as draw
from nnviz.figures.landscape.relief import plot_relief
from nnviz.figures.style.template import DARK, LIGHT

QUICK = Experiment(samples=60, epochs=100, hidden=(4,), snapshots=12)
KINDS = {
    "three runs": (QUICK, "three_runs"),
    "one path": (QUICK, "own_path"),
    "scaled, overflow": (QUICK.replace(activation="relu", kernel_initializer="constant(value=30)"), "scaled_random"),
    "flat": (QUICK.replace(kernel_initializer="zeros"), "plain_random"),
    "no units": (QUICK.replace(hidden=(), dataset="blobs"), "two_runs"),
    "a real target": (QUICK.replace(dataset="line_and_bump"), "three_runs"),
}


@pytest.fixture(scope="module")
def found():
    return landscape(QUICK, resolution=21)


def traces(figure):
    return {trace.name: trace for trace in figure.plot.data}


def values(trace, axis):
    return np.asarray(getattr(trace, axis), float)


@pytest.mark.parametrize("log", [True, False], ids=["log", "linear"])
@pytest.mark.parametrize("case", KINDS.values(), ids=KINDS)
def test_every_landscape_can_be_drawn_in_a_way_plotly_accepts(case, log):
    found = landscape(*case, resolution=11)
    for palette in (LIGHT, DARK):
        for figure in (draw(found, palette, log), plot_relief(found, palette, log), plot_barrier(found, palette, log)):
            go.Figure(json.loads(figure.plot.to_json()))  # checks every property
            assert figure.alt
            assert figure.title in figure.alt
            assert len({len(column) for column in figure.table.values()}) == 1


def test_the_map_is_shaded_by_logarithms_and_tells_the_loss(found):
    ground = traces(draw(found, LIGHT))["ground"]
    assert np.allclose(values(ground, "z"), np.log10(found.loss), atol=1e-6)
    assert np.allclose(np.asarray(ground.customdata)[..., 0], found.loss, rtol=1e-6)
    assert np.allclose(values(traces(draw(found, LIGHT, log=False))["ground"], "z"), found.loss, atol=1e-6)


def test_contour_lines_are_labelled_round_losses_and_the_guess_is_dashed(found):
    lines = [trace for name, trace in traces(draw(found, LIGHT)).items() if name.startswith("loss")]
    levels = [line.contours.start for line in lines]
    assert all(line.contours.end == line.contours.start for line in lines)
    assert all(line.contours.showlabels for line in lines)
    assert all(np.allclose(values(line, "z"), found.loss, rtol=1e-6) for line in lines)
    assert [line.line.dash for line in lines].count("dash") == 1
    assert lines[-1].line.dash == "dash"
    assert levels[-1] == pytest.approx(math.log(2))
    for level in levels[:-1]:
        assert level == pytest.approx(float(f"{level:.2g}"))
        assert found.loss.min() < level < found.loss.max()


def test_paths_lead_from_a_hollow_mark_to_a_filled_one_with_the_runs_number(found):
    drawn = traces(draw(found, LIGHT))
    for number, path in enumerate(found.paths, 1):
        line, start, end = (drawn[f"{what} {number}"] for what in ("path", "start", "end"))
        assert np.allclose(np.stack([line.x, line.y], axis=1), path.points, atol=1e-5)
        assert (start.x[0], start.y[0]) == (line.x[0], line.y[0])
        assert (end.x[0], end.y[0]) == (line.x[-1], line.y[-1])
        assert start.marker.color == LIGHT.background
        assert end.marker.color == line.line.color == start.marker.line.color
        assert end.text == [f"<b>{number}</b>"] or end.text == (f"<b>{number}</b>",)
    looks = {(drawn[f"path {i}"].line.dash, drawn[f"end {i}"].marker.symbol) for i in (1, 2, 3)}
    assert len(looks) == 3  # never colour alone
    assert drawn["path 1"].line.color not in (LIGHT.a, LIGHT.b)


def test_the_map_is_true_to_scale(found):
    layout = draw(found, LIGHT).plot.layout
    assert layout.yaxis.scaleanchor == "x"
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == found.axes


def test_the_surface_has_paths_at_their_own_loss_and_ties_to_the_ground(found):
    drawn = traces(plot_relief(found, LIGHT))
    heights = Heights(found, True)
    lift = values(drawn["path 1"], "z")[0] - math.log10(found.paths[0].loss[0])
    assert 0 < lift < 0.02 * (heights.high - heights.low)
    for number, path in enumerate(found.paths, 1):
        assert np.allclose(values(drawn[f"path {number}"], "z"), np.log10(path.loss) + lift, atol=1e-5)
        tie = values(drawn[f"to the ground {number}"], "z")
        assert tie == pytest.approx([math.log10(path.loss[0]) + lift, math.log10(path.plane_loss[0]) + lift], abs=1e-5)
        pin = drawn[f"pin {number}"]
        assert pin.z[1] > heights.high
        assert pin.text[1] == f"<b>{number}</b>"
    surface = drawn["ground"]
    assert np.allclose(values(surface, "z"), np.log10(found.loss), atol=1e-6)


def test_titles_state_the_findings(found):
    assert draw(found, LIGHT).title == plot_relief(found, LIGHT).title == where(found)
    assert plot_barrier(found, LIGHT).title == barrier_finding(found)


def test_every_line_is_drawn_with_its_peak_and_a_guess_as_yardstick(found):
    figure = plot_barrier(found, LIGHT)
    drawn = traces(figure)
    assert values(drawn["guess"], "y") == pytest.approx([math.log(2)] * 2)
    assert len(found.matched) == 3
    for line in (*found.lines, *found.matched):
        assert values(drawn[" → ".join(line.ends)], "y") == pytest.approx(line.loss, rel=1e-6)
    before, after = (drawn[" → ".join(lines[0].ends)].line for lines in (found.lines, found.matched))
    assert (before.dash, before.color != after.color, before.width > after.width) == (after.dash, True, True)
    labels = [label.text for label in figure.plot.layout.annotations]
    assert labels.count("thin and grey: units matched") == 1
    assert len({drawn[" → ".join(line.ends)].line.dash for line in found.lines}) == 3
    low = replace(found, matched=(), lines=(replace(found.lines[0], loss=np.linspace(1, 2, 101)),))
    assert (
        len(plot_barrier(low, LIGHT).plot.layout.annotations) == 1
    )  # the guess's: this line climbs no higher than its end


def test_the_numbers_behind_the_map_are_all_there(found):
    rows = list(csv.DictReader(io.StringIO(draw(found, LIGHT).csv())))
    assert len(rows) == found.loss.size
    assert float(rows[22]["loss"]) == found.loss[1, 1]
    assert float(rows[22]["first_direction"]) == found.x[1]
    assert float(rows[22]["second_direction"]) == found.y[1]


def test_mountains_are_cut_only_without_logarithms_and_it_is_said(found):
    high = replace(found, loss=found.loss + np.eye(21) * 1e3)
    linear, log = Heights(high, False), Heights(high, True)
    assert linear.high == pytest.approx(CEILING * found.guess)
    assert linear.cuts() == "Losses above 2.77 are drawn as 2.77."
    assert log.high > 3
    assert log.cuts() == ""
    assert Heights(found, False).cuts() == "" or found.loss.max() > CEILING * found.guess


def test_a_path_above_the_mountains_lifts_the_ceiling(found):
    paths = (replace(found.paths[0], loss=found.paths[0].loss + 10), *found.paths[1:])
    assert Heights(replace(found, paths=paths), False).ceiling > 10


def test_no_depth_is_too_deep_and_no_number_is_highest(found):
    loss = found.loss.copy()
    loss[0, 0], loss[1, 1], loss[2, 2] = 0.0, np.inf, np.nan
    heights = Heights(replace(found, loss=loss), True)
    drawn = heights.drawn(loss)
    assert np.isfinite(drawn).all()
    assert drawn[0, 0] == heights.low
    assert drawn[1, 1] == drawn[2, 2] == heights.high
    assert "Losses below" in heights.cuts()


@pytest.mark.parametrize("log", [True, False], ids=["log", "linear"])
def test_contour_levels_are_few_and_rise(found, log):
    for top in (0.7, 2, 50, 1e6, 1e30) if log else (0.7, 2, 5):
        levels = Heights(replace(found, loss=found.loss * top), log).levels(most=6)
        assert 2 <= len(levels) <= 6
        assert levels == sorted(levels)


@pytest.mark.parametrize("log", [True, False], ids=["log", "linear"])
def test_flat_ground_has_no_contour_lines(found, log):
    assert Heights(replace(found, loss=np.full_like(found.loss, 0.5)), log).levels(most=6) == []


@pytest.mark.parametrize("log", [True, False], ids=["log", "linear"])
def test_narrow_ground_has_contour_lines_all_the_same(found, log):
    narrow = replace(found, loss=0.3 + 0.01 * (found.loss - found.loss.min()))
    assert len(Heights(narrow, log).levels(most=6)) >= 2
