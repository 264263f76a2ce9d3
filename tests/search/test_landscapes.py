"""Landscapes: their slopes, their deepest places, and the basins of curves, against independent numbers."""

import numpy as np
import pytest
from scipy.optimize import check_grad, minimize

from nnviz.analysis.restarts.success_rates import restarts_needed
from nnviz.search.basins import basins, deepest_share
from nnviz.search.landscapes import registry
from nnviz.search.sliding import gradient_descent
from nnviz.search.walk import Plan

each = pytest.mark.parametrize("ground", registry.values(), ids=registry)
CURVES = [ground for ground in registry.values() if 1 in ground.dims]
curves = pytest.mark.parametrize("ground", CURVES, ids=lambda ground: ground.key)


@each
def test_the_slope_is_that_of_the_height(ground):
    """Forward differences are off by half their step (1.5e-8) times the curvature, and by rounding / step."""
    generator = np.random.default_rng(0)
    for dims in ground.dims:
        for point in generator.uniform(ground.low, ground.high, (20, dims)):
            assert check_grad(ground.height, ground.slope, point) < 1e-5 * (1 + abs(ground.height(point)))


@each
def test_the_deepest_places_are_flat_and_nothing_lies_lower(ground):
    deepest = np.array(ground.deepest)
    assert deepest.shape[1] == ground.dims[0]
    assert ground.height(deepest) == pytest.approx(ground.least, abs=1e-12)
    assert ground.slope(deepest) == pytest.approx(0, abs=1e-9)
    axis = np.linspace(ground.low, ground.high, 301)
    cells = np.stack(np.meshgrid(*[axis] * ground.dims[0]), axis=-1)
    assert ground.height(cells).min() >= ground.least - 1e-12
    for start in cells.reshape(-1, ground.dims[0])[:: 301 * 7]:
        assert minimize(ground.height, start, jac=ground.slope).fun >= ground.least - 1e-9


@each
def test_it_works_on_any_number_of_points_at_once(ground):
    points = np.random.default_rng(1).uniform(ground.low, ground.high, (3, 4, ground.dims[0]))
    heights, slopes = ground.height(points), ground.slope(points)
    assert heights.shape == (3, 4)
    assert slopes.shape == points.shape
    assert heights[2, 3] == pytest.approx(float(ground.height(points[2, 3])), rel=1e-14)


@pytest.mark.parametrize("key", ["two_valleys", "rastrigin", "himmelblau"])
def test_no_second_derivative_is_above_the_curvature(key):
    ground = registry[key]
    d, h = ground.dims[0], 1e-5
    axis = np.linspace(ground.low + h, ground.high - h, 301)
    cells = np.stack(np.meshgrid(*[axis] * d), axis=-1)
    rows = [(ground.slope(cells + h * unit) - ground.slope(cells - h * unit)) / (2 * h) for unit in np.eye(d)]
    assert np.linalg.eigvalsh(np.stack(rows, axis=-1)).max() < ground.curvature * (1 + 1e-6)


@curves
def test_a_hilltop_parts_the_ways(ground):
    """From a hair to the left of an edge the slope leads to one floor, from a hair to the right to the next."""
    found = basins(ground)
    assert (np.diff(found.edges) > 0).all()
    assert found.shares.sum() == pytest.approx(1)
    for i, edge in enumerate(found.edges[1:-1]):
        for side, valley in ((-1e-4, i), (1e-4, i + 1)):
            walk = gradient_descent(Plan(ground, 1, 800, 1, start=(edge + side,)))
            assert found.of(walk.points[0, -1]) == [valley]
            if ground.key != "ackley":  # whose tip is too sharp to stand still on
                assert walk.points[0, -1, 0] == pytest.approx(found.floors[valley], abs=1e-5)


def test_rastrigins_valleys_are_where_they_are_known_to_be():
    found = basins(registry["rastrigin"])
    assert len(found.floors) == 11
    assert found.floors[found.deepest] == pytest.approx(0, abs=1e-12)
    assert found.heights[found.deepest + 1] == pytest.approx(0.99496, abs=1e-5)
    assert found.shares[found.deepest] == pytest.approx(0.0982, abs=5e-5)


@pytest.mark.parametrize(("dims", "needed"), [(1, 29), (2, 310), (5, 328_831)])
def test_the_restarts_that_rastrigin_needs(dims, needed):
    assert restarts_needed(deepest_share(registry["rastrigin"], dims)) == needed


def test_what_has_no_exact_basins_says_so():
    with pytest.raises(ValueError, match="no form with one coordinate"):
        basins(registry["himmelblau"])
    with pytest.raises(ValueError, match="no closed form"):
        deepest_share(registry["ackley"], 2)
