"""The pictures of the seeds' verdicts and of a change's spreading."""

import math

import numpy as np
import pytest

from nnviz.analysis.chance.repeats import NOTHING, RATE, WEIGHT, Ripple
from nnviz.analysis.chance.seeds import summed_up
from nnviz.core.experiment import Experiment
from nnviz.figures.chance.seeds import in_order, plot_per_seed, plot_ripple
from nnviz.figures.style.template import DARK, LIGHT

A = Experiment(seed=7)


def of(losses_a, losses_b):
    return summed_up(A, A, np.arange(7, 7 + len(losses_a)), np.array(losses_a, float), np.array(losses_b, float))


@pytest.fixture
def found():
    return of([0.5, 0.3, 0.4, 0.2, 0.6], [0.4, 0.5, 0.4, 0.1, 0.2])


def lines(figure):
    return {line.name: line for line in figure.plot.data}


def test_points_are_sorted_and_named_by_who_is_better(found):
    figure = plot_per_seed(found, LIGHT)
    drawn = lines(figure)
    assert (list(drawn["A better"].x), list(drawn["equal"].x), list(drawn["B better"].x)) == ([1], [2], [3, 4, 5])
    assert drawn["B better"].y == pytest.approx([0.1, 0.1, 0.4])
    assert (drawn["A better"].marker.color, drawn["B better"].marker.color) == (LIGHT.a, LIGHT.b)
    assert len({drawn[name].marker.symbol for name in ("A better", "equal", "B better")}) == 3
    assert figure.title == "A is better with 1 of 5 seeds, B with 3; 1 says neither."
    assert figure.table["seed"].tolist() == [8, 9, 7, 10, 11]
    assert "seed 8: A 0.300, B 0.500" in drawn["A better"].text[0]


def test_the_first_seed_is_ringed_and_named(found):
    figure = plot_per_seed(found, LIGHT)
    ring = lines(figure)["the fixed seed"]
    assert (ring.x[0], ring.y[0]) == (3, pytest.approx(0.1))
    assert "seed 7" in [note.text for note in figure.plot.layout.annotations]


def test_the_band_is_the_medians_interval(found):
    band = lines(plot_per_seed(found, LIGHT))["95 % interval of the median"]
    bottom, top = plot_per_seed(found, LIGHT).plot.layout.yaxis.range
    assert list(band.y) == pytest.approx([max(found.low, bottom)] * 2 + [min(found.high, top)] * 2)


def test_zero_is_always_in_sight():
    low, high = plot_per_seed(of([0.5, 0.6, 0.7], [0.1, 0.1, 0.1]), LIGHT).plot.layout.yaxis.range
    assert low < 0 < high


def test_diverged_runs_stand_at_the_end_and_pairs_of_them_nowhere():
    found = of([np.inf, 0.4, 0.3, np.inf, 0.2], [0.1, 0.5, 0.5, np.inf, np.inf])
    figure = plot_per_seed(found, LIGHT)
    bottom, top = figure.plot.layout.yaxis.range
    drawn = lines(figure)
    assert len(in_order(found)) == 4
    assert drawn["B better"].y == pytest.approx([top], rel=1e-6)
    assert drawn["A better"].y[0] == pytest.approx(bottom, rel=1e-6)
    assert math.isfinite(top)


@pytest.mark.parametrize("losses", [([np.inf] * 5, [np.inf] * 5), ([0.1] * 5, [0.1] * 5), ([np.inf] * 5, [0.1] * 5)])
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_plotly_takes_extreme_cases(losses, palette):
    figure = plot_per_seed(of(*losses), palette)
    type(figure.plot)(figure.plot.to_dict())
    assert figure.title in figure.alt


def test_nothing_changed_lies_on_the_floor_named_equal():
    steps = np.array([0, 1, 2])
    found = (
        Ripple(WEIGHT, 0.5, 0.6, steps, np.array([1e-16, 2e-16, 3e-15]), 0),
        Ripple(RATE, 0.3, 0.31, steps, np.array([0, 1e-16, 1e-15]), 1),
        Ripple(NOTHING, math.nan, math.nan, steps, np.zeros(3), -1),
    )
    figure = plot_ripple(found, LIGHT)
    type(figure.plot)(figure.plot.to_dict())
    axis, drawn = figure.plot.layout.yaxis, lines(figure)
    floor = axis.tickvals[list(axis.ticktext).index("0: equal")]
    assert drawn["nothing"].y == pytest.approx([floor] * 3)
    assert drawn["learning rate"].y[0] == pytest.approx(floor)
    assert drawn["one weight"].y == pytest.approx([1e-16, 2e-16, 3e-15], rel=1e-5)
    assert len({line.line.dash for line in drawn.values()}) == 3
    assert figure.table["nothing changed"].tolist() == [0, 0, 0]
    lost = tuple(Ripple(one.change, 0.0, 0.1, steps, np.full(3, np.nan), -1) for one in found)
    assert plot_ripple(lost, DARK).title == "The run diverged before anything could be compared."


def test_only_where_a_click_opens_something_does_the_hover_say_so(found):
    for click in (True, False):
        said = lines(plot_per_seed(found, LIGHT, click))["B better"].text[0]
        assert ("click" in said) == click
