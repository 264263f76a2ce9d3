"""What the restart page's figures show, read from their traces: numbers, not pictures."""

import csv
import io
import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.analysis.restarts.loss_levels import levels
from nnviz.analysis.restarts.restarts import portion, train_portion
from nnviz.analysis.restarts.sentences import success
from nnviz.analysis.restarts.success_rates import best_of, chance_of_one
from nnviz.core.experiment import Experiment
from nnviz.figures.restarts.best_of import plot_best_loss, plot_chance
from nnviz.figures.restarts.final_losses import plot_final_losses
from nnviz.figures.restarts.loss_bands import MOST_CURVES, restarts_curves
from nnviz.figures.restarts.narrowing import plot_narrowing
from nnviz.figures.restarts.run_sides import run_sides
from nnviz.figures.style.template import DARK, LIGHT

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=5000
)  # fmt: skip
QUICK = Experiment(samples=40, hidden=(3,), epochs=5)
CURVE = Experiment(dataset="line_and_bump", samples=40, hidden=(4,), activation="relu", epochs=20)

PAIRS = {
    "one run each": ((QUICK, 1), (QUICK.replace(seed=9), 1)),
    "the same": ((QUICK, 7), (QUICK, 7)),
    "other numbers of runs": ((QUICK, 3), (QUICK.replace(kernel_initializer="zeros"), 30)),
    "all diverged, some diverged": ((CURVE.replace(learning_rate=9.0), 4), (CURVE.replace(learning_rate=1.5), 20)),
    "other data": ((CURVE, 5), (QUICK.replace(dataset="iris"), 5)),
    "no hidden layer": ((QUICK.replace(hidden=()), 4), (QUICK.replace(dataset="digits", samples=200), 2)),
    "one step": ((QUICK.replace(epochs=1, batch_size=None), 4), (QUICK.replace(epochs=2), 4)),
}


def runs_of(experiment, runs):
    return train_portion(portion(experiment, 0, runs))


def drawn(both, threshold=0.1, log=False):
    palette = LIGHT
    return [
        *restarts_curves(both, threshold, palette, log),
        plot_final_losses(both, threshold, palette, log),
        plot_narrowing(both, threshold, palette),
        plot_chance(both, threshold, palette),
        plot_best_loss(both, threshold, palette, log),
    ]


@pytest.fixture(scope="module")
def xor():
    other = XOR.replace(kernel_initializer="random_normal(stddev=5)")
    return run_sides([runs_of(XOR, 150), runs_of(other, 150)], LIGHT)


@pytest.fixture(scope="module", params=PAIRS)
def pair(request):
    return run_sides([runs_of(*side) for side in PAIRS[request.param]], DARK)


def lines(figure):
    return {line.name: line for line in figure.plot.data}


@pytest.mark.parametrize("threshold", [1e-9, 0.1, 1000.0])
@pytest.mark.parametrize("log", [False, True])
def test_every_pair_can_be_drawn_in_a_way_plotly_accepts(pair, threshold, log):
    for figure in drawn(pair, threshold, log):
        go.Figure(json.loads(figure.plot.to_json()))  # checks every property
        assert figure.title.endswith(".")
        assert figure.title in figure.alt
        assert "nan" not in figure.title.lower()
        assert "no number" not in figure.title
        header, *rows = csv.reader(io.StringIO(figure.csv()))
        assert header == list(figure.table)
        assert rows
        assert all(len(row) == len(header) for row in rows)
        low, high = figure.plot.layout.yaxis.range
        assert math.isfinite(low)
        assert low < high < math.inf


def test_the_curves_are_the_runs_and_their_bands(xor):
    for figure, lot in zip(restarts_curves(xor, 0.1, LIGHT), xor, strict=True):
        found, runs = lines(figure), lot.runs
        assert found["median"].y == pytest.approx(np.median(runs.curves, axis=0), rel=1e-6)
        assert found["median"].line.dash == lot.dash
        singles = np.asarray(found["single runs"].y).reshape(MOST_CURVES, -1)
        assert singles[:, :-1] == pytest.approx(runs.curves[:MOST_CURVES], rel=1e-6)
        assert np.isnan(singles[:, -1]).all()
        assert "the first 100 runs drawn" in figure.plot.layout.xaxis.title.text
        low, high = np.split(np.asarray(found["8 in 10 runs"].y), 2)
        assert low == pytest.approx(np.quantile(runs.curves, 0.1, axis=0), rel=1e-6)
        assert high[::-1] == pytest.approx(np.quantile(runs.curves, 0.9, axis=0), rel=1e-6)
        assert "ln 2 = 0.693: a guess" in [note.text for note in figure.plot.layout.annotations]


def test_words_on_lines_close_together_do_not_meet(xor):
    for threshold, anchor in ((0.1, "bottom"), (0.65, "top"), (0.75, "bottom")):
        (words,) = [
            note
            for note in restarts_curves(xor, threshold, LIGHT)[0].plot.layout.annotations
            if note.text.startswith("success")
        ]
        assert words.yanchor == anchor


def test_both_sides_curves_have_one_axis(xor):
    first, second = restarts_curves(xor, 0.1, LIGHT)
    assert first.plot.layout.yaxis.range == second.plot.layout.yaxis.range


