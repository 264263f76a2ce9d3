"""Heaps, groups and rows of dots: what is drawn is what was found."""

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.analysis.rates import rate
from nnviz.analysis.restarts.best_of import one_success
from nnviz.analysis.restarts.restarts import train_portion
from nnviz.core.experiment import Experiment
from nnviz.figures.chance.dot_rows import plot_dot_rows
from nnviz.figures.restarts.group_rates import plot_group_rates
from nnviz.figures.restarts.group_shares import plot_group_shares
from nnviz.figures.restarts.loss_levels import plot_loss_levels
from nnviz.figures.style.template import DARK, LIGHT

XOR = Experiment(dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=1000)


def lines(figure):
    return {line.name: line for line in figure.plot.data}


@pytest.fixture(scope="module")
def runs():
    return train_portion(XOR.replace(restarts=60, snapshots=2))


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_plotly_takes_them(runs, palette):
    """Plotly's own check of every value, which drawing leaves out."""
    found = one_success(runs.below(0.1), 4)
    for figure in (
        plot_loss_levels(runs, 0.1, palette, mean=True),
        plot_group_shares(found, "Title.", "formula", "groups", palette, ringed=2, level=0.95),
        plot_group_rates([rate(3, 5), rate(5, 5)], 0.7, "groups", palette),
        plot_dot_rows({"one": np.arange(3.0)}, "strips", "Title.", {"title": {"text": "x"}}, palette),
    ):
        go.Figure(figure.plot.to_dict())
        assert len(figure.csv().splitlines()) > 1


def test_every_run_stands_in_a_heap(runs):
    figure = plot_loss_levels(runs, 0.1, LIGHT)
    assert sum(lines(figure)["runs"].y) == 60
    succeeded = int(runs.below(0.1).sum())
    stuck = int((abs(runs.train_loss - np.log(2) / 2) < 0.0139).sum())
    assert figure.title.startswith(f"{succeeded} of 60 runs end below 0.1; of the others, {stuck} near 0.347")
    assert figure.table["train_loss"].tolist() == runs.train_loss.tolist()


def test_the_mean_stands_where_it_is(runs):
    figure = plot_loss_levels(runs, 0.1, LIGHT, mean=True)
    mark = lines(figure)["mean ± deviation"]
    assert mark.x[0] == pytest.approx(runs.train_loss.mean())
    assert mark.error_x.array[0] == pytest.approx(runs.train_loss.std(ddof=1))
    assert "no run of 60 ends near it" in figure.title


def test_runs_above_the_axis_stand_in_its_last_bar():
    wild = train_portion(
        Experiment(samples=40, kernel_initializer="random_normal(stddev=30)", epochs=1, restarts=30, snapshots=2)
    )
    assert wild.train_loss.max() > 5
    bars = lines(plot_loss_levels(wild, 0.1, LIGHT))["runs"]
    assert sum(bars.y) == 30
    assert max(bars.x) < 2


def test_dots_lie_where_they_were_counted_and_the_line_by_formula():
    found = one_success(np.array([True, False] * 10), 4)
    figure = plot_group_shares(found, "Title.", "formula", "groups", LIGHT, ringed=2)
    drawn = lines(figure)
    assert list(drawn["counted"].y) == [0.5, 1, 1, 1]
    assert list(drawn["formula"].y) == pytest.approx([0.5, 0.75, 0.875, 0.9375])
    assert (drawn["marked"].x[0], drawn["marked"].y[0]) == (2, 1)
    assert list(drawn["counted"].error_y.arrayminus) == pytest.approx([one.share - one.low for one in found.counted])


def test_groups_that_miss_the_share_look_different():
    rates = [rate(5, 10), rate(6, 10), rate(0, 10)]
    figure = plot_group_rates(rates, 0.6, "groups", LIGHT)
    drawn = lines(figure)
    assert list(drawn["holds the share of all"].y) == [1, 2]
    assert list(drawn["misses it"].y) == [3]
    assert drawn["misses it"].marker.symbol != drawn["holds the share of all"].marker.symbol
    assert figure.title.endswith("and 2 of 3 hold the share of all runs.")


def test_dot_rows_draw_each_value_and_mark_the_median_or_what_was_told():
    rows = {"one": np.array([3.0, 1.0, 2.0, np.inf]), "other": np.array([5.0])}
    drawn = lines(plot_dot_rows(rows, "strips", "Title.", {}, LIGHT))
    assert sorted(drawn["one"].x) == [1, 2, 3]
    assert drawn["one, marked"].x[0] == 2
    assert max(abs(y) for y in drawn["one"].y) < 0.2 < 0.8 < min(drawn["other"].y)
    told = lines(plot_dot_rows(rows, "strips", "Title.", {}, LIGHT, {"one": 1.0, "other": 5.0}))
    assert told["one, marked"].x[0] == 1


def test_hovering_over_a_dot_names_its_own_run():
    rows = {"one": np.array([3.0, np.nan, 1.0])}
    figure = plot_dot_rows(rows, "runs", "Title.", {}, LIGHT, hover={"one": ["first", "second", "third"]})
    dots = lines(figure)["one"]
    assert list(zip(dots.x, dots.hovertext, strict=True)) == [(1, "third"), (3, "first")]
    assert figure.alt.endswith("one: 1 to 3.")


def test_a_row_without_finite_values_stays_empty():
    drawn = lines(plot_dot_rows({"none": np.array([np.inf])}, "strips", "Title.", {}, LIGHT))
    assert not len(drawn["none"].x)
    assert "none, marked" not in drawn
