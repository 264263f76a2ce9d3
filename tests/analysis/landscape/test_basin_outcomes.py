"""Which starts reach a loss, and when."""

import math

import numpy as np
import pytest

from nnviz.analysis.landscape.basin_map import BasinMap, Window, basins
from nnviz.analysis.landscape.basin_outcomes import BasinOutcome, steps_to
from nnviz.core.experiment import Experiment

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), learning_rate=1.0, batch_size=None, epochs=300, seed=2,
    snapshots=40, dtype="float32",
)  # fmt: skip


def outcome(finals, bar=0.5, diverged=()):
    """A map whose runs all start at 1 and end here after ten steps."""
    finals = np.asarray(finals, float)
    side = len(finals)
    window = Window(side=side, width=side)
    x, y = window.axes("float64")
    diverged_at = np.full(finals.shape, -1)
    for place in diverged:
        diverged_at[place] = 7
    losses = np.stack([np.ones_like(finals), finals], axis=-1)
    return BasinOutcome(BasinMap(XOR, window, x, y, np.array([0, 10]), losses, diverged_at), bar)


def test_steps_agree_with_a_trace_recorded_at_every_step():
    window = Window(side=24)
    seldom = BasinOutcome(basins(XOR, window), 0.1)
    always = basins(XOR.replace(snapshots=1000), window)
    assert (np.diff(always.moments) == 1).all()
    below = always.losses < 0.1
    truth = np.where(below.any(axis=-1), below.argmax(axis=-1), np.nan)
    known = np.isfinite(seldom.steps)
    assert known.mean() > 0.4
    assert (known <= np.isfinite(truth)).all()
    assert (known == np.isfinite(truth)).mean() > 0.99
    off = np.abs(seldom.steps - truth)[known]
    assert off.max() <= seldom.longest_gap
    assert np.median(off) <= 1
    np.testing.assert_array_equal(BasinOutcome(always, 0.1).steps, truth)


def test_between_moments_a_loss_that_falls_exponentially_is_read_exactly():
    moments = np.array([0, 4, 20, 60])
    losses = np.exp(-0.1 * moments)
    for bar in (0.9, 0.5, 0.1, 0.01):
        assert steps_to(losses, moments, bar) == math.ceil(-10 * math.log(bar))


@pytest.mark.parametrize(
    ("losses", "steps"),
    [
        ([0.2, 0.1, 0.1], 0),
        ([0.9, 0.9, 0.9], math.nan),
        ([0.9, np.nan, np.nan], math.nan),
        ([0.9, 0.4, np.nan], 9),
        ([0.9, 0.4, 0.8], 9),
        ([1.0, 0.0, 0.0], 1),
        ([0.9, 0.5, 0.5], math.nan),
    ],
)
def test_steps_at_the_edges(losses, steps):
    assert steps_to(np.array(losses), np.array([0, 12, 20]), 0.5) == pytest.approx(steps, nan_ok=True)


def test_who_reached_and_who_diverged():
    found = outcome([[0.1, 0.9], [np.nan, 0.2]], diverged=[(1, 0)])
    assert found.reached.tolist() == [[True, False], [False, True]]
    assert found.lost.tolist() == [[False, False], [True, False]]
    assert found.share == 0.5
    assert found.longest_gap == 10


def test_the_nearest_start_that_ends_differently_is_found():
    finals = np.random.default_rng(3).random((12, 12))
    found = outcome(finals)
    for place in ((0, 0), (5, 6), (11, 2)):
        other = found.nearest_other(place)
        squares = [
            (row - place[0]) ** 2 + (column - place[1]) ** 2
            for row in range(12)
            for column in range(12)
            if found.reached[row, column] != found.reached[place]
        ]
        assert found.reached[other] != found.reached[place]
        assert (other[0] - place[0]) ** 2 + (other[1] - place[1]) ** 2 == min(squares)
    assert outcome(np.zeros((3, 3))).nearest_other((1, 1)) is None


def test_a_point_s_pixel_is_found():
    found = outcome(np.zeros((5, 5)))
    assert found.nearest(0.0, 0.0) == (2, 2)
    assert found.nearest(1.4, -2.2) == (0, 3)
    assert found.nearest(-99.0, 99.0) == (4, 0)


def test_the_extremes():
    found = outcome([[0.4, 0.01, 0.9], [0.2, 0.3, 0.6], [np.nan, 0.3, 0.3]], diverged=[(2, 0)])
    assert found.extremes() == {"fastest": (0, 1), "slowest": (0, 0), "highest loss": (0, 2)}
    assert outcome([[0.9, 0.8], [0.9, 0.9]]).extremes() == {"highest loss": (0, 0)}
    assert outcome([[np.nan, np.nan]] * 2).extremes() == {}