def test_a_point_to_click_lies_on_its_own_run(xor):
    for figure, lot in zip(restarts_curves(xor, 0.1, LIGHT), xor, strict=True):
        points = lines(figure)["points to click"]
        for i in range(0, len(points.x), 37):
            run = points.customdata[i]
            moment = int(np.argmin(np.abs(lot.runs.epochs - points.x[i])))
            loss = lot.runs.curves[run, moment]
            on_axis = loss <= figure.plot.layout.yaxis.range[1]
            assert points.y[i] == pytest.approx(loss if on_axis else np.nan, rel=1e-6, nan_ok=True)
            assert f"seed {lot.runs.seeds[run]}<br>" in points.hovertext[i]


@pytest.mark.parametrize("log", [False, True])
def test_the_bars_count_every_run_at_its_loss(xor, log):
    figure = plot_final_losses(xor, 0.1, LIGHT, log)
    for lot, sign in zip(xor, (-1, 1), strict=True):
        bars = lines(figure)[lot.letter]
        assert (np.sign(bars.x) == sign).all()
        assert np.abs(bars.x).sum() == lot.runs.runs
        half = float(np.ravel(bars.width)[0]) / 2
        for amount, middle in zip(np.abs(bars.x), bars.y, strict=True):
            values = np.log10(lot.runs.train_loss) if log else lot.runs.train_loss
            assert ((values >= middle - half - 1e-12) & (values < middle + half + 1e-12)).sum() == amount


def test_levels_are_drawn_across_and_named_with_their_runs(xor):
    figure = plot_final_losses(xor, 0.1, LIGHT)
    found = lines(figure)
    for level in levels(XOR):
        assert found[level.name].y == pytest.approx([level.loss] * 2)
        assert found[level.name].x[0] < 0 < found[level.name].x[1]
    texts = [note.text for note in figure.plot.layout.annotations]
    stuck = [int((np.abs(lot.runs.train_loss - math.log(2) / 2) < 0.01).sum()) for lot in xor]
    assert f"ln 2 / 2 = 0.347: A {stuck[0]}, B {stuck[1]}" in texts
    assert "success: below 0.1" in texts
    assert figure.title.startswith("A: of ")


def test_losses_far_above_a_linear_axis_stay_within_what_a_browser_can_draw():
    both = run_sides([runs_of(CURVE.replace(learning_rate=1.5), 20), runs_of(CURVE, 4)], LIGHT)
    assert both[0].runs.ranked.min() > 1e6
    for figure in drawn(both):
        high = figure.plot.layout.yaxis.range[1]
        for line in figure.plot.data:
            y = np.asarray(line.y, float)
            assert not (y > 25 * high).any()
    bars = lines(plot_final_losses(both, 0.1, LIGHT))["A"]
    finite = int(np.isfinite(both[0].runs.train_loss).sum())
    assert np.abs(bars.x).sum() == finite
    assert f"{finite} of them above" in bars.hovertext[-1]


def test_one_run_is_not_counted_and_no_level_is_not_elsewhere():
    both = run_sides([runs_of(CURVE, 1), runs_of(CURVE, 3)], LIGHT)
    assert plot_final_losses(both, 1000.0, LIGHT).title == "A: its one run succeeds. B: no run of 3 fails."
    assert plot_final_losses(both, 1e-9, LIGHT).title.endswith("B: of 3 failed runs, 3 at no known level.")


def test_levels_of_one_side_stay_on_its_side():
    both = run_sides([runs_of(QUICK, 3), runs_of(QUICK.replace(dataset="iris"), 3)], LIGHT)
    found = lines(plot_final_losses(both, 0.1, LIGHT))
    assert found["ln 2"].x[1] == 0
    assert found["the entropy of the classes"].x[0] == 0


def test_the_table_of_the_final_losses_has_a_row_a_run(xor):
    table = plot_final_losses(xor, 0.1, LIGHT).table
    assert table["seed"].tolist() == [*range(150)] * 2
    assert table["train_loss"][150:].tolist() == xor[1].runs.train_loss.tolist()


def test_the_rate_narrows_from_the_first_seed_to_the_last(xor):
    figure = plot_narrowing(xor, 0.1, LIGHT)
    for lot in xor:
        found, rate = lines(figure)[f"{lot.letter} rate"], success(lot.runs, 0.1)
        assert found.y[-1] == pytest.approx(rate.share)
        assert found.customdata[-1] == pytest.approx([rate.low, rate.high], rel=1e-6)
        assert found.x[0] == 1
    assert " points after 150 seeds. B: the interval spans " in figure.title
    widths = np.asarray(figure.table["high"]) - np.asarray(figure.table["low"])
    assert widths[0] > 3 * widths[-1]


def test_the_chance_and_the_best_are_the_exact_ones(xor):
    chances, best = plot_chance(xor, 0.1, LIGHT), plot_best_loss(xor, 0.1, LIGHT)
    for lot in xor:
        rate = success(lot.runs, 0.1)
        line = lines(chances)[lot.letter]
        assert line.y == pytest.approx(chance_of_one(rate, len(line.y)), rel=1e-6)
        assert line.y[0] == pytest.approx(rate.share)
        line = lines(best)[lot.letter]
        assert line.y == pytest.approx(best_of(lot.runs.train_loss, len(line.y)), rel=1e-6)
        assert line.y[0] == pytest.approx(lot.runs.train_loss.mean(), rel=1e-6)
    assert chances.title.startswith("A: 3 restarts for 95 %. B: ")


def test_among_the_best_a_run_that_diverged_counts_as_a_guess():
    both = run_sides([runs_of(CURVE.replace(learning_rate=9.0), 4), runs_of(CURVE, 4)], LIGHT)
    assert both[0].runs.diverged == 4
    line = lines(plot_best_loss(both, 0.1, LIGHT))["A"]
    assert line.y == pytest.approx([levels(CURVE)[-1].loss] * 4, rel=1e-6)
